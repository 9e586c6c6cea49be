"""What holds for every test."""

from __future__ import annotations

import signal

# A shell without job control starts what it puts in the background with Ctrl-C ignored, and children inherit that; the
# tests that send one mean the signal as a user at a terminal sends it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
