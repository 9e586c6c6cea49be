"""Puzzles with proven answers: families, worlds, wording, proofs, the stream and the benchmark."""
