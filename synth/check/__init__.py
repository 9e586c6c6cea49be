"""``synth check``: what is wrong with a data set, and its card."""
