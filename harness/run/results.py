"""``results.jsonl`` of a run folder: one decided question a line (``solver.scheduling.outcome_json``).

>>> from solver.scheduling.outcome import outcome_of
>>> from solver.voting.tally import verdict_of
>>> from solver.problems.question import question_of
>>> q = question_of("p#0", problem="…", text="?", options=("x", "y"), gold_letter="B")
>>> line = line_of(outcome_of(q, verdict_of("p#0", [1, None, 1], stop_reason="lead 2"), []))
>>> read_result(parse_line(line, "results.jsonl:1"), "results.jsonl:1").is_correct
True
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from harness.errors import RecordError, RunFolderError
from harness.run.folder import RunFolder, check_is_run, missing
from solver.base.files import json_line
from solver.base.foreign_files import lines_of, parsed_json
from solver.problems.letters import ALPHABET
from solver.scheduling.outcome import Outcome
from solver.scheduling.outcome_json import old_result_names, to_json
from solver.voting.tally import Verdict, tally


def line_of(outcome: Outcome) -> str:
    """Return the outcome as one line of JSON, line end included."""
    row = to_json(outcome, is_lasting=True)
    return json_line({**old_result_names(row), **row})


class Fields:
    """A JSON object of a file, read field by field with errors that say file, line and field."""

    def __init__(self, row: Mapping[str, object], where: str) -> None:
        """``where`` is ``file:line``."""
        self._row = row
        self._where = where

    def __contains__(self, field: str) -> bool:
        """Tell whether the field is there at all."""
        return field in self._row

    def error(self, field: str, wanted: str) -> RecordError:
        """Return the error for a field that is not as wanted."""
        found = json.dumps(self._row[field], ensure_ascii=False)[:80] if field in self._row else "nothing"
        return RecordError(f"{self._where}: field {field!r} must be {wanted}, found {found}")

    def raw(self, field: str) -> object:
        """Return the field as it is, None where it is missing."""
        return self._row.get(field)

    def text(self, field: str) -> str:
        """Return a string."""
        value = self._row.get(field)
        if not isinstance(value, str) or not value:
            raise self.error(field, "a string that is not empty")
        return value

    def text_or_none(self, field: str) -> str | None:
        """Return a string, or None for null or a missing field."""
        return None if self._row.get(field) is None else self.text(field)

    def whole(self, field: str) -> int:
        """Return a whole number of at least 0."""
        value = self._row.get(field)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error(field, "a whole number of at least 0")
        return value

    def whole_or_none(self, field: str) -> int | None:
        """Return a whole number, or None for null or a missing field."""
        return None if self._row.get(field) is None else self.whole(field)

    def class_or_none(self, field: str) -> int | None:
        """Return the place of an option, which has a letter, or None for null or a missing field."""
        value = self.whole_or_none(field)
        if value is not None and value >= len(ALPHABET):
            raise self.error(field, f"the place of an option, 0 to {len(ALPHABET) - 1}")
        return value

    def share_or_none(self, field: str) -> float | None:
        """Return a number from 0 to 1, or None for null or a missing field."""
        value = self._row.get(field)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            raise self.error(field, "a number from 0 to 1 or null")
        return float(value)

    def votes(self, field: str) -> tuple[int | None, ...]:
        """Return a list of answer classes and nulls."""
        value = self._row.get(field)
        if not isinstance(value, list):
            raise self.error(field, "a list of answer classes (whole numbers or null)")
        for vote in value:
            if vote is not None and (type(vote) is not int or not 0 <= vote < len(ALPHABET)):
                raise self.error(field, "a list of answer classes (whole numbers of 0 to 25, or null)")
        return tuple(value)


def parse_line(line: str, where: str) -> Mapping[str, object]:
    """Read one line of JSON that must be an object.

    Args:
        where: ``file:line``, for the error.

    Raises:
        RecordError: it is not.
    """
    try:
        row = parsed_json(line)
    except ValueError as error:
        raise RecordError(f"{where}: not JSON ({error}); each line must be one JSON object") from None
    if not isinstance(row, dict):
        raise RecordError(f"{where}: each line must be one JSON object, found {type(row).__name__}")
    return row


def read_result(row: Mapping[str, object], where: str) -> Outcome:
    """Read one line's object; lines of before the present names, too.

    Raises:
        RecordError: a field is missing or wrong.
    """
    fields = Fields(row, where)
    question_id = fields.text("question_id")
    name = "by_model" if "by_model" in fields else "members"
    members = fields.raw(name)
    if members is not None and not isinstance(members, dict):
        raise fields.error(name, "an object by model, or null")
    by_model = tuple(
        _read_verdict(Fields(value if isinstance(value, dict) else {}, f"{where}: {name}"), question_id, str(model))
        for model, value in (members or {}).items()
    )
    return Outcome(
        question_id=question_id,
        problem_id=fields.text("problem_id"),
        family=fields.text_or_none("family"),
        level=fields.whole_or_none("level"),
        split=fields.text_or_none("split"),
        n_options=fields.whole("n_options"),
        gold=fields.class_or_none("gold_class" if "gold_class" in fields else "gold"),
        verdict=_read_verdict(fields, question_id, None, by_model),
        prompt_tokens=fields.whole_or_none("prompt_tokens") or 0,
        completion_tokens=fields.whole_or_none("completion_tokens") or 0,
        distinct=fields.whole_or_none("distinct") or 0,
    )


def _read_verdict(fields: Fields, question_id: str, model: str | None, members: tuple[Verdict, ...] = ()) -> Verdict:
    votes = fields.votes("vote_classes" if "vote_classes" in fields else "votes")
    return Verdict(
        question_id=question_id,
        model=model,
        answer=fields.class_or_none("answer_class" if "answer_class" in fields else "answer"),
        votes=votes,
        counts=_read_counts(fields) or tally(votes).counts,
        stop_reason=fields.text_or_none("stop_reason") or "",
        vote_share=fields.share_or_none("vote_share"),
        members=members,
    )


def _read_counts(fields: Fields) -> tuple[tuple[int, int], ...]:
    """Return counts by answer class, the leader first; none where the line is older than they are."""
    found = fields.raw("counts") or {}
    if not isinstance(found, dict) or not all(
        len(name) == 1 and name in ALPHABET and type(n) is int for name, n in found.items()
    ):
        raise fields.error("counts", "an object of counts by letter")
    return tuple((ALPHABET.index(name), number) for name, number in found.items())


def read_results(folder: Path) -> tuple[Outcome, ...]:
    """Read the results of a run folder (or a ``results.jsonl`` itself).

    Raises:
        RunFolderError: there is no such file.
        RecordError: a line cannot be used, or a question comes twice.
    """
    path = folder if folder.is_file() else RunFolder(folder).results
    if not path.exists():
        check_is_run(folder)
        raise missing(path)
    results: dict[str, Outcome] = {}
    for number, line in lines_of(path, error=RunFolderError):
        where = f"{path}:{number}"
        result = read_result(parse_line(line, where), where)
        if result.question_id in results:
            raise RecordError(f"{where}: field 'question_id': {result.question_id!r} was there before")
        results[result.question_id] = result
    return tuple(results.values())
