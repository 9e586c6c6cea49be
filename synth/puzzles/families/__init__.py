"""Puzzle families: one file a family. ``synth.puzzles.family`` says what a family is."""

from synth.puzzles.families.registry import FAMILIES, trained, unseen

__all__ = ["FAMILIES", "trained", "unseen"]
