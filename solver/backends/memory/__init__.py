"""What an engine's memory goes to: a model's shape, the plan within a limit, and what the engine reports of itself."""
