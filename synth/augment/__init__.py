"""``synth augment``: new questions on known problems, accepted when a panel agrees."""
