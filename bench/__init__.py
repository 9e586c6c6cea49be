"""Measurements: each module is a program, ``python -m bench.NAME``; ``bench/results/`` holds what they found."""
