"""From verdicts to figures: scores, intervals, result lines, tables."""
