"""One module a family of public benchmarks; ``harness.benchmarks.registry`` names them."""
