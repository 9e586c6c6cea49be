"""The golden runs of ``harness eval``: three kinds, each finished in one go and each cut short half way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.golden.answers import Answers
from tests.golden.command import INPUTS, ROOT, Ended, ran
from tests.golden.fields import record
from tests.golden.folders import kept
from tests.support.command import serving
from tests.support.scripted_server import ScriptedServer

NOWHERE = "http://127.0.0.1:9/v1"
"""An endpoint that nobody may ask."""
TIMES = frozenset({"wall_s", "tokens_per_s", "engine_start_s", "sampling_s"})
"""Fields of ``summary.json`` that tell how long something took."""
PLACES = frozenset({"run", "attempts"})
"""Fields that tell where the folder lies and how often the command was started."""
_DATA = (INPUTS / "problems.jsonl", INPUTS / "flat.jsonl")
# Every setting is given, so that a later version may have other defaults.
_ALWAYS = (
    *("--ensemble", "plurality", "--over-launch", "0", "--display", "none", "--json"),
    # The defaults of the version that made these goldens.
    *("--seeded", "--logprobs"),
    *("--price-prompt", "0.15", "--price-completion", "0.6", "--no-fill"),
)


class Kind(NamedTuple):
    """One golden run."""

    words: tuple[object, ...]
    """What decides about its samples."""
    models: tuple[str, ...]
    """What the server serves."""
    budget: int
    """Generated tokens after which the half-finished one was cut short."""
    refuses: str | None = None
    """A text that the server refused in the half-finished one."""


KINDS = {
    "lead": Kind(
        (
            *("--prompt", INPUTS / "prompt.txt", "--rule", "lead:3", "--max-samples", 8, "--temperature", 0.8),
            *("--top-p", 0.95, "--max-tokens", 200, "--seed", 7, "--shuffle-options"),
        ),
        ("scripted",),
        4500,
        "小明在最左边",
    ),
    "fixed": Kind(
        (
            *("--prompt", INPUTS / "other.txt", "--rule", "fixed:3", "--max-samples", 3, "--temperature", 0.6),
            *("--top-p", 1.0, "--max-tokens", 160, "--seed", 1, "--no-close"),
        ),
        ("other",),
        900,
    ),
    "several": Kind(
        (
            *("--prompt", INPUTS / "prompt.txt", "--rule", "beta:.9", "--max-samples", 5, "--temperature", 1.0),
            *("--top-p", 0.9, "--max-tokens", 120, "--seed", 3, "--model", "one", "--model", "two"),
            *("--ensemble", "gated:0.6", "--no-logprobs"),
        ),
        ("one", "two"),
        1000,
    ),
}


@contextmanager
def model(kind: Kind, **changes: object) -> Iterator[tuple[ScriptedServer, Answers]]:
    """Serve the models of a run."""
    answers = Answers(**changes)  # type: ignore[arg-type]
    with serving(answers, models=kind.models) as server:
        yield server, answers


def evaluated(kind: Kind, folder: Path, endpoint: str, *words: object) -> Ended:
    """Run or continue a golden run in a folder."""
    always = [*_DATA, *_ALWAYS, *kind.words, "--endpoint", endpoint, "--run", folder]
    return ran("harness", "eval", *always, *words)


def in_order(asked: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort requests by what they say."""
    return sorted(asked, key=lambda one: (one["messages"], one["model"], one.get("seed")))


def make(folder: Path) -> None:
    """Make all of them; ``folder`` is for work."""
    requests = {}
    for name, kind in KINDS.items():
        with model(kind) as (server, answers):
            ending = evaluated(kind, folder / name, server.url)
            assert ending.code == 0, ending.err
        requests[name] = in_order(answers.asked)
        kept(ROOT / folder / name, f"evals/whole/{name}")
        with model(kind, refuses=kind.refuses) as (server, _):
            ending = evaluated(kind, folder / "half" / name, server.url, "--token-budget", kind.budget, "--slots", 4)
            assert ending.code == 1, ending.err
        kept(ROOT / folder / "half" / name, f"evals/half/{name}")
    record("requests", requests, is_packed=True)
