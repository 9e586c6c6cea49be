"""Settings that were measured to suit a model: one YAML file each, and how a model is recognised."""
