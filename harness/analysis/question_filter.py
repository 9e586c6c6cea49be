"""Part of the questions of runs: those whose family, level, split or number of options is asked for.

>>> from solver.problems.question import question_of
>>> from solver.scheduling.outcome import outcome_of
>>> from solver.voting.tally import verdict_of
>>> asked = question_of("p#0", problem="…", text="?", options=("x", "y"), gold_letter="B", level=3)
>>> outcome = outcome_of(asked, verdict_of("p#0", [1], stop_reason="cap"), [])
>>> where = Where.of(["level=3", "level=4", "n_options=2"])
>>> where.told, where.keeps(outcome), Where.of(["level=5"]).keeps(outcome)
('level=3 or 4, n_options=2', True, False)
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from harness.scoring.group_accuracy import GROUPINGS, in_order
from solver.base.errors import UsageError
from solver.scheduling.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Where:
    """What questions are to be: of each field one of the values."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By a field of ``GROUPINGS``; none takes all questions."""

    @classmethod
    def of(cls, words: Sequence[str]) -> Where:
        """Read conditions as they are typed, ``split=unseen``; those on one field are its values.

        Raises:
            UsageError: a word is no condition on a field that questions have.
        """
        found: dict[str, tuple[str, ...]] = {}
        for word in words:
            name, mark, value = (part.strip() for part in word.partition("="))
            if not mark or not value or name not in GROUPINGS:
                near = difflib.get_close_matches(name, GROUPINGS, n=1)
                hint = f"did you mean {near[0]}=…?" if near and name not in GROUPINGS else "write it as split=unseen."
                raise UsageError(f"--where {word}: {hint} There are {', '.join(GROUPINGS)}.")
            found[name] = (*found.get(name, ()), value)
        return cls(found)

    @property
    def told(self) -> str:
        """The conditions in words; empty for none."""
        return ", ".join(f"{name}={' or '.join(values)}" for name, values in self.values.items())

    def keeps(self, result: Outcome, other: Outcome | None = None) -> bool:
        """Tell whether a question is asked for.

        Args:
            other: another run's result on it, which may say what this one does not.
        """
        return all(_value(name, result, other) in values for name, values in self.values.items())


def _value(name: str, result: Outcome, other: Outcome | None) -> str:
    own = GROUPINGS[name](result)
    return str(GROUPINGS[name](other) if own is None and other is not None else own)


def present(results: Sequence[Outcome], where: Where) -> str:
    """Return the values that questions have of the fields that are asked for, for a message."""
    told = []
    for name in where.values:
        found = {value for one in results if (value := GROUPINGS[name](one)) is not None}
        told.append(f"{name}: {', '.join(map(str, in_order(found)))}" if found else f"none with a {name}")
    return "; ".join(told)
