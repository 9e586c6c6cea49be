"""Three harnesses at one endpoint: accuracy of each, and why they disagree; ``python -m bench.harnesses``."""
