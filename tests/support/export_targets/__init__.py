"""Exports, read by the programs that they are for, each in an environment of its own (``python -m`` this package)."""
