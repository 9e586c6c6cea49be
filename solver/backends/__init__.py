"""Where completions come from: running endpoints, or an engine started here; one file an engine."""
