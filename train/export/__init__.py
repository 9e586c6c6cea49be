"""The same run for those who train elsewhere."""
