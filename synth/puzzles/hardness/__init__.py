"""How hard questions are, as their proofs say: the facts that an answer needs, and one level over all families."""
