"""What a running evaluation shows."""
