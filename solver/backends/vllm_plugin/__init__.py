"""What we change in vLLM where we start it: a plugin, found by its entry point on the engine's path."""
