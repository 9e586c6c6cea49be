"""Answers that no announcement gives: short forms, remarks on options, tables, and what the last sentences assert."""
