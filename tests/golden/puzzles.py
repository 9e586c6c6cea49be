"""What the puzzle generators give for a seed, to the byte: digests of files."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from tests.golden.command import ROOT, good
from tests.golden.fields import record

SEEDS = ((1, 1), (2, 4), (3, 9))
"""Seed and difficulty."""
_ALONE = ("--processes", 1)
ORDERS: dict[str, tuple[object, ...]] = {
    "contest": ("--count", 120, "--seed", 11),
    "messages": ("--count", 120, "--seed", 12, "--format", "messages"),
    "questions": ("--count", 120, "--seed", 13, "--format", "questions"),
    "english": ("--count", 60, "--seed", 14, "--lang", "en", "--difficulty", 6),
    "two-families": ("--count", 60, "--seed", 15, "--family", "seating", "--family", "cups", "--format", "messages"),
    "two-processes": ("--count", 120, "--seed", 11, "--processes", 2),
}
"""Orders of ``synth generate``. The last gives the first one's bytes."""


def families() -> list[str]:
    """Return the families' names."""
    return [line.split()[0] for line in good("synth", "families").out.splitlines()]


def family(name: str, folder: Path) -> dict[str, str]:
    """Return the digest of three problems in each language and difficulty: texts, options, answers, chains."""
    found = {}
    for lang in ("zh", "en"):
        for seed, level in SEEDS:
            words = ("--family", name, "--lang", lang, "--difficulty", level, "--seed", seed, "--count", 3)
            good("synth", "generate", *words, *_ALONE, "--no-check", "--out", folder / "some.jsonl")
            found[f"{lang}, seed {seed}, difficulty {level}"] = digest(folder / "some.jsonl")
    return found


def order(name: str, folder: Path) -> dict[str, str]:
    """Return the digest of an order's file, and its card without what tells speed or versions."""
    out = folder / "order.jsonl"
    good("synth", "generate", *_ALONE, *ORDERS[name], "--out", out)
    card = (ROOT / folder / "order.jsonl.card.md").read_text(encoding="utf-8")
    return {"sha256": digest(out), "card": re.sub(r"[\d.,]+( s\b|\s*seconds|\s*questions/s| a second)", r"…\1", card)}


def benchmark(folder: Path) -> str:
    """Return the digest of benchmark 2, a copy of the file."""
    good("synth", "benchmark", "--out", folder / "benchmark.jsonl")
    return digest(folder / "benchmark.jsonl")


FIRST = "93f75d208e9bb42b"
"""How the digest of benchmark 1 begins: a file that no generator makes any more."""


def digest(path: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256((ROOT / path).read_bytes()).hexdigest()


def make(folder: Path) -> None:
    """Record all digests."""
    names = families()
    record("families", {name: family(name, folder) for name in names})
    record("orders", {name: order(name, folder) for name in ORDERS})
    record("benchmark", {"sha256": benchmark(folder), "families": good("synth", "families").out})
