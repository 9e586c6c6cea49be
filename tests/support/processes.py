"""Which processes live, as the kernel tells."""

from __future__ import annotations

from pathlib import Path


def alive_in(group: int) -> list[int]:
    """Return the living processes of a process group."""
    members = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, own_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(own_group) == group and state != "Z":
            members.append(int(stat.parent.name))
    return members
