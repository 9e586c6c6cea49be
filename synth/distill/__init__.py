"""``synth distill``: chains of thought from the cheapest model that finds them."""
