"""The metrics of a run's score: one module a metric, with its definition, its fields, and how it is shown."""
