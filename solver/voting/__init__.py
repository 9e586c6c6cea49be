"""From votes to a verdict: tally, stopping rules, ensembles, suspected label errors."""
