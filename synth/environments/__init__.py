"""The proven puzzles as environments of other trainers: verl, verifiers and reasoning-gym."""
