"""``synth generate``: proven problems in bulk, in several forms, and their data card."""
