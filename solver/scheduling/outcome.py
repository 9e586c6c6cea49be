"""What came out of a question, as JSON and as tables: the plain forms that ``answer`` prints and the terminal saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from solver.base.display import theme
from solver.base.text_safety import cleaned, one_line
from solver.problems.letters import letter_of
from solver.scheduling.solve import Solved, letters, why_stopped

if TYPE_CHECKING:
    from rich.console import RenderableType

_BAR = 6
_ID = 20
"""Cells for a question's id; of a longer one the end is shown, which tells questions apart."""


def to_json(solved: Solved, *, has_chains: bool = False) -> dict[str, object]:
    """Return one question's outcome as a JSON object.

    Args:
        has_chains: whether every sample's text goes along.
    """
    question, verdict = solved.question, solved.verdict
    row: dict[str, object] = {
        "id": question.id,
        "question": question.text,
        "answer": None if verdict.answer is None else letter_of(verdict.answer),
        "answer_text": None if verdict.answer is None else question.options[verdict.answer],
        "vote_share": verdict.vote_share,
        "votes": {letter_of(option): count for option, count in verdict.counts},
        "ballot": letters(verdict.votes),
        "samples": verdict.samples,
        "stopped_by": verdict.stop_reason,
        "completion_tokens": solved.completion_tokens,
        "seconds": round(solved.seconds, 3),
    }
    if verdict.members:
        row["members"] = {
            str(member.model): None if member.answer is None else letter_of(member.answer) for member in verdict.members
        }
    if question.gold is not None:
        row["key"] = letter_of(question.gold)
    if solved.error is not None:
        row["error"] = solved.error
    if has_chains:
        row["chains"] = [
            {
                "model": sample.model,
                "index": sample.index,
                "status": sample.status,
                "letter": None if sample.option_class is None else letter_of(sample.option_class),
                "is_closed": sample.is_closed,
                "completion_tokens": sample.completion_tokens,
                "text": sample.text,
            }
            for sample in solved.samples
        ]
    return row


def table(found: Sequence[Solved], environ: Mapping[str, str]) -> RenderableType:
    """Return the outcomes as a table."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    glyphs = theme.glyphs_of(environ)
    has_key = any(solved.question.gold is not None for solved in found)
    shape = Table(box=box.SIMPLE_HEAD if glyphs.full == "█" else box.ASCII, pad_edge=False, padding=(0, 1, 0, 0))
    shape.add_column("question", no_wrap=True)
    shape.add_column("answer", overflow="ellipsis", no_wrap=True, ratio=2)
    if has_key:
        shape.add_column("key", no_wrap=True)
    shape.add_column("share", no_wrap=True)
    shape.add_column("votes", no_wrap=True)
    shape.add_column("tokens", justify="right", no_wrap=True)
    shape.add_column("stop", no_wrap=True)
    shape.expand = True
    for solved in found:
        verdict, question = solved.verdict, solved.question
        if verdict.answer is None:
            answer, share = Text("no answer", style=theme.BAD), Text("-")
        else:
            style = theme.letter_colour(verdict.answer)
            answer = Text(letter_of(verdict.answer), style=f"{theme.STRONG} {style}")
            answer.append(" " + one_line(question.options[verdict.answer]), style="not bold default")
            bar = theme.bar(verdict.vote_share or 0, 1, _BAR, glyphs)
            share = Text(f"{bar} {theme.percent(verdict.vote_share)}", style=style)
        cells: list[RenderableType] = [Text(_tail(one_line(question.id), glyphs)), answer]
        if has_key:
            cells.append(_key(solved, glyphs))
        votes = Text(" ".join(f"{letter_of(option)}{count}" for option, count in verdict.counts))
        shape.add_row(*cells, share, votes, Text(f"{solved.completion_tokens:,}"), Text(verdict.stop_reason))
    return shape


def _tail(text: str, glyphs: theme.Glyphs) -> str:
    if theme.width_of(text) <= _ID:
        return text
    return glyphs.dots + theme.cropped(text[::-1], _ID - 1, "")[::-1]


def _key(solved: Solved, glyphs: theme.Glyphs) -> RenderableType:
    from rich.text import Text

    gold = solved.question.gold
    if gold is None:
        return Text("")
    is_right = gold == solved.verdict.answer
    return Text(f"{letter_of(gold)} {glyphs.yes if is_right else 'x'}", style=theme.GOOD if is_right else theme.BAD)


def summary(found: Sequence[Solved]) -> str:
    """Return the outcomes in one line."""
    keyed = [solved for solved in found if solved.question.gold is not None]
    right = sum(solved.question.gold == solved.verdict.answer for solved in keyed)
    parts = [
        count_of(len(found), "question"),
        count_of(sum(solved.verdict.samples for solved in found), "sample"),
        count_of(sum(solved.completion_tokens for solved in found), "token"),
    ]
    empty = sum(solved.verdict.answer is None for solved in found)
    if empty:
        parts.append(f"{empty} without an answer")
    if keyed:
        parts.append(f"{right} of {len(keyed)} as the key says")
    return ", ".join(parts)


def count_of(number: int, name: str) -> str:
    """Return a number with its noun.

    >>> count_of(1, "sample"), count_of(1200, "token")
    ('1 sample', '1,200 tokens')
    """
    return f"{number:,} {name}" if number == 1 else f"{number:,} {name}s"


def plain(solved: Solved, *, width: int = 78, has_chains: bool = True) -> str:
    """Return one question's outcome as plain text: question, answer, votes, and the two chains that matter."""
    question, verdict = solved.question, solved.verdict
    lines = theme.wrapped(cleaned(question.text.strip()), width)
    counts = dict(solved.counts.counts)
    for place, option in enumerate(question.options):
        votes = f"  [{counts[place]}]" if counts.get(place) else ""
        lines += theme.wrapped(f"  {letter_of(place)}. {one_line(option)}{votes}", width)
    if verdict.answer is None:
        lines.append("answer: none")
    else:
        share = theme.percent(verdict.vote_share)
        text = one_line(question.options[verdict.answer])
        lines.append(f"answer: {letter_of(verdict.answer)} ({text}), {share} of the votes")
    lines.append(f"votes in order: {letters(verdict.votes) or 'none'}; {why_stopped(solved)}")
    drawn = f"{verdict.samples} sample{'' if verdict.samples == 1 else 's'}"
    lines.append(f"{drawn}, {solved.completion_tokens:,} tokens, {theme.seconds(solved.seconds)}")
    for name, answer in (("winning", verdict.answer), ("dissenting", solved.dissent)):
        sample = solved.chain(answer) if has_chains else None
        if sample is not None and answer is not None:
            lines.append(f"--- the {name} chain: sample {sample.index + 1}, {letter_of(answer)}")
            lines += theme.wrapped(cleaned(sample.text.strip()), width)
    return "\n".join(lines)
