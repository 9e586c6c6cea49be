"""Families as kinds of questions, and their sentences as tables."""
