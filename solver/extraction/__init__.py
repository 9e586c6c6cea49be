"""From a model's output to one letter of the question's own options, or None."""
