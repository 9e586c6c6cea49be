"""Benches of the gateway."""
