"""The report's charts: one module a chart, with its numbers, drawing, table and words."""
