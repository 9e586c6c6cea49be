"""Members trained on different data, in every form, and what they are worth together: ``python -m bench.champion``."""
