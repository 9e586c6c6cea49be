"""What the documents tell users to type: found, tried, and listed with what it does."""
