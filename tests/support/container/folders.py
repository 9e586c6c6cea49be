"""A small folder by each command that writes weights, runs or files for others, and the commands that read it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.golden.command import good
from tests.support.documented.workplace import scripted
from tests.support.stand_in_engine import standing_in

_RUN = ("--rule", "fixed:2", "--max-tokens", 200)
FILES: tuple[tuple[object, ...], ...] = (
    ("synth", "generate", "--count", 24, "--seed", 4, "--processes", 1, "--out", "data/test.jsonl"),
    ("synth", "generate", "--count", 12, "--format", "messages", "--processes", 1, "--out", "data/rows.jsonl"),
    ("harness", "eval", "data/test.jsonl", "--endpoint", "{url}", "--model", "base", *_RUN, "--run", "runs/mine"),
    ("harness", "eval", "data/test.jsonl", "--endpoint", "{url}", "--model", "strong", *_RUN, "--run", "runs/other"),
    ("synth", "distill", "embedded", "data/test.jsonl", "--out", "runs/distill"),
    ("harness", "tune", "data/test.jsonl", "--endpoint", "{url}", "--model", "base", "--out", "mine.yaml"),
    ("harness", "submit", "runs/mine", "-o", "submission.jsonl"),
    ("harness", "export", "runs/mine", "--to", "inspect", "-o", "export/inspect"),
    ("harness", "export", "runs/mine", "--to", "lm-eval", "-o", "export/lm-eval"),
    ("harness", "export", "runs/mine", "--to", "votes", "-o", "export/votes"),
    ("harness", "report", "runs/mine", "-o", "report.html"),
)
_SFT = ("base.model=runs/tiny/model", "data.train=data/rows.jsonl", "data.eval_share=0", "data.packing=false")
WEIGHTS: tuple[tuple[object, ...], ...] = (
    ("train", "pretrain", "--recipe", "tiny", "--out", "runs/tiny"),
    ("train", "sft", "embedded-lora", *_SFT, "lora.rank=4", "optim.batch=2", "--out", "runs/sft"),
    ("train", "merge", "runs/sft/adapter", "--out", "models/merged"),
    ("train", "quantize", "models/merged", "--rows", 4, "--held-out", 2, "--group-size", 64, "--out", "models/int4"),
)
"""Maker after maker, as they are typed."""


class Reader(NamedTuple):
    """A command of another user."""

    reads: str
    """File or folder that another command made."""
    words: tuple[object, ...]
    """With ``{url}`` of a server; ``/output`` can be written."""


READERS: tuple[Reader, ...] = (
    Reader("data", ("synth", "check", "data/test.jsonl", "--processes", 1, "--no-builtin")),
    Reader("data", ("train", "sft", "embedded-lora", "data.train=data/rows.jsonl", "--check", "--out", "/output/sft")),
    Reader("data", ("harness", "eval", "data/test.jsonl", "--endpoint", "{url}", *_RUN, "--run", "/output/run")),
    Reader("data", ("solver", "answer", "data/test.jsonl", "--endpoint", "{url}", "--rule", "fixed:1", "--json")),
    Reader("runs/mine", ("harness", "report", "runs/mine", "-o", "/output/mine.html")),
    Reader("runs/mine", ("harness", "compare", "runs/mine", "runs/other")),
    Reader("runs/mine", ("harness", "submit", "runs/mine", "-o", "/output/submission.jsonl")),
    Reader("runs/mine", ("harness", "replay", "runs/mine", "--rule", "lead:2")),
    Reader("runs/mine", ("synth", "harvest", "runs/mine", "--data", "data/test.jsonl", "--out", "/output/own")),
    Reader("runs/distill", ("synth", "check", "runs/distill/train.messages.jsonl", "--processes", 1, "--no-builtin")),
    Reader(
        "mine.yaml",
        ("solver", "answer", "data/test.jsonl", "--endpoint", "{url}", "--preset", "mine.yaml", "--json"),
    ),
    Reader("submission.jsonl", ("synth", "giveaways", "submission.jsonl")),
    Reader("export", ("harness", "import", "export/inspect", "-o", "/output/inspect")),
    Reader("export", ("harness", "import", "export/lm-eval", "-o", "/output/lm-eval")),
    Reader("export", ("harness", "replay", "export/votes/votes.jsonl", "--rule", "lead:2")),
)
OF_WEIGHTS: tuple[Reader, ...] = (
    Reader("runs/sft/adapter", ("train", "merge", "runs/sft/adapter", "--out", "/output/merged")),
)
SERVED = ("runs/tiny/model", "models/merged", "models/int4")
"""Folders for the container's engine, mounted at ``/model``."""


@contextlib.contextmanager
def masked(umask: int) -> Iterator[None]:
    """Work under a umask."""
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)


def made(folder: Path, umask: int, *, weights: bool) -> str:
    """Type every maker's command in a folder under a umask, against a scripted server; return the last one's words."""
    said = ""
    folder.mkdir(parents=True, exist_ok=True)
    with scripted() as server, standing_in(server.url), masked(umask):
        for words in (*FILES, *(WEIGHTS if weights else ())):
            said = good(*(str(word).replace("{url}", server.url) for word in words), folder=folder).err
    return said
