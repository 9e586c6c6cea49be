"""Benchmarks: the built-in one, and public ones by name, each fetched from its makers on first use."""
