"""Memory, steps and hours of a training run before it runs."""
