"""A forecast for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from harness.forecast.calibration import Coverage
from harness.forecast.forecast import Forecast
from harness.forecast.predict import Line
from harness.scoring.tables import table
from solver.base.display.figures import MISSING, counted, percent, with_interval
from solver.base.display.theme import seconds as duration
from solver.voting.rules import DEFAULT_RULE


def render(found: Forecast) -> RenderableType:
    """Return the table: what nothing else beats, and what was chosen."""
    rows = [_row(found, line) for line in found.lines if line == found.chosen or _is_worth_a_row(line, found.lines)]
    caption = (
        f"{found.n_pilot} of {counted(found.n_questions, 'question')} were asked {found.samples} times each; "
        "bands are 90 %. "
        + (f"Time is at the pilot's speed, {found.tokens_per_s:,.0f} tokens a second. " if found.tokens_per_s else "")
        + "What the pilot drew beyond a rule's need comes on top. "
        + f"Shown: what nothing beats for fewer tokens, and {DEFAULT_RULE}."
    )
    headings = ("", "rule", "cap", "accuracy", "samples", "tokens", "time", "price", "as all samples say")
    parts: list[RenderableType] = [table("Forecast", headings, rows, n_text=2, caption=caption)]
    if found.helpless is not None:
        never, always = found.helpless.never, found.helpless.always
        named = ", ".join(found.hopeless_ids[:8]) + (" …" if len(found.hopeless_ids) > 8 else "")
        text = f"voting cannot help: never right {with_interval(*never)}, always right {with_interval(*always)}"
        parts.append(Text(text + (f"; never right in the pilot: {named}" if named else "")))
    parts.append(Text(f"chosen: {found.chosen.rule}, at most {counted(found.chosen.cap, 'sample')} ({found.why})"))
    return Group(*parts)


def _is_worth_a_row(line: Line, lines: Sequence[Line]) -> bool:
    quality = line.accuracy.value if line.accuracy else line.settled
    return not any(
        (other.accuracy.value if other.accuracy else other.settled) >= quality
        and other.tokens.value <= line.tokens.value
        and other != line
        for other in lines
    ) or (line.rule == DEFAULT_RULE and line.cap == max(other.cap for other in lines))


def _row(found: Forecast, line: Line) -> tuple[str, ...]:
    prices = [found.price(line, value) for value in line.tokens]
    seconds = [found.seconds(value) for value in line.tokens]
    return (
        "*" if line == found.chosen else "",
        line.rule,
        str(line.cap),
        MISSING if line.accuracy is None else with_interval(*line.accuracy),
        f"{line.samples.value:.2f} ({line.samples.low:.2f} to {line.samples.high:.2f})",
        f"{line.tokens.value:,.0f} ({line.tokens.low:,.0f} to {line.tokens.high:,.0f})",
        MISSING if seconds[0] is None else f"{duration(seconds[0])} (to {duration(seconds[2] or 0.0)})",
        MISSING if prices[0] is None else f"{prices[0]:.2f} (to {prices[2]:.2f})",
        percent(line.settled),
    )


def render_coverage(name: str, found: Sequence[Coverage]) -> RenderableType:
    """Return how often 90 % bands held the truth."""
    rows = [
        (one.quantity, percent(one.inside), f"{percent(one.worst)} to {percent(one.best)}", percent(one.width, 0))
        for one in found
    ]
    headings = ("forecast of", "held", "by rule and cap", "mean width")
    return table(f"90 % bands: {name}", headings, rows, caption=f"{counted(found[0].n_pilots, 'pilot')}.")
