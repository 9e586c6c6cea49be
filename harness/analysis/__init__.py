"""What is read off finished runs: comparisons, ensembles of runs, the leaderboard, replays of stopping rules."""
