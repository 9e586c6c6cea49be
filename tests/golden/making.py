"""The golden folders of ``synth distill``, ``augment`` and ``perturb``: each finished, and each cut short half way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.golden.answers import Answers
from tests.golden.command import INPUTS, ROOT, Ended, good, ran
from tests.golden.fields import record, without
from tests.golden.folders import kept
from tests.support.command import serving
from tests.support.scripted_server import ScriptedServer

TIMES = frozenset({"seconds", "of_this_attempt", "replayed"})
"""Fields of ``report.json`` that tell how long something took, or of the last attempt alone."""
_DATA = INPUTS / "problems.jsonl"


class Kind(NamedTuple):
    """One golden folder."""

    words: tuple[object, ...]
    """What decides about its rows."""
    models: tuple[str, ...]
    """What the server serves."""
    answers: Answers
    """What it says."""
    requests: int
    """After how many requests the half-finished one was cut short."""


KINDS = {
    "ladder": Kind(
        ("distill", INPUTS / "ladder.yaml", _DATA, "--display", "none", "--json"),
        ("base", "strong"),
        Answers(sure=0.6),
        70,
    ),
    "blind-ladder": Kind(
        ("distill", INPUTS / "ladder.yaml", _DATA, "--blind", "--display", "none", "--json"),
        ("base", "strong"),
        Answers(sure=0.75),
        50,
    ),
    "augment": Kind(
        ("augment", INPUTS / "augment.yaml", _DATA, "--json"),
        ("scripted",),
        Answers(sure=0.97, silent=0.02),
        120,
    ),
    # The prompts of its writer come with the project: where their wording changes, this one is made again.
    "perturb": Kind(
        ("perturb", _DATA, "--plan", INPUTS / "perturb.yaml", "--seed", "3", "--copies", "1"),
        ("scripted",),
        Answers(sure=0.97, silent=0.02),
        60,
    ),
}


@contextmanager
def model(kind: Kind) -> Iterator[tuple[ScriptedServer, Answers]]:
    """Serve the models of a folder."""
    answers = Answers(sure=kind.answers.sure, silent=kind.answers.silent)
    with serving(answers, models=kind.models) as server:
        yield server, answers


def made(kind: Kind, folder: Path, endpoint: str, *words: object) -> Ended:
    """Make or continue a golden folder."""
    return ran("synth", *kind.words, "--out", folder, "--endpoint", endpoint, *words)


def texts_of(folder: Path) -> dict[str, str]:
    """Return the files of results in a folder; the journal is none."""
    paths = (path for path in sorted(folder.iterdir()) if path.suffix in (".jsonl", ".json"))
    return {path.name: path.read_text(encoding="utf-8") for path in paths}


def rows_of(texts: dict[str, str]) -> dict[str, Any]:
    """Return the rows of files of results, without times."""
    found = {name: [json.loads(line) for line in text.split("\n") if line] for name, text in texts.items()}
    for report in found.get("report.json", ()):
        # In the order in which stages were first used, which may be another one when a journal is continued.
        report["usage"].sort(key=lambda one: (one["stage"], one["model"]))
    return {name: without(rows, TIMES) for name, rows in found.items()}


def proven(folder: Path) -> dict[str, str]:
    """Return what ``perturb`` makes of generated problems by proof and rule, without a model."""
    good("synth", "perturb", INPUTS / "generated.jsonl", "--out", folder, "--seed", 5, "--copies", 2)
    return texts_of(ROOT / folder)


def make(folder: Path) -> None:
    """Make all of them; ``folder`` is for work."""
    for name, kind in KINDS.items():
        with model(kind) as (server, _):
            ending = made(kind, folder / name, server.url)
            assert ending.code == 0, ending.err
            assert server.number > kind.requests, server.number
        record(f"synth/{name}", texts_of(ROOT / folder / name), is_packed=True)
        kept(ROOT / folder / name, f"synth/whole/{name}", only=".sqlite")
        with model(kind) as (server, _):
            ending = made(kind, folder / "half" / name, server.url, "--max-requests", kind.requests)
            assert ending.code == 1, ending.err
        kept(ROOT / folder / "half" / name, f"synth/half/{name}", only=".sqlite")
    record("synth/proven", proven(folder / "proven"), is_packed=True)
