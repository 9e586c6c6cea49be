"""A state as a picture: exactly as many lines as the terminal has, none wider. Pure.

From top to bottom: what is used (model, rule …), the body of the stage, a line for messages or input, the keys.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.text import Text

from solver.base.display import theme
from solver.base.display.figures import counted
from solver.base.display.theme import Glyphs
from solver.base.text_safety import cleaned, one_line
from solver.problems.letters import letter_of
from solver.terminal.draw import row, rule
from solver.terminal.solving import read_body, solve_body
from solver.terminal.state import Stage, State

LEAST_WIDTH, LEAST_HEIGHT = 40, 12
"""Cells below which there is no picture worth drawing."""
_MESSAGE_ROWS = 3
"""Rows that a message takes at most."""

_HELP = (
    ("everywhere", ""),
    ("Ctrl-C", "cancel the question; twice: leave"),
    ("Ctrl-L  Ctrl-Z", "draw the screen again; stop (fg goes on)"),
    ("writing", ""),
    ("Ctrl-D", "ask (also Alt-Enter); Enter begins a new line"),
    ("Ctrl-O", "open a file of problems"),
    ("Ctrl-K", "clear the text; Ctrl-U, Ctrl-W: line, word"),
    ("a question", ""),
    ("Enter", "ask it, or read all its chains"),
    ("n  left  right", "the problem's next question; look at others"),
    ("a", "ask another question on the same problem"),
    ("m", "more samples"),
    ("r  o", "another rule, another model (a, b: together)"),
    ("s", "save to a file"),
    ("Esc  q", "back; leave"),
    ("a file", ""),
    ("up down / Enter", "choose, find, open"),
)


class Picture(NamedTuple):
    """What the terminal is to show."""

    lines: list[Text]
    cursor: tuple[int, int] | None
    """Row and column of the cursor, or None where it is hidden."""


def draw(state: State, width: int, height: int, now: float, glyphs: Glyphs) -> Picture:
    """Draw a state.

    Args:
        now: on the clock of the state's watches, seconds.
    """
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        words = f"{width}x{height} is too small; {LEAST_WIDTH}x{LEAST_HEIGHT} at least"
        lines = [Text(theme.cropped(words, width, glyphs.dots), end="")]
        return Picture(_exactly(lines, height), None)
    feet, column = _foot(state, width, glyphs)
    room = height - 2 - len(feet)
    cursor = None
    if state.is_helping:
        body = _help(width, room, glyphs)
    elif state.stage is Stage.WRITE:
        body, cursor = _write(state, width, room, glyphs)
    elif state.stage is Stage.BROWSE:
        body = _browse(state, width, room, glyphs)
    elif state.stage is Stage.READ:
        body = read_body(state, width, room, now, glyphs)
    else:
        body = solve_body(state, width, room, now, glyphs)
    lines = [_head(state, width, glyphs), *_exactly(body, room)]
    if column is not None:
        cursor = (height - 2, column)
    elif cursor is not None:
        cursor = (cursor[0] + 1, cursor[1])
    lines += [*feet, _keys(state, width, glyphs)]
    return Picture(lines, cursor)


def _exactly(lines: list[Text], height: int) -> list[Text]:
    return (lines + [Text(end="") for _ in range(height - len(lines))])[:height]


def _head(state: State, width: int, glyphs: Glyphs) -> Text:
    settings, dot = state.settings, f" {glyphs.between} "
    models = "+".join(settings.models)
    left = dot.join(
        part
        for part in (
            "logic-vote",
            one_line(models),
            f"rule {settings.rule}",
            f"at most {settings.max_samples}",
            one_line(settings.prompt),
            f"T {settings.temperature:g}",
        )
        if part
    )
    right = "" if state.models else one_line(state.backend)
    room = width - 2 - (theme.width_of(right) + 2 if right else 0)
    line = f" {theme.padded(left, max(room, 20), glyphs.dots)}  {right}" if right else f" {left}"
    return Text(theme.padded(line, width, glyphs.dots), style="reverse", end="", no_wrap=True)


def _write(state: State, width: int, height: int, glyphs: Glyphs) -> tuple[list[Text], tuple[int, int]]:
    lines: list[Text] = []
    if state.base is None:
        lines.append(rule("paste or type a problem, its question, and the options", width, glyphs))
    else:
        told = theme.wrapped(cleaned(state.base.text.strip()), width - 2)
        shown = told[: max(2, height // 3)]
        lines += [row(" ", (line, theme.QUIET), width=width, dots=glyphs.dots) for line in shown]
        if len(told) > len(shown):
            lines[-1] = row(" ", (f"{shown[-1]}{glyphs.dots}", theme.QUIET), width=width, dots=glyphs.dots)
        lines.append(rule("another question on this problem, with its options", width, glyphs))
    view = state.editor.view(width - 2, height - len(lines))
    state.page = max(1, height - len(lines) - 1)
    top = len(lines)
    if not state.editor.text:
        # One that the embedded model gets right: six of six samples (2026-11-22).
        example = ("今天是星期三。", "", "16天后是星期几？", "A. 星期四", "B. 星期五", "C. 星期六")
        hint = example if state.base is None else example[2:]
        lines.append(Text(" ", end=""))
        lines += [
            row("   ", (text, theme.QUIET), width=width, dots=glyphs.dots) for text in ("for example:", "", *hint)
        ]
    else:
        lines += [Text(f" {line}", end="", no_wrap=True) for line in view.lines]
    return lines, (top + view.row, view.column + 1)


def _browse(state: State, width: int, height: int, glyphs: Glyphs) -> list[Text]:
    preview = min(8, height // 3)
    room = height - preview - 2
    state.page = max(1, room - 1)
    first = min(max(0, state.row - room // 2), max(0, len(state.rows) - room))
    counts = f"{counted(len(state.problems), 'problem')}, {counted(len(state.rows), 'question')}"
    lines = [rule(f"{one_line(state.file)}: {counts}", width, glyphs)]
    for place in range(first, min(first + room, len(state.rows))):
        number, position = state.rows[place]
        question = state.problems[number].questions[position]
        watch = state.watches.get(question)
        answer = None if watch is None or watch.outcome is None else watch.outcome.verdict.answer
        is_here = place == state.row
        name = theme.padded(one_line(question.id), min(26, width // 3), glyphs.dots)
        mark = glyphs.here if is_here else " "
        voted: tuple[str, str] = (" ", "") if answer is None else (letter_of(answer), theme.letter_colour(answer))
        style = theme.STRONG if is_here else ""
        lines.append(
            row(
                (f" {mark} {name} ", style),
                voted,
                (f" {one_line(question.text)}", style),
                width=width,
                dots=glyphs.dots,
            )
        )
    lines += [Text(end="")] * (room + 1 - len(lines))
    number, position = state.rows[state.row]
    question = state.problems[number].questions[position]
    told = theme.wrapped(cleaned(f"{question.problem.strip()}\n{question.text.strip()}"), width - 2)
    lines.append(rule(f"question {state.row + 1:,}", width, glyphs))
    shown = told[:preview]
    if len(told) > preview:
        shown[-1] = theme.cropped(shown[-1], width - 3, "") + glyphs.dots
    return lines + [row(" ", (text, theme.QUIET), width=width, dots=glyphs.dots) for text in shown]


def _help(width: int, height: int, glyphs: Glyphs) -> list[Text]:
    lines = [rule("keys", width, glyphs)]
    for keys, what in _HELP:
        if not what:
            lines.append(row(" ", (keys, theme.STRONG), width=width, dots=glyphs.dots))
        else:
            lines.append(row(f"   {keys:<18}{what}", width=width, dots=glyphs.dots))
    return lines[:height]


def _foot(state: State, width: int, glyphs: Glyphs) -> tuple[list[Text], int | None]:
    """Return the lines of messages or input, and the cursor's column in the last one."""
    prompt = state.prompt
    if prompt is None:
        style = theme.BAD if state.is_bad else theme.QUIET
        said = theme.wrapped(one_line(state.message), width - 2)[:_MESSAGE_ROWS]
        return [row(" ", (line, style), width=width, dots=glyphs.dots) for line in said], None
    label = f" {prompt.field}: "
    bad = one_line(state.message)
    room = max(10, width - theme.width_of(label) - 2)
    text = prompt.editor.text
    # Scrolled sideways so that the cursor stays in sight.
    start = 0
    while theme.width_of(text[start : prompt.editor.cursor]) > room - 2:
        start += 1
    shown = theme.cropped(cleaned(text[start:]), room, glyphs.dots)
    column = theme.width_of(label) + theme.width_of(text[start : prompt.editor.cursor])
    hint = bad or one_line(prompt.hint)
    line = row(
        (label, theme.STRONG), shown, "   ", (hint, theme.BAD if bad else theme.QUIET), width=width, dots=glyphs.dots
    )
    return [line], min(column, width - 1)


def _keys(state: State, width: int, glyphs: Glyphs) -> Text:
    """Return the keys that do something here, the most important first."""
    up, down, left, right = tuple(glyphs.arrows)
    if state.is_helping:
        keys = [("any key", "back")]
    elif state.prompt is not None:
        keys = [("Enter", "ok"), ("Esc", "never mind")]
    elif state.stage is Stage.WRITE:
        keys = [("^D", "ask"), ("^O", "open"), ("^K", "clear"), ("^G", "keys"), ("^C^C", "leave")]
        if state.base is not None or state.problems:
            keys.insert(1, ("Esc", "back"))
    elif state.stage is Stage.BROWSE:
        keys = [("Enter", "ask"), (f"{up}{down}", "choose"), ("/", "find"), ("o", "open"), ("s", "save")]
        keys += [("Esc", "write"), ("?", "keys"), ("q", "leave")]
    elif state.stage is Stage.READ:
        keys = [(f"{up}{down}", "scroll"), ("PgUp PgDn", "page"), ("Esc", "back")]
        keys += [("^C", "cancel")] if state.is_busy else []
    elif state.is_busy:
        keys = [("^C", "cancel"), ("c", "chains"), ("?", "keys"), ("^C^C", "leave")]
    elif state.watch is None:
        keys = [("Enter", "ask"), (f"{left}{right}", "other"), ("Esc", "back"), ("?", "keys"), ("q", "leave")]
    else:
        keys = [] if state.is_answered else [("Enter", "ask again")]
        keys += [("c", "chains"), ("n", "next"), ("a", "another"), ("m", "more"), ("r", "rule"), ("o", "model")]
        keys += [("s", "save"), ("Esc", "back"), ("?", "keys"), ("q", "leave")]
    line = Text(" ", end="", no_wrap=True)
    for name, what in keys:
        if line.cell_len + theme.width_of(name) + len(what) + 1 > width:
            break
        line.append(name, style=theme.STRONG).append(f" {what}  ", style=theme.QUIET)
    line.rstrip()
    return line
