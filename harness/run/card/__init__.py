"""A run's card: what it was made of and what came of it, enough to run it again elsewhere and see whether it agrees."""
