"""The NVIDIA cards of this machine, as ``nvidia-smi`` tells of them: CUDA's own count would need CUDA here."""

from __future__ import annotations

import os
import re
import subprocess


def visible_cards() -> tuple[str, ...]:
    """Return the cards that may be used, as ``CUDA_VISIBLE_DEVICES`` names them; empty where there is none."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is not None:
        return tuple(card.strip() for card in named.split(",") if card.strip())
    return tuple(_asked("--query-gpu=index", "--format=csv,noheader"))


def memory_bytes() -> int:
    """Return the machine's main memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def card_names() -> tuple[str, ...]:
    """Return the models of all cards; empty where there is none."""
    return tuple(_asked("--query-gpu=name", "--format=csv,noheader", timeout_s=2.0))


def card_bytes() -> int | None:
    """Return the memory of the first visible card as CUDA counts it; None where there is none.

    What the driver reserves is taken off, as CUDA does.
    """
    total, reserved = _card_mib("memory.total", "memory.reserved")
    # Older drivers do not tell what is reserved ("[N/A]").
    return None if total is None else (total - (reserved or 0)) * 2**20


def card_used_bytes() -> int | None:
    """Return what all processes hold of the first visible NVIDIA card; None where there is none."""
    # Asked while a run ends, perhaps shortly before its deadline.
    (used,) = _card_mib("memory.used", timeout_s=2.0)
    return None if used is None else used * 2**20


def _card_mib(*fields: str, timeout_s: float = 20.0) -> list[int | None]:
    """Ask ``nvidia-smi`` for numbers of the first visible card, MiB; None for what it does not tell."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0].strip() or "0"
    query = (f"--id={visible}", f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits")
    lines = _asked(*query, timeout_s=timeout_s)
    words = [re.match(r"\s*(\d+)", word) for word in lines[0].split(",")] if lines else []
    return [int(word[1]) if word else None for word in words] if len(words) == len(fields) else [None] * len(fields)


def _asked(*words: str, timeout_s: float = 20.0) -> list[str]:
    """Return what ``nvidia-smi`` prints, line by line; nothing where there is no card."""
    try:
        done = subprocess.run(["nvidia-smi", *words], capture_output=True, text=True, timeout=timeout_s, check=True)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.strip() for line in done.stdout.splitlines() if line.strip()]
