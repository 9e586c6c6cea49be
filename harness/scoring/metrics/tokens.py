"""Samples and tokens: how many, and how many a question (over questions with at least one sample)."""

from __future__ import annotations

from harness.bilingual import Bilingual
from harness.scoring.metrics.metric import Column, Metric, PerQuestion, Section, Summary, Tile
from harness.scoring.metrics.scored import Scored, ratio
from solver.base.display.figures import DASH, number


def fields(run: Scored) -> dict[str, object]:
    """Add up."""
    completion_tokens = sum(sample.completion_tokens for sample in run.drawn)
    return {
        "n_samples": len(run.drawn),
        "samples_per_question": ratio(len(run.drawn), run.n_sampled),
        "prompt_tokens": sum(sample.prompt_tokens for sample in run.drawn),
        "completion_tokens": completion_tokens,
        # Generated tokens.
        "tokens_per_question": ratio(completion_tokens, run.n_sampled),
        # Of the generated tokens; estimated where a server does not count them.
        "thought_tokens": sum(sample.thought_tokens for sample in run.drawn),
        "thoughts_estimated": any(sample.thought_tokens and not sample.are_thoughts_told for sample in run.drawn),
    }


def _thoughts(summary: Summary) -> list[tuple[str, str]]:
    """Return the line of the thoughts, where there are any."""
    tokens, whole = summary.number("thought_tokens"), summary.number("completion_tokens")
    if not tokens or not whole:
        return []
    how = ", estimated from the texts" if summary.flag("thoughts_estimated") else ""
    return [("of these in thoughts", f"{number(tokens, 0)} ({tokens / whole:.0%}{how})")]


SAMPLES = Bilingual("samples a question", "每题样本数")
TOKENS = Bilingual("generated tokens a question", "每题生成词元")
METRIC = Metric(
    name="tokens",
    help="samples and tokens, in all and a question",
    fields=fields,
    section=Section.EFFORT,
    rows=lambda summary: [
        (SAMPLES.english, number(summary.number("samples_per_question"))),
        (TOKENS.english, number(summary.number("tokens_per_question"), 0)),
        ("generated tokens", number(summary.number("completion_tokens"), 0)),
        *_thoughts(summary),
    ],
    brief=lambda summary: [
        (SAMPLES.english, number(summary.number("samples_per_question"))),
        (TOKENS.english, number(summary.number("tokens_per_question"), 0)),
        *_thoughts(summary),
    ],
    tiles=lambda summary: [
        Tile(SAMPLES, number(summary.number("samples_per_question"), 2, missing=DASH)),
        Tile(TOKENS, number(summary.number("tokens_per_question"), 0, missing=DASH)),
    ],
    columns=(
        Column("samples", ("samples_per_question",), lambda summary: number(summary.number("samples_per_question"))),
        Column("tokens", ("completion_tokens",), lambda summary: number(summary.number("completion_tokens"), 0)),
    ),
    per_question=(PerQuestion("samples", "samples that counted, a question", lambda result: len(result.votes)),),
)
