"""Giveaways as a table for people and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from solver.base.display.figures import counted
from solver.base.intervals import Difference
from synth.giveaways.looks import LOOKS
from synth.giveaways.measure import ALL, Attack, Giveaways, Habit

HABITS_SHOWN = 12


def table_of(found: Giveaways) -> Table:
    """Make the table: a line a family, a column an attack, in points over chance."""
    table = Table(title=f"right without reading, points over chance ({counted(found.questions, 'question')})")
    table.add_column("family", overflow="fold")
    table.add_column("questions", justify="right")
    table.add_column("chance", justify="right")
    for look in LOOKS:
        table.add_column(look if look == "options" else f"+ {look}", justify="right")
    by_place = {(one.family, one.look): one for one in found.attacks}
    for family in (ALL, *found.families):
        attacks = [by_place[family, look] for look in LOOKS]
        cells = (_cell(attack) for attack in attacks)
        table.add_row(family, f"{attacks[0].excess.n:,}", f"{attacks[0].chance:.0%}", *cells)
    return table


def habits_table(habits: Sequence[Habit]) -> Table:
    """Make the table of single habits, the farthest from chance first."""
    table = Table(title="one look alone: how often is the option that has it right?")
    for name, side in (("look", "left"), ("right", "right"), ("chance", "right"), ("questions", "right")):
        table.add_column(name, justify="right" if side == "right" else "left")
    for habit in habits[:HABITS_SHOWN]:
        table.add_row(habit.name, f"{habit.right:.0%}", f"{habit.chance:.0%}", f"{habit.excess.n:,}")
    return table


def to_json(found: Giveaways) -> dict[str, object]:
    """Return everything, shares from 0 to 1."""
    return {
        "problems": found.problems,
        "questions": found.questions,
        "giveaways": list(found.open_families),
        "suspicions": list(found.suspected_families),
        "attacks": [
            {"look": one.look, "family": one.family, "accuracy": one.accuracy, "chance": one.chance}
            | _difference(one.excess)
            | {"adjusted": one.adjusted, "is_giveaway": one.is_giveaway, "is_suspicion": one.is_suspicion}
            for one in found.attacks
        ],
        "habits": [
            {"look": one.name, "right": one.right, "chance": one.chance} | _difference(one.excess)
            for one in found.habits
        ],
    }


def _cell(attack: Attack) -> str:
    excess = attack.excess
    text = f"{100 * excess.value:+.0f} ({100 * excess.low:+.0f} to {100 * excess.high:+.0f})"
    return f"[bold]{text}[/bold]" if attack.is_giveaway else text


def _difference(excess: Difference) -> dict[str, object]:
    return {"excess": excess.value, "low": excess.low, "high": excess.high, "questions": excess.n}
