"""What an evaluation leaves in its folder: a line a question, the submission, the summary; and what to warn of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from harness.run.attempt_log import read_with, spent
from harness.run.card.card import card_of
from harness.run.config import EvalConfig
from harness.run.notices import notices_of
from harness.run.partial_submission import write_submission
from harness.run.results import line_of
from harness.run.run import Run
from harness.run.submission import Written, written_of
from harness.scoring.score import Prices, Score, Timing, score
from harness.track.registry import TRACKERS
from harness.track.tracker import tracked
from solver.base.display.figures import counted
from solver.base.errors import EndpointRefused
from solver.base.files import write_atomically, write_json
from solver.base.text_safety import one_line
from solver.sampling.sample import Sample, Status, says_nothing
from solver.scheduling.outcome import EARLY_STOPS, Outcome

_NAMED = 5
"""Questions named in a warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What an evaluation came to."""

    folder: Path
    score: Score
    stop: str | None
    """Why it ended early, one of ``EARLY_STOPS``; None where it did not."""
    warnings: tuple[str, ...]
    submitted: Written
    """The submission's questions, and those without an answer."""
    is_mute: bool
    """No sample named an option: the figures are not of what the model can."""

    @property
    def is_complete(self) -> bool:
        """True where every question was decided by its rule."""
        return self.score.is_complete


def check_that_something_came(outcomes: Sequence[Outcome]) -> None:
    """Do nothing where there is one sample at least, or the run was ended before its time.

    Raises:
        EndpointRefused: every sample failed, so that there is nothing to score, and no accuracy of 0 %.
    """
    drawn = [sample for outcome in outcomes for sample in outcome.samples]
    if any(outcome.stop_reasons & {*EARLY_STOPS} for outcome in outcomes):
        return
    if drawn and all(sample.status is Status.FAILED for sample in drawn):
        why = next((sample.error for sample in drawn if sample.error), "no reason given")
        raise EndpointRefused(one_line(f"all of {counted(len(drawn), 'sample')} failed, so nothing is scored: {why}"))


def write_outputs(run: Run, outcomes: Sequence[Outcome], *, n_failed: int, engine_start_s: float | None) -> Evaluation:
    """Score the outcomes and write the run folder's results.

    Args:
        n_failed: samples that failed in this attempt.
        engine_start_s: how long an engine of our own took to come up, None where none was started.
    """
    config, folder = run.config, run.folder
    reasons = frozenset[str]().union(*(outcome.stop_reasons for outcome in outcomes))
    stop = next((reason for reason in EARLY_STOPS if reason in reasons), None)
    time_spent = spent(folder, (sample.finished_at for outcome in outcomes for sample in outcome.samples))
    timing = Timing(wall_s=time_spent.wall_s, sampling_s=time_spent.sampling_s)
    total = score(outcomes, timing=timing, prices=_prices(config))
    write_atomically(folder.results, "".join(map(line_of, outcomes)), follows=False)
    letters = write_submission(run, [outcome.verdict for outcome in outcomes])
    submitted = written_of(letters, {outcome.question_id: outcome for outcome in outcomes})
    n_filled = sum(outcome.answer is None for outcome in outcomes) if config.is_filled else 0
    drawn = [sample for outcome in outcomes for sample in outcome.samples]
    is_empty = bool(drawn) and all(map(says_nothing, drawn))
    notices = () if is_empty else tuple(notices_of(outcomes, run.template, config.sampling))
    summary = {
        **total.to_json(),
        "run": str(folder.path),
        "models": list(outcomes[0].how.models),
        "rule": config.sampling.rule,
        "prompt": config.sampling.prompt,
        "config_hash": config.digest,
        "data": [Path(name).name for name in config.inputs],
        "data_sha256": run.data_sha256,
        "n_lines": run.loaded.lines,
        "n_rejected_lines": len(run.loaded.bad),
        "distinct_per_question": sum(outcome.distinct for outcome in outcomes) / len(outcomes),
        "stopped_by": stop,
        "notices": list(notices),
        "n_filled": n_filled,
        "engine_start_s": engine_start_s,
        "attempts": time_spent.attempts,
        "extraction_rules": list(read_with(folder)),
    }
    write_json(folder.summary, summary, follows=False)
    card = card_of(config, outcomes, total, data_sha256=run.data_sha256, prompt_sha256=run.template.digest)
    write_json(folder.card, card, follows=False)
    untold = _tell_trackers(config, card, summary)
    is_mute = bool(drawn) and not any(sample.shown_letter for sample in drawn)
    silence = _silence(drawn, is_empty=is_empty) if is_mute and not n_failed else ()
    warnings = (*silence, *untold, *notices, *_failures(outcomes, n_failed), *_guesses(n_filled))
    return Evaluation(
        folder=folder.path, score=total, stop=stop, warnings=warnings, submitted=submitted, is_mute=is_mute
    )


def _tell_trackers(config: EvalConfig, card: Mapping[str, object], summary: Mapping[str, object]) -> list[str]:
    """Tell the trackers that were asked for; what goes wrong there is a warning, for the run is done and kept."""
    found = []
    for name in config.track:
        try:
            TRACKERS[name].tell(tracked(config.folder.name, card, summary, config.folder))
        except Exception as error:  # noqa: BLE001 (whatever another package raises)
            found.append(f"--track {name}: it was not told ({one_line(str(error) or type(error).__name__)[:200]})")
    return found


def _prices(config: EvalConfig) -> Prices | None:
    if config.price_prompt is None and config.price_completion is None:
        return None
    return Prices(
        prompt_per_million=Decimal(config.price_prompt or "0"),
        completion_per_million=Decimal(config.price_completion or "0"),
        currency=config.currency,
    )


def _silence(drawn: Sequence[Sample], *, is_empty: bool) -> Iterator[str]:
    """Say that no sample named an option, and what helps by what most of them were."""
    if is_empty:
        yield "no sample had any content: the figures tell of the server, not of the model"
        return
    cut = sum(sample.status is Status.TRUNCATED for sample in drawn)
    thoughts = sum(2 * sample.thought_tokens > sample.completion_tokens for sample in drawn)
    if 2 * max(cut, thoughts) <= len(drawn):
        why = "look at the texts (harness report), and try another --prompt"
    elif thoughts >= cut:
        why = "they are thoughts without an answer behind them; try more --max-tokens, or --thinking off"
    else:
        why = "they were cut off; try more --max-tokens"
    yield f"no sample named an option, so nothing was measured: {why}"


def _failures(outcomes: Sequence[Outcome], n_failed: int) -> Iterator[str]:
    if n_failed:
        failed = [one for outcome in outcomes for one in outcome.samples if one.status is Status.FAILED]
        ids = list(dict.fromkeys(one.question_id for one in failed))
        names = ", ".join(ids[:_NAMED]) + (" …" if len(ids) > _NAMED else "")
        first = next((one.error for one in failed if one.error), "no reason given")
        yield f"{counted(n_failed, 'sample')} failed in this attempt, of {names}; the first said: {first}"


def _guesses(n_filled: int) -> Iterator[str]:
    if n_filled:
        yield f"{counted(n_filled, 'question')} without an answer; the submission guesses (--no-fill: null)"
