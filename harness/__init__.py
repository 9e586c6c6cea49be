"""Scoring models on benchmarks: evaluate, replay, compare, leaderboard."""
