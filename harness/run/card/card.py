"""``card.json`` of a run folder: model and weights, data, prompt, settings, engine, device, versions, and the result.

The settings are all there, so that ``harness reproduce card.json`` needs nothing else but the model and the data, which
it knows by their digests. Answers are kept by question, as letters, so that a second run is held against the first
pair by pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.benchmarks.builtin import as_noted, noted
from harness.run.card.machine import device, versions
from harness.run.card.weights import weights_digest
from harness.run.config import EvalConfig
from harness.scoring.score import Score
from solver.base.config import values_of
from solver.extraction.version import RULES_VERSION
from solver.problems.letters import letter_or_none
from solver.scheduling.outcome import Outcome

VERSION = 1
NOT_SETTINGS = ("run", "display", "json", "details", "data", "full", "serve", "preset", "track")
"""What a second run decides anew, or what stands elsewhere on the card; a preset's values are settings by now."""


def card_of(
    config: EvalConfig, outcomes: Sequence[Outcome], score: Score, *, data_sha256: str, prompt_sha256: str
) -> dict[str, Any]:
    """Return a run's card."""
    served = None if config.backend.endpoints else config.binding["serve"]
    weights = None if served is None else weights_digest(Path(config.backend.serve))
    return {
        "card": VERSION,
        "model": {
            "names": list(outcomes[0].how.models),
            "serve": served,
            "endpoints": list(config.backend.endpoints),
            "weights_sha256": weights and weights[0],
            "weights_sha256_of": weights and weights[1],
        },
        "data": {
            "inputs": [noted(as_noted(name)) for name in config.inputs],
            "sha256": data_sha256,
            "n": len(outcomes),
        },
        "prompt": {"name": config.sampling.prompt, "sha256": prompt_sha256},
        "settings": {name: value for name, value in _plain(values_of(config)).items() if name not in NOT_SETTINGS},
        "engine": config.backend.kind,
        # What endpoints run on, and with what, they do not tell.
        "device": None if config.backend.endpoints else device(),
        "versions": {**versions(), "extraction rules": str(RULES_VERSION)},
        "result": _result(score),
        "answers": {outcome.question_id: letter_or_none(outcome.answer) for outcome in outcomes},
        "keys": {outcome.question_id: letter_or_none(outcome.gold) for outcome in outcomes},
    }


def _result(score: Score) -> dict[str, Any]:
    names = ("accuracy", "ci_low", "ci_high", "se", "n_questions", "n_problems", "samples_per_question")
    summary = score.to_json()
    return {name: summary.get(name) for name in (*names, "completion_tokens", "complete")}


def _plain(values: Mapping[str, object]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
