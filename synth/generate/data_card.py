"""The data card that ``generate`` writes beside its output: what is in it, how it was made, what was checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from solver.base.display.figures import counted
from synth.generate.bulk import Written
from synth.generate.order import Order
from synth.puzzles.benchmark_overlap import benchmark_of
from synth.puzzles.compose import VERSION


def card(order: Order, written: Written, *, sha256: str, seconds: float, gate: str | None = None) -> str:
    """Return the card in Markdown.

    Args:
        seconds: how long the generation took, the gate included.
        gate: what the gate found, in one line; None where it was not asked.
    """
    mean = written.chain_characters / max(written.questions, 1)
    rate = written.questions / max(seconds, 1e-9)
    command = f"python -m synth generate --count {order.count} --seed {order.seed} --format {order.format}"
    if order.manner is not None:
        command += " --chains words"
    return "\n".join(
        [
            "# Data card",
            "",
            f"{counted(written.problems, 'problem')} with {counted(written.questions, 'question')}, made by "
            f"`{command} …`, generator version {VERSION}. Every answer, and the falsehood of every "
            "other option, is proven by the family's solver.",
            "",
            f"- SHA-256 of the file: `{sha256}`",
            "- Licence: Apache-2.0, as the project; no sentence is taken from any benchmark",
            f"- Speed: {rate:,.0f} questions/s ({seconds:.1f} s)",
            f"- Mean chain: {mean:.0f} characters",
            f"- Overlap with the built-in benchmark: {_overlap(order, written)}",
            f"- Giveaways: {gate or 'not measured (fewer than 1,000 questions, no numpy, or the gate was turned off)'}",
            "",
            _table("Family", written.by_family),
            _table("Difficulty", written.by_difficulty),
            _table("Level of a question", written.by_level),
            _table("Language", written.by_lang),
            _table("Gold letter", written.by_letter),
            _table("Options", written.by_options),
        ]
    )


def _overlap(order: Order, written: Written) -> str:
    if not order.apart_from:
        return "not checked (`--no-check`)"
    against = counted(len(benchmark_of(order.apart_from)), "problem text")
    drawn = f"{counted(written.refused, 'problem')} drawn anew" if written.refused else "none was drawn"
    return f"none by the measure of `synth check`, against {against}; {drawn}"


def _table(head: str, counts: Mapping[str, int] | Mapping[int, int]) -> str:
    total = sum(counts.values())
    rows = "\n".join(
        f"| {key} | {count} | {count / max(total, 1):.1%} |" for key, count in sorted(Counter(counts).items())
    )
    return f"| {head} | count | share |\n|---|---:|---:|\n{rows}\n"
