"""Practice in a loop of our own: an engine that never stops beside a trainer that takes only groups with spread."""
