"""Files of training rows: ``train.FORM.jsonl`` and ``dev.FORM.jsonl``, whole or not at all, and who goes where.

Rows of one problem, and of its perturbations, are all in the training part or all in the dev part, by a hash of the
problem's text; so nothing of a dev problem is trained on. The rows and their forms are ``solver.training_rows``'s.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeVar

from solver.base.errors import advice_on
from solver.base.files import write_json_lines
from solver.training_rows import (
    FORMS,
    Form,
    Preference,
    PreferenceForm,
    TrainingRow,
    alpaca_row,
    contest_rows,
    contradiction,
    dpo_row,
    kto_rows,
    messages_row,
)
from synth.errors import OutputError

Part = Literal["train", "dev"]
OneT = TypeVar("OneT", TrainingRow, Preference)
FormT = TypeVar("FormT", bound=str)
_WRITERS: Mapping[Form, Callable[[Sequence[TrainingRow]], list[dict[str, object]]]] = {
    "messages": lambda rows: [messages_row(row) for row in rows],
    "alpaca": lambda rows: [alpaca_row(row) for row in rows],
    "contest": contest_rows,
}
_PAIR_WRITERS: Mapping[PreferenceForm, Callable[[Sequence[Preference]], list[dict[str, object]]]] = {
    "dpo": lambda pairs: [dpo_row(pair) for pair in pairs],
    "kto": kto_rows,
}


def group_of(problem: str, problem_id: str) -> str:
    """Return what a problem's rows are split by: its text without white space, or its id where it has no text."""
    return "".join(problem.split()) or problem_id


def part_of(group: str, *, dev_share: float, salt: str = "") -> Part:
    """Tell which part a problem belongs to; the same on every machine.

    Args:
        dev_share: share of the problems for the dev part, 0 to 1.
        salt: another one gives another split.
    """
    digest = hashlib.sha256(f"{salt}\0{group}".encode()).digest()
    return "dev" if int.from_bytes(digest[:8], "big") < dev_share * 2**64 else "train"


def write_rows(
    folder: Path, rows: Sequence[TrainingRow], *, forms: Sequence[Form] = FORMS, dev_share: float, salt: str = ""
) -> dict[str, int]:
    """Write ``train.FORM.jsonl`` and ``dev.FORM.jsonl`` for every form, each file whole or not at all.

    Args:
        dev_share: see ``part_of``; 0 writes no dev files.

    Returns:
        File name -> lines.

    Raises:
        OutputError: a row contradicts itself, or a file cannot be written.
    """
    return _written(folder, rows, "row", _fault_of, _WRITERS, forms, dev_share=dev_share, salt=salt)


def write_preferences(
    folder: Path, pairs: Sequence[Preference], *, forms: Sequence[PreferenceForm], dev_share: float, salt: str = ""
) -> dict[str, int]:
    """Write ``train.FORM.jsonl`` and ``dev.FORM.jsonl`` of pairs; a problem's go where its rows go.

    Returns:
        File name -> lines.

    Raises:
        OutputError: a pair contradicts itself, or a file cannot be written.
    """
    return _written(folder, pairs, "pair", Preference.fault, _PAIR_WRITERS, forms, dev_share=dev_share, salt=salt)


def _written(
    folder: Path,
    given: Sequence[OneT],
    kind: str,
    fault_of: Callable[[OneT], str | None],
    writers: Mapping[FormT, Callable[[Sequence[OneT]], list[dict[str, object]]]],
    forms: Sequence[FormT],
    *,
    dev_share: float,
    salt: str,
) -> dict[str, int]:
    """Deal rows or pairs out to the parts and write every form of each; see the two callers."""
    parts: dict[Part, list[OneT]] = {"train": [], "dev": []} if dev_share else {"train": []}
    for one in given:
        fault = fault_of(one)
        if fault is not None:
            raise OutputError(f"{folder}: {kind} {one.id!r} would teach something wrong: {fault}; nothing was written")
        parts[part_of(one.group, dev_share=dev_share, salt=salt)].append(one)
    written = {}
    for part, chosen in parts.items():
        for form in forms:
            lines = writers[form](chosen)
            name = f"{part}.{form}.jsonl"
            write_lines(folder / name, lines)
            written[name] = len(lines)
    return written


def check_of(folder: Path, written: Mapping[str, int]) -> tuple[object, ...]:
    """Return the command that checks the rows which were written, in one form; none where there are none.

    Args:
        written: file name -> lines.
    """
    rows = {f"{part}.{form}.jsonl" for part in ("train", "dev") for form in FORMS}
    files = [folder / name for name, lines in written.items() if lines and name in rows]
    form = files[0].suffixes[0] if files else ""
    same = [file for file in files if file.suffixes[0] == form]
    return ("synth", "check", *same) if same else ()


WRITTEN = (
    *(f"{part}.*.jsonl" for part in ("train", "dev")),
    *(f"{name}.jsonl" for name in ("accepted", "decisions", "disputed", "explained", "malformed", "missed")),
    *("perturbed.jsonl", "rejected.jsonl", "rejected_chains.jsonl", "report.json", "journal*"),
)
"""Patterns of the names of what ``distill``, ``harvest``, ``augment`` and ``perturb`` write into their folder."""


def write_lines(path: Path, values: Iterable[Mapping[str, object]]) -> None:
    """Write JSON lines, the whole file or none of it.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json_lines(path, values, follows=False)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {advice_on(error)}") from error


def _fault_of(row: TrainingRow) -> str | None:
    """Say why a row must not be written; None where nothing is wrong."""
    if not row.prompt[-1].content.strip():
        return "prompt: is empty"
    if row.letter is None:
        return "answer: is missing"
    return contradiction(dataclasses.replace(row, n_options=len(row.options or ())))
