"""What a running evaluation looks like, as one line and as a panel: counters and a clock in, text out. Pure.

Model text never appears here. Bars, colours and glyphs are those of the solving terminal
(``solver.base.display.theme``); colour only repeats what the words say. ``solver.base.display.live`` draws it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from harness.run.live.state import Running
from solver.base.display import theme
from solver.base.display.figures import MISSING, counted, percent, with_interval
from solver.base.display.live import Screen
from solver.base.display.theme import clock

if TYPE_CHECKING:
    from rich.text import Text

_LABEL_CELLS = 15
_BAR_CELLS = 60
"""The bar at its longest; on a wide terminal a longer one says no more."""


def shown(progress: Running, screen: Screen) -> AbstractAsyncContextManager[None]:
    """Show a run on a screen while a block lasts."""
    glyphs = theme.glyphs_of(os.environ)
    return screen.showing(
        line=lambda now: line(progress, now), panel=lambda now, width: render(progress, now, width, glyphs)
    )


def line(progress: Running, now: float) -> str:
    """Return the state in one line."""
    elapsed = max(now - progress.started_at, 1e-9)
    parts = [f"{progress.phase}: {progress.decided}/{progress.expected} decided"]
    if progress.open_votes:
        parts.append(f"{len(progress.open_votes)} open with an answer")
    if progress.scored:
        scored = "" if progress.voted == progress.scored else f"{progress.scored}, "
        parts.append(f"accuracy so far {accuracy_text(progress)} of {scored}{progress.voted} with votes")
    each = progress.samples_each
    parts.append(counted(progress.samples, "sample") + ("" if each is None else f", {each:.1f} a question"))
    if progress.stored:
        parts.append(f"{progress.stored} from the store")
    parts.append(f"{progress.tokens / elapsed:,.0f} tokens/s")
    parts.append(f"{progress.wire.in_flight} in flight")
    if progress.wire.retries:
        parts.append(counted(progress.wire.retries, "retry"))
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    parts.append(clock(elapsed))
    if 0 < progress.decided < progress.expected:
        parts.append(f"about {clock(remaining_s(progress, now))} left")
    return " · ".join(parts)


def accuracy_text(progress: Running) -> str:
    """Return the accuracy so far with its 95 % interval, where there is one."""
    found = progress.accuracy()
    return MISSING if found is None else with_interval(found.value, found.low, found.high)


def remaining_s(progress: Running, now: float) -> float:
    """Estimate the seconds left: each open question is taken to need as many samples as the decided ones did.

    Under a limit the hard questions come last, and it will be longer.
    """
    elapsed = now - progress.started_at
    per_verdict = progress.samples / max(progress.decided, 1)
    needed = per_verdict * (progress.expected - progress.decided)
    return elapsed * needed / max(progress.samples, 1)


def render(progress: Running, now: float, width: int, glyphs: theme.Glyphs | None = None) -> Text:
    """Draw the panel for a terminal ``width`` columns wide: a bar, then what matters, a line each."""
    from rich.text import Text

    glyphs = glyphs or theme.Glyphs()
    rows = [_bar_row(progress, width, glyphs), *_rows(progress, now, glyphs)]
    label_width = max(len(label) for label, _, _ in rows) + 2
    text = Text(no_wrap=True, overflow="crop")
    for place, (label, value, style) in enumerate(rows):
        if place:
            text.append("\n")
        shown = theme.cropped(f" {label}".ljust(label_width), width, glyphs.dots)
        text.append(shown, theme.QUIET)
        text.append(theme.cropped(value, width - len(shown), glyphs.dots), style)
    return text


_Row = tuple[str, str, str]
"""Label, text, style."""


def _bar_row(progress: Running, width: int, glyphs: theme.Glyphs) -> _Row:
    share = percent(progress.decided / progress.expected if progress.expected else None, 0)
    decided = f"{progress.decided:,} / {progress.expected:,} decided {glyphs.between} {share}"
    label = theme.cropped(progress.phase, _LABEL_CELLS, glyphs.dots).ljust(_LABEL_CELLS)
    room = width - len(label) - len(decided) - 4
    drawn = theme.bar(progress.decided, progress.expected, min(room, _BAR_CELLS), glyphs) if room >= 8 else ""
    is_done = progress.decided == progress.expected
    return label, f"{drawn}  {decided}".strip(), theme.GOOD if is_done else theme.STRONG


def _rows(progress: Running, now: float, glyphs: theme.Glyphs) -> Iterator[_Row]:
    elapsed = max(now - progress.started_at, 1e-9)
    joint = f" {glyphs.between} "
    if progress.scored:
        silent = [f"{progress.unanswered:,} without an answer"] if progress.unanswered else []
        right = f"{progress.voted:,} with votes, {progress.right:,} of {progress.labelled:,} decided right"
        yield "accuracy so far", joint.join([accuracy_text(progress), right, *silent]), theme.STRONG
    if progress.open_votes:
        yield "not settled", f"{len(progress.open_votes):,} open with an answer", ""
    each = progress.samples_each
    samples = [f"{progress.samples:,}", *([] if each is None else [f"{each:.1f} a question"])]
    samples += [f"{progress.stored:,} from the store"] if progress.stored else []
    yield "samples", joint.join(samples), ""
    speed = [f"{progress.tokens / elapsed:,.0f} tokens/s", f"{progress.samples / elapsed:,.1f} samples/s"]
    yield "speed", joint.join([*speed, f"{progress.wire.in_flight:,} in flight"]), ""
    if progress.failed or progress.wire.retries:
        trouble = joint.join([counted(progress.wire.retries, "retry"), f"{counted(progress.failed, 'sample')} failed"])
        yield "trouble", trouble, theme.BAD if progress.failed else ""
    if progress.reasons:
        often = sorted(progress.reasons.items(), key=lambda item: (-item[1], item[0]))[:4]
        reasons = [f"{reason} {theme.bar(count, progress.decided, 8, glyphs)} {count:,}" for reason, count in often]
        yield "stopped by", "  ".join(reasons), ""
    left = f"{joint}about {clock(remaining_s(progress, now))} left" if 0 < progress.decided < progress.expected else ""
    yield "time", clock(elapsed) + left, ""
