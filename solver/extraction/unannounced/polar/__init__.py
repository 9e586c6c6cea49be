"""Yes and no, where nothing is announced: by what the last words say, held against the question where it is known."""
