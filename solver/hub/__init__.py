"""Models by name: fetched from a hub once, kept at one revision, then served from a folder without a network."""
