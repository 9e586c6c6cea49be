"""Chains in words: the way to an answer told as a person would, every sentence of it proven.

Design
------
A chain is a sequence of typed steps (``steps``): a claim that is given, one that is deduced from others, a case that is
tried and its contradiction, an option that fails and why, the conclusion. It is made in three moves that know nothing
of each other:

1. A *reasoner* (``reasoner``, one a family, ``families``) finds the steps. Families of clues share one way to find
   them (``deduction``): what one clue leaves of a thing's possible places, or a case and its contradiction; then all
   that does not lead to what is asked is left out. Families that compute follow their own steps.
2. The *prover* (``proof``) refuses every step that it cannot prove: that a claim follows from the grounds that the
   sentence names is proven by looking for a counterexample; a computed claim by the family's own ``holds`` on the
   world cut down to it, or computed anew; an equation by reckoning it; a wrong option by ``holds``. A sentence without
   a proof is an error, never data.
3. The *teller* (``telling``) puts steps into sentences: a clause of the family's table for each claim, put into a
   frame by role, register and language (``wordings``, TOML beside the reasoners).

``chain.chain`` does all three. Registers: plain, careful, terse, talkative; lengths: short, medium, long.
"""
