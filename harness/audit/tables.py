"""The audit's tables and its JSON."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from harness.audit.decisions import Agreement, Rescored
from harness.audit.label_audit import Audit
from harness.scoring.tables import table
from solver.base.display.figures import MISSING, counted, number, percent, with_interval
from solver.base.intervals import Interval
from solver.voting.label_errors import Dispute

SHOWN = 30
"""Disputes in the table; the file has them all."""
VOTERS_SHOWN = 12


def render(found: Audit, compared: Agreement | None, rescored: Sequence[Rescored]) -> RenderableType:
    """Return the tables."""
    flags = found.disputes
    share = percent(len(flags) / found.n_questions)
    grades = ", ".join(f"{sum(one.grade == grade for one in flags)} {grade}" for grade in ("strong", "fair", "weak"))
    parts: list[RenderableType] = [
        table(
            f"{counted(len(flags), 'disputed key')} of {counted(found.n_questions, 'question')} ({share}): {grades}",
            ("question", "key", "proposed", "strength", "votes for it", "voters for it", "counts"),
            [_row(one) for one in flags[:SHOWN]],
            n_text=3,
            caption=None if len(flags) <= SHOWN else f"{len(flags) - SHOWN} more in the file.",
        ),
        table(
            counted(len(found.voters), "voter"),
            ("voter", "questions", "agrees with the key", "weight"),
            [
                (one.name, f"{one.questions:,}", percent(one.accuracy), number(one.reliability))
                for one in found.voters[:VOTERS_SHOWN]
            ],
            caption=None if len(found.voters) <= VOTERS_SHOWN else f"{len(found.voters) - VOTERS_SHOWN} more.",
        ),
    ]
    silenced = [one.name for one in found.voters if one.reliability == 0]
    if silenced:
        parts.append(Text(f"No better than guessing, so not counted: {', '.join(silenced)}"))
    if found.n_without_key:
        parts.append(Text(f"Left out: {counted(found.n_without_key, 'question')} without a key."))
    if compared is not None:
        rows = [
            ("flags that were corrected or dropped (precision)", *_cells(compared.precision)),
            ("corrected or dropped questions that are flagged (recall)", *_cells(compared.recall)),
            ("flagged and corrected: the proposed letter is the right one", *_cells(compared.letters)),
        ]
        caption = "Precision is a lower bound: a list of decisions rarely has all wrong keys."
        parts.append(table("against the decisions", ("", "share", "n"), rows, caption=caption))
    if rescored:
        runs = [
            (
                one.run,
                _share(one.before),
                _share(one.after),
                f"{one.changed:,}",
                f"{one.dropped:,}",
            )
            for one in rescored
        ]
        parts.append(table("runs under decided keys", ("run", "before", "after", "changed", "dropped"), runs))
    return Group(*parts)


def _row(one: Dispute) -> tuple[str, ...]:
    behind = sum(voter.cast > 0 and voter.votes[0][0] == one.proposed for voter in one.voters)
    cast = sum(voter.cast > 0 for voter in one.voters)
    return (
        one.question_id,
        one.gold,
        one.proposed,
        f"{number(one.strength)} {one.grade}",
        percent(one.vote_share, 0),
        f"{behind} of {cast}",
        " ".join(f"{letter}:{count}" for letter, count in one.counts),
    )


def _cells(share: Interval | None) -> tuple[str, str]:
    return (MISSING, "0") if share is None else (_share(share), f"{share.n:,}")


def _share(share: Interval | None) -> str:
    return MISSING if share is None else with_interval(share.value, share.low, share.high)


def to_json(found: Audit, compared: Agreement | None, rescored: Sequence[Rescored]) -> dict[str, object]:
    """Return the audit as one object; the disputes themselves are in the file."""
    return {
        "questions": found.n_questions,
        "without_key": found.n_without_key,
        "disputed": len(found.disputes),
        "grades": {grade: sum(one.grade == grade for one in found.disputes) for grade in ("strong", "fair", "weak")},
        "disputes": [
            {
                "question_id": one.question_id,
                "gold": one.gold,
                "proposed": one.proposed,
                "strength": round(one.strength, 4),
            }
            for one in found.disputes
        ],
        "voters": [
            {"name": one.name, "questions": one.questions, "accuracy": one.accuracy, "weight": one.reliability}
            for one in found.voters
        ],
        "compared": None
        if compared is None
        else {
            "flagged": compared.flagged,
            "decided": compared.decided,
            "precision": _object(compared.precision),
            "recall": _object(compared.recall),
            "letters": _object(compared.letters),
        },
        "runs": [
            {
                "run": one.run,
                "before": _object(one.before),
                "after": _object(one.after),
                "changed": one.changed,
                "dropped": one.dropped,
            }
            for one in rescored
        ],
    }


def _object(share: Interval | None) -> dict[str, object] | None:
    return None if share is None else {"value": share.value, "low": share.low, "high": share.high, "n": share.n}
