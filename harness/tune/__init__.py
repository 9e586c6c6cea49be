"""Finding the settings that suit a model, on questions of one's own: ``python -m harness tune``."""
