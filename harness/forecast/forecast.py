"""``harness forecast``: a pilot is asked, and what a whole run would bring is told before it is paid for.

The pilot is an evaluation of its own folder: a few questions, every one with as many samples as the cap allows. What is
found is written beside its samples as ``forecast.json``; ``eval --from-forecast FILE`` begins with these samples and
with the rule and cap that were chosen.

Time is told at the pilot's own speed. Own engines are faster once they are full, so there it is an upper bound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from harness.forecast.predict import Helpless, Line, PilotQuestion, helpless, predict
from harness.run.attempt_log import spent
from harness.run.config import EvalConfig
from harness.run.data import load_data
from harness.run.folder import RunFolder
from harness.run.pilot import LEAST_QUESTIONS
from harness.run.results import read_results
from solver.base.errors import UsageError
from solver.problems.jsonl import questions_of
from solver.sampling.sample import Sample
from solver.scheduling.store import read_samples

SETTLED = 0.95
"""How often a rule must answer as all samples do. On seven recorded sets, 40 pilots of 16 each: rules chosen by
accuracy alone are right 0.9 points (0.3 to 1.6) less often, for a third fewer tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the run must keep to."""

    deadline_s: float | None = None
    price_limit: float | None = None
    """In the currency of the prices."""
    target_accuracy: float | None = None
    """0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a run will bring."""

    n_questions: int
    n_pilot: int
    samples: int
    """Of each question of the pilot."""
    tokens_per_s: float | None
    """The pilot's own speed."""
    price_per_token: float | None
    price_of_prompts: float
    """A sample a question, all questions."""
    lines: tuple[Line, ...]
    helpless: Helpless | None
    hopeless_ids: tuple[str, ...]
    """Questions of the pilot of which no sample was right."""
    chosen: Line
    why: str
    """How it was chosen."""

    def seconds(self, tokens: float) -> float | None:
        """Return how long so many tokens take at the pilot's speed."""
        return tokens / self.tokens_per_s if self.tokens_per_s else None

    def price(self, line: Line, tokens: float) -> float | None:
        """Return what a rule's run costs, prompts included."""
        if self.price_per_token is None:
            return None
        return tokens * self.price_per_token + line.samples.value * self.price_of_prompts


def forecast_of(config: EvalConfig, wishes: Wishes, seed: int = 0) -> Forecast:
    """Forecast from a pilot that has been asked.

    Args:
        config: of the pilot.

    Raises:
        UsageError: the pilot has fewer than two questions with samples, or prices are wanted and missing.
    """
    folder = RunFolder(config.folder)
    results = read_results(folder.path)
    by_question: dict[str, list[Sample]] = {}
    for sample in read_samples(folder.path):
        by_question.setdefault(sample.question_id, []).append(sample)
    outcomes = [one for one in results if by_question.get(one.question_id)]
    drawn = [one for one in outcomes if len(by_question[one.question_id]) >= config.sampling.max_samples]
    if len(drawn) < LEAST_QUESTIONS:
        raise UsageError(
            f"{folder.path}: a forecast needs {LEAST_QUESTIONS} questions of the pilot with all samples at least"
        )
    pilot = [_question(by_question[one.question_id], one.gold) for one in drawn]
    n_questions = len(questions_of(load_data(config.inputs, mapping=config.map).problems)[: config.limit])
    samples = [sample for one in drawn for sample in by_question[one.question_id]]
    took = spent(folder, (sample.finished_at for sample in samples)).sampling_s
    tokens = sum(sample.completion_tokens for sample in samples)
    known = [one.gold is not None for one in drawn]
    lines = predict(pilot, n_questions, seed)
    prices = _prices(config, samples, n_questions)
    found = Forecast(
        n_questions=n_questions,
        n_pilot=len(drawn),
        samples=config.sampling.max_samples,
        tokens_per_s=tokens / took if took else None,
        price_per_token=prices[0],
        price_of_prompts=prices[1],
        lines=lines,
        helpless=helpless(pilot, n_questions),
        hopeless_ids=tuple(
            one.question_id
            for one, question, has_key in zip(drawn, pilot, known, strict=True)
            if has_key and question.gold not in question.votes
        ),
        chosen=lines[0],
        why="",
    )
    return choose(found, wishes)


def _question(samples: Sequence[Sample], gold: int | None) -> PilotQuestion:
    return PilotQuestion(
        votes=tuple(sample.option_class for sample in samples),
        tokens=tuple(float(sample.completion_tokens) for sample in samples),
        gold=gold,
    )


def _prices(config: EvalConfig, samples: Sequence[Sample], n_questions: int) -> tuple[float | None, float]:
    if config.price_completion is None and config.price_prompt is None:
        return None, 0.0
    prompt = sum(sample.prompt_tokens for sample in samples) / len(samples)
    million = Decimal(1_000_000)
    per_token = float(Decimal(config.price_completion or "0") / million)
    return per_token, float(Decimal(config.price_prompt or "0") / million) * prompt * n_questions


def choose(found: Forecast, wishes: Wishes) -> Forecast:
    """Choose the rule and cap: what is wished for first, then right answers, then tokens.

    Time and money are held against the upper end of their bands, accuracy against its middle. Where most right answers
    are wanted, only what mostly answers as all samples do is looked at: which rule a few questions happen to favour is
    chance, and whether its answer would still change is not. Of what is then within half a point of the best the one
    with the fewest tokens is taken.
    """
    if wishes.price_limit is not None and found.price_per_token is None:
        raise UsageError("--price-limit needs --price-completion or --price-prompt")
    able = [line for line in found.lines if _keeps(found, line, wishes)]
    met = able
    why = "most right answers"
    if wishes.target_accuracy is not None:
        met = [line for line in able if (line.accuracy or (0.0,))[0] >= wishes.target_accuracy]
        why = "fewest tokens that reach the accuracy"
    if not met:
        cheapest = min(found.lines, key=lambda line: line.tokens.value)
        best = max(able, key=_quality) if able else cheapest
        return replace(found, chosen=best, why="nothing keeps to all that is asked; this comes nearest")
    near = met if wishes.target_accuracy is not None else _as_right(met)
    return replace(found, chosen=min(near, key=lambda line: line.tokens.value), why=why)


def _as_right(lines: Sequence[Line]) -> list[Line]:
    """Return those that may be the best: settled as far as any can be, and within half a point of the most accurate."""
    settled = min(SETTLED, max(line.settled for line in lines))
    firm = [line for line in lines if line.settled >= settled]
    most = max(map(_quality, firm))
    return [line for line in firm if _quality(line) >= most - 0.005]


def _quality(line: Line) -> float:
    return line.settled if line.accuracy is None else line.accuracy.value


def _keeps(found: Forecast, line: Line, wishes: Wishes) -> bool:
    seconds, price = found.seconds(line.tokens.high), found.price(line, line.tokens.high)
    in_time = wishes.deadline_s is None or (seconds is not None and seconds <= wishes.deadline_s)
    return in_time and (wishes.price_limit is None or (price is not None and price <= wishes.price_limit))
