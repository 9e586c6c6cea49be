"""What all ways of training an adapter share: recipe, checks, the run with its checkpoints, and the report."""
