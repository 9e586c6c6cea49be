"""Result tables on stdout: their building blocks, how numbers are written in them, and the tables of a score.

>>> percent(0.9423), points(-0.0008), with_interval(0.5, 0.4, 0.6)
('94.2 %', '-0.08', '50.0 % (40.0 to 60.0)')
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.scoring.score import Gain, Score, Share
from solver.base.text_safety import cleaned

MISSING = "-"


def percent(share: float | None, digits: int = 1) -> str:
    """Write a share as a percentage."""
    return MISSING if share is None else f"{share * 100:.{digits}f} %"


def points(difference: float | None, digits: int = 2) -> str:
    """Write a difference of shares in percentage points, sign included."""
    # Adding 0.0 turns the negative zero of a rounded trifle into a plain one.
    return MISSING if difference is None else f"{round(difference * 100, digits) + 0.0:+.{digits}f}"


def number(value: float | None, digits: int = 2) -> str:
    """Write a number; thousands are set apart."""
    return MISSING if value is None else f"{value:,.{digits}f}"


def with_interval(value: float | None, low: float | None, high: float | None) -> str:
    """Write a share with its interval."""
    if value is None or low is None or high is None:
        return MISSING
    return f"{percent(value)} ({low * 100:.1f} to {high * 100:.1f})"


def table(
    title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, n_text: int = 1, caption: str | None = None
) -> Table:
    """Build a table.

    Args:
        headings: one a column.
        rows: plain text, never read as markup.
        n_text: how many columns at the left are text; the others are numbers and stand right.
        caption: a line below the table.
    """
    # Text, not str, and cleaned: names of models and families come from outside; they may look like markup, or hold
    # codes that a terminal obeys.
    built = Table(
        title=Text(cleaned(title)),
        caption=None if caption is None else Text(cleaned(caption)),
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
    )
    for place, heading in enumerate(headings):
        built.add_column(Text(heading), justify="left" if place < n_text else "right", overflow="fold")
    for row in rows:
        built.add_row(*(Text(cleaned(cell)) for cell in row))
    return built


def _gain_rows(gain: Gain | None) -> list[tuple[str, str]]:
    if gain is None:
        return []
    low, value, high = (f"{100 * part:+.1f}" for part in (gain.ci_low, gain.value, gain.ci_high))
    return [
        (f"one sample, mean of the first {gain.k}", percent(gain.single)),
        ("gain of voting over one sample, points", f"{value} ({low} to {high})"),
    ]


def render_score(result: Score) -> RenderableType:
    """Return the tables of a run's score."""
    unit = f"{result.n_questions:,} questions of {result.n_problems:,} problems"
    rows = [
        ("accuracy", with_interval(result.accuracy, result.ci_low, result.ci_high)),
        ("accuracy, answered questions only", percent(result.accuracy_answered)),
        ("first sample alone", percent(result.single_sample_accuracy)),
        *_gain_rows(result.voting_gain),
        ("random guess", percent(result.random_baseline)),
        (f"always {result.best_letter}", percent(result.letter_baseline)),
        ("samples a question", number(result.samples_per_question)),
        ("generated tokens a question", number(result.tokens_per_question, 0)),
        ("generated tokens", number(result.completion_tokens, 0)),
        ("agreement", percent(result.agreement)),
        ("calibration error of the vote share", percent(result.ece)),
        ("samples without an answer", percent(result.no_answer_rate)),
        ("samples cut at the length limit", percent(result.truncated_rate)),
        ("samples closed", percent(result.closed_rate)),
        ("samples failed", f"{result.failed:,}"),
        ("wall time", MISSING if result.wall_s is None else f"{result.wall_s:,.1f} s"),
        ("generated tokens a second", number(result.tokens_per_s, 0)),
    ]
    if result.cost is not None:
        rows.append(("cost", f"{result.cost:.4f} {result.currency}"))
    if result.n_unlabelled:
        rows.append(("questions without a key", f"{result.n_unlabelled:,}"))
    title = f"Score: {unit}" + ("" if result.is_complete else " (INCOMPLETE)")
    parts: list[RenderableType] = [table(title, ("", ""), rows)]
    for heading, shares in [
        *((f"by {name}", shares) for name, shares in result.slices.items()),
        ("models", result.models),
    ]:
        if len(shares) > 1:
            by_value = [(value, _share_text(share), f"{share.n:,}") for value, share in shares.items()]
            parts.append(table(heading.replace("n_options", "number of options"), ("", "accuracy", "n"), by_value))
    if len(result.by_k) > 1:
        by_k = [(str(at.k), percent(at.majority), percent(at.any_correct), f"{at.n:,}") for at in result.by_k]
        parts.append(table("first k samples", ("k", "majority", "any correct", "n"), by_k))
    return Group(*parts)


def _share_text(share: Share) -> str:
    return with_interval(share.accuracy, share.ci_low, share.ci_high)
