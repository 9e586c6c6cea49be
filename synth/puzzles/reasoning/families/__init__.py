"""Reasoners, some families of a kind in a module, each with its table of wordings beside it."""
