"""The start of the process, as deadlines count it."""

from __future__ import annotations

import subprocess
import sys
import time

PROBE = (
    "import time; time.sleep(0.3); from harness.run.process_start import process_started as p; "
    "print(time.monotonic() - p())"
)


def test_the_start_of_the_process_counts_what_came_before_our_first_line() -> None:
    began = time.monotonic()
    age_s = float(subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout)
    # The kernel counts in ticks of 10 ms.
    assert 0.28 <= age_s <= time.monotonic() - began + 0.02
