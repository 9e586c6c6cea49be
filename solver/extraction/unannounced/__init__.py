"""Answers that no announcement gives: short forms, remarks on options, tables, and the sentence that concludes."""
