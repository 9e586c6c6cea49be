"""Training data: puzzles whose answers a solver proves."""
