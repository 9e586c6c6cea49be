"""Keeping other programs' talk out of our output: some libraries print banners on stdout when they are imported.

gptqmodel 7.6.0 does, and peft 0.21 imports it, where it is installed, when it makes a LoRA layer.
Remove when it no longer does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hushed() -> Iterator[None]:
    """Send what the body writes to the process's stdout and stderr to nowhere; exceptions still say what they say."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, one in enumerate(kept, 1):
            os.dup2(one, number)
            os.close(one)
        os.close(nowhere)
