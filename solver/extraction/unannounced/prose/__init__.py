"""Options that are sentences: spoken of by their letters, or told again in words of their own."""
