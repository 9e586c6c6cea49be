"""Scripted servers and helpers that tests and benches share."""
