"""How far the numbers of a configuration may go, where a field has no narrower bound of its own.

Every number has a closed range: what lies beyond is a slip of the keyboard, and is refused, with the range, before
anything is loaded. So the bounds are far above what anybody uses, and no advice. ``solver.base.config.fields`` says a
range in words; a test finds numbers without one.
"""

from __future__ import annotations

MOST_TOKENS = 2**20
"""Tokens of a text, a row or a pass: the longest contexts that are served today (a million)."""
MOST_SAMPLES = 10_000
"""Samples of a question, votes, attempts, completions at once."""
MOST_AT_ONCE = 2**16
"""Requests in flight, rows of a pass, passes of a step: a port has no more connections."""
MOST = 10**9
"""Questions, rows, steps, characters, requests a minute."""
MOST_BUDGET = 10**15
"""Tokens of a whole run."""
MOST_SECONDS = 30 * 86_400.0
"""A month."""
LAST_SEED = 2**63 - 1
"""Seeds are whole numbers of 64 bits, with a sign."""
LAST_TORCH_SEED = 2**32 - 1
"""Seeds of what torch, NumPy and transformers draw, from 0: NumPy takes no others."""
