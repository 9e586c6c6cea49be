"""Guard of an engine: a small process between ours and vLLM that outlives neither.

Run as a file with the standard library only (``python -I vllm_guard.py [--stdin=FD] GRACE_S COMMAND…``), log on
stderr. It starts
the command in a session of its own, prints its process id, and stops the whole group when its standard input ends:
that is when our process closes it on purpose, and also when our process dies in whatever way, ``kill -9`` included.
``PR_SET_PDEATHSIG`` alone would not do: it reaches vLLM's API server, whose engine core and workers live on. What the
group leaves in shared memory it takes away, and what earlier ones left whose guard was killed, too
(``solver.backends.process.shared_blocks``).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

# Isolated mode finds nothing beside this file.
sys.path.append(str(Path(__file__).parents[3]))
from solver.backends.process.shared_blocks import SharedBlocks

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_POLL_S = 0.2
_LOOK_S = 2.0
"""Between two looks at the shared memory that the group holds."""


def prctl(option: int, value: int) -> None:
    """Call Linux's ``prctl``; elsewhere nothing happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def die_with_parent() -> None:
    """Ask for SIGTERM at the guard's own death, so that at least an orderly end is tried then."""
    prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def is_alive(group: int) -> bool:
    """Reap what has ended, and tell whether any process of the group is left."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def stop(group: int, grace_s: float) -> None:
    """End the group: SIGTERM to its leader, which ends its workers in order, then SIGKILL to whoever is left."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while is_alive(group) and time.monotonic() < deadline:
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while is_alive(group) and time.monotonic() < deadline:
        time.sleep(0.02)


def main(argv: list[str]) -> int:
    """Guard one command; returns its exit status where it ended by itself, else 0."""
    handed = int(argv[0].partition("=")[2]) if argv[0].startswith("--stdin=") else None
    argv = argv[handed is not None :]
    grace_s, command = float(argv[0]), argv[1:]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    # Workers whose parent dies become the guard's children, so that it can reap them.
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    parent = os.getppid()
    # One thread only here, so ``preexec_fn`` is safe; it also undoes the ignored signals, which exec would hand on.
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL if handed is None else handed,
        stdout=sys.stderr,
        start_new_session=True,
        preexec_fn=_before_exec,
    )
    if handed is not None:
        # The child alone holds it, so that our process sees its end at once.
        os.close(handed)
    print(child.pid, flush=True)
    status: int | None = None
    blocks, look_at = SharedBlocks(child.pid), 0.0
    while status is None:
        if time.monotonic() >= look_at:
            blocks.look()
            look_at = time.monotonic() + _LOOK_S
        # The parent's id is looked at too: a forked copy of our process may keep the pipe open.
        if select.select([sys.stdin], [], [], _POLL_S)[0] or os.getppid() != parent:
            break
        status = child.poll()
    blocks.look()
    stop(child.pid, grace_s if status is None else 0.5)
    blocks.clear()
    return 0 if status is None else (status if status >= 0 else 128 - status)


def _before_exec() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    die_with_parent()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
