"""What holds for every test."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from hypothesis import settings

from solver.base.display import live, progress

# How long one example takes tells of the machine and not of the code: on busy cores it failed what was right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Nor does a command in this process speak because time went by: the lines that it says are counted.
live.LINE_PERIOD_S = progress.LINE_PERIOD_S = 1e6

# A shell without job control starts what it puts in the background with Ctrl-C ignored, and children inherit that; the
# tests that send one mean the signal as a user at a terminal sends it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# trl says "ERROR" for the whole process once it is imported, and what engines say at their start is looked at.
os.environ.setdefault("VLLM_LOGGING_LEVEL", "INFO")

# An environment that is called by its path counts as activated: commands that are printed begin with ``python``.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
