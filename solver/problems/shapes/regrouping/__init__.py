"""Rows that hold several questions, one option, or only a key, made rows of one question each."""
