"""Which answer keys models dispute, and what a person decided."""
