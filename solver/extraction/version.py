"""Which version of the rules reads letters: noted with what keeps letters, so that two readings can be told apart.

A change that reads another letter out of some text raises it; what only makes the same letters sooner does not. The
letters of some thousand texts are bound to it by ``tests/unit/solver/extraction/test_version.py``.
"""

from __future__ import annotations

RULES_VERSION = 5
