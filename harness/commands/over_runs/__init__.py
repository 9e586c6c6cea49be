"""Commands over finished runs and recorded votes; none asks a model."""
