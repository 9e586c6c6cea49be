"""Answers told in whole sentences: options by their letters or in other words, and whether a sentence asserts one."""
