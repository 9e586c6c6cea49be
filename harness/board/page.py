"""The board as a page: the generated part of ``docs/rules.md``, between two marks; what stands around them stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.board.board import REFERENCE, Entry, SetBoard, joined
from harness.board.chart import chart
from solver.base.display.figures import counted, points
from solver.base.errors import UsageError
from solver.base.files import write_atomically
from solver.base.intervals import Difference

BEGIN, END = "<!-- board: begin -->", "<!-- board: end -->"
ALWAYS = ("fixed:5", "fixed:10", REFERENCE, "lead:2", "beta:0.95", "esc:5", "msprt:0.1", "exact")
"""Rules that every table shows, whether or not they are on the front."""


def write_page(path: Path, boards: Sequence[SetBoard], command: str, orders: int) -> None:
    """Write the board into a page.

    Args:
        path: a new file, or one with the two marks.
        boards: sets and caps.
        command: that made them.
        orders: of each question's samples.

    Raises:
        UsageError: the file is there and has no marks.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else f"# Stopping rules, measured\n\n{BEGIN}\n{END}\n"
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise UsageError(f"{path}: the board goes between the lines {BEGIN} and {END}, which are not there")
    before, rest = text.split(BEGIN)
    write_atomically(path, f"{before}{BEGIN}\n\n{_body(path, boards, command, orders)}\n{END}{rest.split(END)[1]}")


def largest(boards: Sequence[SetBoard]) -> tuple[SetBoard, ...]:
    """Return every set under the largest of its caps."""
    found: dict[str, SetBoard] = {}
    for board in boards:
        if board.votes.name not in found or board.cap > found[board.votes.name].cap:
            found[board.votes.name] = board
    return tuple(found.values())


def groups_of(boards: Sequence[SetBoard]) -> dict[str, tuple[SetBoard, ...]]:
    """Return the groups of sets that are looked at together, by what they are."""
    whole = largest(boards)
    groups = {
        "all sets": whole,
        "sets with the engine's confidence in each answer": tuple(one for one in whole if one.votes.has_confidences),
        "sets with at least ten samples a question": tuple(one for one in whole if one.cap >= 10),
    }
    return {name: found for name, found in groups.items() if found and (name == "all sets" or found != whole)}


def _body(path: Path, boards: Sequence[SetBoard], command: str, orders: int) -> str:
    parts = [
        f"Made by `{command}`. {orders} orders of each question's samples; differences are paired, intervals 95 %, "
        "errors clustered by problem. *ten* is ten samples a question (all of them where there are fewer). Bold: on "
        "the Pareto front, nothing else is at least as right for fewer tokens. Below each table: the sets in it.\n"
    ]
    for place, (name, found) in enumerate(groups_of(boards).items()):
        entries = joined(found, name)
        file = path.with_name(f"{path.stem}-{place}.svg")
        about = f"Accuracy against generated tokens, {name}; the table below has the figures."
        write_atomically(file, chart(entries, f"board-{place}", about))
        parts.append(f"## {name[0].upper()}{name[1:]}\n\n![{about}]({file.name})\n")
        parts.append(_table(entries, is_whole=True))
        sets = "; ".join(
            f"{one.votes.name} ({counted(len(one.votes.questions), 'question')}, cap {one.cap})" for one in found
        )
        parts.append(f"\n{sets}.\n")
    parts.append("## Set by set\n")
    for board in boards:
        questions = counted(len(board.votes.questions), "question")
        problems = counted(len(set(board.clusters)), "problem")
        parts.append(f"### {board.votes.name}, cap {board.cap}\n\n{questions} in {problems}.\n")
        parts.append(_table(board.entries, is_whole=False))
    return "\n".join(parts)


def _table(entries: Sequence[Entry], *, is_whole: bool) -> str:
    """Write the entries worth a row: what is always shown, what is on the front, allocations."""
    cost = "tokens, share of ten" if is_whole else "tokens"
    lines = [
        f"| | samples | {cost} | accuracy, % | against `{REFERENCE}`, points | against ten, points |",
        "|---|---|---|---|---|---|",
    ]
    for one in entries:
        if is_whole or one.name in ALWAYS or one.is_on_front:
            name = f"**{one.name}**" if one.is_on_front else one.name
            tokens = f"{one.share_of_ten:.3f}" if is_whole else f"{one.tokens:,.0f}"
            accuracy = f"{100 * one.accuracy.value:.2f} ({100 * one.accuracy.low:.1f} to {100 * one.accuracy.high:.1f})"
            lines.append(
                f"| {name} | {one.samples:.2f} | {tokens} | {accuracy} | {difference(one.against_lead)} | "
                f"{difference(one.against_ten)} |"
            )
    return "\n".join(lines) + "\n"


def difference(found: Difference) -> str:
    """Write a difference in points with its interval."""
    return f"{points(found.value)} ({points(found.low)} to {points(found.high)})"
