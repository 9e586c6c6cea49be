"""Perturbing problems: with the prover where a row can be rebuilt, by rule where names or order surely mean nothing.

Every result says how it is known to be right (``proof``): ``prover`` (``synth.perturb.world``), ``rule``
(``synth.perturb.rename``, ``synth.perturb.order``) or ``votes`` (``synth.perturb.vote``). A row that looks generated
but is not, byte for byte, what the generator makes is treated like any other problem.

>>> question = {"question": "谁高？", "options": ["小明", "小红"], "answer": "A"}
>>> row = {"id": "x", "problem": "小明比小红高。", "questions": [question]}
>>> [made.proof for made in perturbed(row, ("rename", "reorder"), copies=1, seed=0).made]
['rule']
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, NamedTuple

from synth.perturb.order import Reordered, reordered
from synth.perturb.rename import Renamed, renamed
from synth.perturb.world import Kind, Known, perturb, rebuild

Proof = Literal["prover", "rule", "votes"]
NEEDS_MODEL, NO_WAY = "needs a model", "the family has no such perturbation"
MODEL_MADE = (NEEDS_MODEL, NO_WAY)
"""Reasons for which a perturbation may be left to a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One perturbed problem."""

    row: Mapping[str, Any]
    """In the contest's form; ``perturbation`` says what was done."""
    kind: Kind
    proof: Proof


class Missed(NamedTuple):
    """A perturbation that could not be had without a model."""

    kind: Kind
    copy: int
    reason: str


class Perturbed(NamedTuple):
    """What came of one problem."""

    made: tuple[Made, ...]
    missed: tuple[Missed, ...]


def perturbed(row: Mapping[str, Any], kinds: Sequence[Kind], *, copies: int, seed: int) -> Perturbed:
    """Perturb one problem in every way asked for.

    Args:
        row: a problem in the contest's form.
        copies: how many of each kind; equal ones are kept once.
        seed: another seed gives other perturbations.
    """
    known = rebuild(row)
    made: list[Made] = []
    missed: list[Missed] = []
    texts = {_content(row)}
    for kind in kinds:
        for number in range(copies):
            salt = seed * 1000 + number
            found = _proven(row, known, kind, salt) if known else _ruled(row, kind, salt)
            if isinstance(found, str):
                missed.append(Missed(kind, number, found))
            elif _content(found.row) in texts:
                missed.append(Missed(kind, number, "no further one of this kind"))
            else:
                texts.add(_content(found.row))
                made.append(found)
    return Perturbed(tuple(made), tuple(missed))


def _proven(row: Mapping[str, Any], known: Known, kind: Kind, salt: int) -> Made | str:
    item = perturb(known, kind, salt)
    if item is None:
        return NO_WAY
    return Made(
        row={**item.contest_row(), "perturbation": origin(row, kind, salt, "prover")}, kind=kind, proof="prover"
    )


def _ruled(row: Mapping[str, Any], kind: Kind, salt: int) -> Made | str:
    rng = Random(f"perturb/{row.get('id')}/{kind}/{salt}")
    result = _bare(row)
    result["id"] = f"{row.get('id')}-{kind}{salt}"
    detail: dict[str, object] = {}
    others = [text for one in row["questions"] for text in (one["question"], *one["options"])]
    if kind == "rename":
        found = renamed([row["problem"], *others], rng)
        if not isinstance(found, Renamed):
            return found.reason
        texts = iter(found.texts)
        result["problem"] = next(texts)
        for one in result["questions"]:
            one["question"] = next(texts)
            one["options"] = [next(texts) for _ in one["options"]]
        detail = {"names": dict(found.names)}
    elif kind == "reorder":
        moved = reordered(row["problem"], others, rng)
        if not isinstance(moved, Reordered):
            return moved.reason
        result["problem"] = moved.text
        detail = {"order": list(moved.order)}
    else:
        return NEEDS_MODEL
    result["perturbation"] = origin(row, kind, salt, "rule") | detail
    return Made(row=result, kind=kind, proof="rule")


def _bare(row: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a row without its chains: they speak the old names and the old order."""
    result = copy.deepcopy(dict(row))
    for one in result["questions"]:
        one.pop("chain", None)
    return result


def origin(row: Mapping[str, Any], kind: str, salt: int, proof: Proof) -> dict[str, object]:
    """Return what a perturbed row says of where it comes from."""
    return {"of": row.get("id"), "kind": kind, "salt": salt, "proof": proof}


def _content(row: Mapping[str, Any]) -> str:
    return "\n".join((row["problem"], *(one["question"] for one in row["questions"])))
