"""``synth perturb``: problems told anew, with proof, by rule, or voted."""
