"""Solving logical-reasoning multiple-choice questions: sample chains of thought, extract, vote, stop when sure."""
