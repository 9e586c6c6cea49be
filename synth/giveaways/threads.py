"""How many threads the arithmetic of attacks takes: one.

Their matrices are so narrow that a second thread mostly waits for the first, and waits busily: on two busy cores the
gate took 44 s of processor time with two threads and 6 s with one (2026-11-30, 8,937 questions).
"""

from __future__ import annotations

import os


def keep_to_one_thread() -> None:
    """Have numpy use one thread in this process and those it starts; to be called before numpy is imported.

    What the environment says already stays.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")
