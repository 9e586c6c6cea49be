"""How things look in a terminal: colours, widths, progress bars, tables."""
