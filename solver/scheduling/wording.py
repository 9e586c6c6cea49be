"""An outcome in words: why samples were bought, why sampling stopped, tables and plain text for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from solver.base.display import theme
from solver.base.display.figures import counted, percent
from solver.base.text_safety import cleaned, one_line
from solver.problems.letters import letter_of, vote_letter
from solver.scheduling.outcome import CANCELLED, Outcome
from solver.scheduling.outcome_json import letters
from solver.scheduling.settings import SamplingSettings
from solver.voting.rules import Rule
from solver.voting.tally import tally

if TYPE_CHECKING:
    from rich.console import RenderableType

_BAR = 6
_ID = 20
"""Cells for a question's id; of a longer one the end is shown, which tells questions apart."""


def why_more(settings: SamplingSettings, votes: Sequence[int | None]) -> str:
    """Say why samples are bought.

    >>> why_more(SamplingSettings(models=("m",), rule="lead:3"), [0, 0, 1])
    'A leads B by 1: rule lead:3 needs at least 2 more'
    """
    rule, models = settings.stopping_rule, len(settings.models)
    if models > 1:
        return f"each of {counted(models, 'model')} is asked until rule {rule.spec} is content"
    if settings.policy:
        most = counted(settings.max_samples, "sample")
        return f"{standing(votes)}: {settings.what_decides}, at most {most}, where most is gained"
    needed = rule.needed(votes, settings.max_samples)
    if _is_fixed(rule):
        return f"{standing(votes)}: {needed} more of the {rule.needed((), settings.max_samples)} that are asked for"
    if not votes:
        return f"rule {rule.spec} needs at least {needed}"
    return f"{standing(votes)}: rule {rule.spec} needs at least {needed} more"


def standing(votes: Sequence[int | None]) -> str:
    """Say how a vote stands.

    >>> standing([0, 0, 1]), standing([None]), standing([1, 0]), standing([2])
    ('A leads B by 1', 'no votes', 'A and B are level', 'C is alone with 1')
    """
    counts = tally(votes).counts
    if not counts:
        return "no votes"
    first = vote_letter(counts[0][0])
    if len(counts) == 1:
        return f"{first} is alone with {counts[0][1]}"
    second, lead = vote_letter(counts[1][0]), counts[0][1] - counts[1][1]
    return f"{first} leads {second} by {lead}" if lead else f"{min(first, second)} and {max(first, second)} are level"


def why_stopped(outcome: Outcome) -> str:
    """Say why sampling stopped."""
    verdict, reason, settings = outcome.verdict, outcome.stop_reason, outcome.how
    said = standing(verdict.votes)
    reasons: Mapping[str, str] = {
        "cap": f"{said}; no more than {counted(settings.max_samples, 'sample is', 'samples are')} allowed",
        "failed": f"a sample failed: {outcome.error or 'no reason given'}",
        CANCELLED: f"cancelled; {said}",
    }
    if verdict.members:
        return f"{counted(len(verdict.members), 'model')}: {reason}"
    if settings.policy:
        return reasons.get(reason, f"{said}: {settings.what_decides} spent the rest elsewhere")
    if _is_fixed(settings.stopping_rule):
        return reasons.get(reason, f"{said}: all {counted(len(verdict.votes), 'sample')} that were asked for are there")
    return reasons.get(reason, f"{said}: rule {settings.stopping_rule.spec} is content")


def _is_fixed(rule: Rule) -> bool:
    """Tell whether a rule looks at no vote: somebody asked for a number of samples."""
    return rule.spec.startswith("fixed:")


def table(found: Sequence[Outcome], environ: Mapping[str, str]) -> RenderableType:
    """Return the outcomes as a table."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    glyphs = theme.glyphs_of(environ)
    has_key = any(outcome.gold is not None for outcome in found)
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
    for outcome in found:
        verdict, question = outcome.verdict, outcome.asked
        if verdict.answer is None:
            answer, share = Text("no answer", style=theme.BAD), Text("-")
        else:
            style = theme.letter_colour(verdict.answer)
            answer = Text(letter_of(verdict.answer), style=f"{theme.STRONG} {style}")
            answer.append(" " + one_line(question.options[verdict.answer]), style="not bold default")
            bar = theme.bar(verdict.vote_share or 0, 1, _BAR, glyphs)
            share = Text(f"{bar} {percent(verdict.vote_share, 0)}", style=style)
        cells: list[RenderableType] = [Text(_tail(one_line(question.id), glyphs)), answer]
        if has_key:
            cells.append(_key(outcome, glyphs))
        votes = Text(" ".join(f"{letter_of(option)}{count}" for option, count in verdict.counts))
        shape.add_row(*cells, share, votes, Text(f"{outcome.completion_tokens:,}"), Text(verdict.stop_reason))
    return shape


def _tail(text: str, glyphs: theme.Glyphs) -> str:
    if theme.width_of(text) <= _ID:
        return text
    return glyphs.dots + theme.cropped(text[::-1], _ID - 1, "")[::-1]


def _key(outcome: Outcome, glyphs: theme.Glyphs) -> RenderableType:
    from rich.text import Text

    gold = outcome.gold
    if gold is None:
        return Text("")
    is_right = gold == outcome.answer
    return Text(f"{letter_of(gold)} {glyphs.yes if is_right else 'x'}", style=theme.GOOD if is_right else theme.BAD)


def summary(found: Sequence[Outcome]) -> str:
    """Return the outcomes in one line."""
    keyed = [outcome for outcome in found if outcome.gold is not None]
    right = sum(outcome.is_correct is True for outcome in keyed)
    parts = [
        counted(len(found), "question"),
        counted(sum(outcome.verdict.samples for outcome in found), "sample"),
        counted(sum(outcome.completion_tokens for outcome in found), "token"),
    ]
    empty = sum(outcome.answer is None for outcome in found)
    if empty:
        parts.append(f"{empty} without an answer")
    if keyed:
        parts.append(f"{right} of {len(keyed)} as the key says")
    return ", ".join(parts)


def plain(outcome: Outcome, *, width: int = 78, has_chains: bool = True) -> str:
    """Return one question's outcome as plain text: question, answer, votes, and the two chains that matter."""
    question, verdict = outcome.asked, outcome.verdict
    lines = theme.wrapped(cleaned(question.text.strip()), width)
    counts = dict(outcome.tally.counts)
    for place, option in enumerate(question.options):
        votes = f"  [{counts[place]}]" if counts.get(place) else ""
        lines += theme.wrapped(f"  {letter_of(place)}. {one_line(option)}{votes}", width)
    if verdict.answer is None:
        lines.append("answer: none")
    else:
        share = percent(verdict.vote_share, 0)
        text = one_line(question.options[verdict.answer])
        lines.append(f"answer: {letter_of(verdict.answer)} ({text}), {share} of the votes")
    lines.append(f"votes in order: {letters(verdict.votes) or 'none'}; {why_stopped(outcome)}")
    drawn = counted(verdict.samples, "sample")
    lines.append(f"{drawn}, {outcome.completion_tokens:,} tokens, {theme.seconds(outcome.seconds or 0.0)}")
    for name, answer in (("winning", verdict.answer), ("dissenting", outcome.dissent)):
        sample = outcome.chain(answer) if has_chains else None
        if sample is not None and answer is not None:
            lines.append(f"--- the {name} chain: sample {sample.index + 1}, {letter_of(answer)}")
            lines += theme.wrapped(cleaned(sample.text.strip()), width)
    return "\n".join(lines)
