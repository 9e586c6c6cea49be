"""The measured tables of a model's card."""
