"""A finished run told to an experiment tracker (``eval --track NAME``); a tracker is a module here and its name."""
