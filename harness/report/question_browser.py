"""What the browser of questions shows, compressed into the page.

The page unpacks with the browser's own ``DecompressionStream``: gzip, then JSON. There are three kinds of blocks, so
that a page with thousands of questions opens at once: the *index* (a few numbers a question, read when the page opens),
the *texts* (all problems, read right after), and *shards* (the chains of ``SHARD`` questions of one run, read when one
of them is looked at). Records are arrays, in the order of the ``…_FIELDS`` below; ``page.js`` names the same places.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence

from harness.analysis.run_data import RunData
from harness.report.question_facts import dispute_of, margin_of, outcome_of
from solver.problems.question import Question
from solver.sampling.sample import Sample
from solver.scheduling.outcome import Outcome

SHARD = 40
"""Questions a shard: with chains of a thousand tokens one unpacks in some 20 ms."""
INDEX_FIELDS = ("id", "family", "level", "split", "n_options", "gold", "dispute")
VERDICT_FIELDS = ("answer", "votes_by_model", "share", "margin", "tokens", "stop", "distinct")
CHAIN_FIELDS = (
    "model",
    "index",
    "status",
    "text",
    "shown",
    "vote",
    "outcome",
    "span",
    "finish",
    "is_closed",
    "tokens",
    "seconds",
    "mean_logprob",
    "letter_logprob",
    "retries",
    "error",
)


def packed(value: object) -> str:
    """Return JSON, gzipped, in base64; the same value gives the same text."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate cannot be stored: it was a model's broken output, and shows as such.
    return base64.b64encode(gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)).decode("ascii")


def order_of(runs: Sequence[RunData]) -> tuple[str, ...]:
    """Return all question ids: the first run's in its order, then what only later runs have."""
    return tuple(dict.fromkeys(result.question_id for run in runs for result in run.results))


def blocks(runs: Sequence[RunData], *, with_chains: bool = True) -> dict[str, str]:
    """Return the packed blocks by their ids in the page.

    Args:
        with_chains: False leaves the shards out.
    """
    ids = order_of(runs)
    by_id = [{result.question_id: result for result in run.results} for run in runs]
    found = {"data-index": packed(_index(runs, ids, by_id, with_chains)), "data-texts": packed(_texts(runs, ids))}
    for place, run in enumerate(runs if with_chains else ()):
        models = {model: at for at, model in enumerate(models_of(run))}
        for start in range(0, len(ids), SHARD):
            shard = [[_chain(one, models) for one in run.samples.get(name, ())] for name in ids[start : start + SHARD]]
            found[f"data-chains-{place}-{start // SHARD}"] = packed(shard)
    return found


def models_of(run: RunData) -> tuple[str, ...]:
    """Return the models of a run's samples, in the run's order."""
    drawn = dict.fromkeys(sample.model for found in run.samples.values() for sample in found)
    return tuple(dict.fromkeys((*(model for model in run.models if model in drawn), *drawn)))


def _index(
    runs: Sequence[RunData], ids: Sequence[str], by_id: Sequence[Mapping[str, Outcome]], with_chains: bool
) -> dict[str, object]:
    questions = []
    for name in ids:
        results = [found[name] for found in by_id if name in found]
        first, dispute = results[0], dispute_of(results)
        strength = None if dispute is None else round(dispute, 3)
        questions.append([name, first.family, first.level, first.split, first.n_options, first.gold, strength])
    return {
        "shard": SHARD,
        "has_chains": with_chains,
        "runs": [{"name": run.name, "rule": run.rule, "models": models_of(run)} for run in runs],
        "questions": questions,
        "verdicts": [[_verdict(found.get(name)) for name in ids] for found in by_id],
    }


def _verdict(result: Outcome | None) -> list[object] | None:
    if result is None:
        return None
    by_model: list[object] = [[model, list(votes)] for model, votes in result.votes_by_model.items()]
    share = None if result.vote_share is None else round(result.vote_share, 4)
    return [
        result.answer, by_model, share, margin_of(result), result.completion_tokens, result.stop_reason, result.distinct
    ]  # fmt: skip


def _texts(runs: Sequence[RunData], ids: Sequence[str]) -> dict[str, object]:
    problems: dict[str, int] = {}
    rows: list[list[object] | None] = []
    for name in ids:
        question: Question | None = next((run.questions[name] for run in runs if name in run.questions), None)
        if question is None:
            rows.append(None)
        else:
            place = problems.setdefault(question.problem, len(problems))
            rows.append([place, question.text, list(question.options), list(question.classes)])
    return {"problems": list(problems), "questions": rows}


def _chain(sample: Sample, models: Mapping[str, int]) -> list[object]:
    return [
        models[sample.model],
        sample.index,
        sample.status.value,
        sample.text,
        sample.shown_letter,
        sample.option_class,
        outcome_of(sample),
        utf16_span(sample.text, sample.span),
        sample.finish_reason,
        int(sample.is_closed),
        sample.completion_tokens,
        round(sample.finished_at - sample.launched_at, 2),
        None if sample.mean_logprob is None else round(sample.mean_logprob, 3),
        None if sample.letter_logprob is None else round(sample.letter_logprob, 3),
        sample.retries,
        sample.error,
    ]


def utf16_span(text: str, span: tuple[int, int] | None) -> tuple[int, int] | None:
    """Return a span of characters as one of UTF-16 units, which is what a browser counts.

    >>> utf16_span("😀 A", (2, 3))
    (3, 4)
    """
    if span is None or text.isascii():
        return span
    start, end = (len(text[:place].encode("utf-16-le", "surrogatepass")) // 2 for place in span)
    return start, end
