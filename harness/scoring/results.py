"""``results.jsonl`` of a run folder: one decided question a line.

>>> from solver.voting.tally import verdict_of
>>> from solver.problems.question import question_of
>>> q = question_of("p#0", problem="…", text="?", options=("x", "y"), gold_letter="B")
>>> result_of(q, verdict_of("p#0", [1, None, 1], stop_reason="lead 2"), []).is_correct
True
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import RecordError, RunFolderError
from solver.problems.letters import letter_of
from solver.problems.question import Question
from solver.sampling.sample import Sample
from solver.voting.tally import Verdict

RESULTS = "results.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberResult:
    """What one model of an ensemble answered."""

    answer: int | None
    """Answer class."""
    votes: tuple[int | None, ...]
    """Answer classes in launch order, None for no answer."""
    stop_reason: str
    vote_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One decided question."""

    question_id: str
    problem_id: str
    family: str | None
    level: int | None
    split: str | None
    n_options: int
    gold: int | None
    """Answer class, or None for a question without a key."""
    answer: int | None
    """Answer class, or None where there was no vote."""
    votes: tuple[int | None, ...]
    """Answer classes in launch order, None for no answer."""
    stop_reason: str
    vote_share: float | None
    """0 to 1."""
    prompt_tokens: int
    completion_tokens: int
    members: Mapping[str, MemberResult] | None
    """By model, best first; None for a run of one model."""
    distinct: int = 0
    """Different texts among its samples; far fewer than samples means that sampling repeats itself."""

    @property
    def is_correct(self) -> bool | None:
        """True where the answer is right; no answer is wrong; None without a key."""
        return None if self.gold is None else self.answer == self.gold


def result_of(question: Question, verdict: Verdict, samples: Iterable[Sample]) -> Result:
    """Put together what is written about a question."""
    samples = tuple(samples)
    members = {
        member.model or str(place): MemberResult(
            answer=member.answer,
            votes=member.votes,
            stop_reason=member.stop_reason,
            vote_share=member.vote_share,
        )
        for place, member in enumerate(verdict.members)
    }
    return Result(
        question_id=question.id,
        problem_id=question.problem_id,
        family=question.family,
        level=question.level,
        split=question.split,
        n_options=len(question.options),
        gold=question.gold,
        answer=verdict.answer,
        votes=verdict.votes,
        stop_reason=verdict.stop_reason,
        vote_share=verdict.vote_share,
        prompt_tokens=sum(sample.prompt_tokens for sample in samples),
        completion_tokens=sum(sample.completion_tokens for sample in samples),
        members=members or None,
        distinct=len({sample.text for sample in samples}),
    )


def to_json(result: Result) -> dict[str, object]:
    """Return the result as it stands in the file; the letter is that of the class's first option."""
    members = None
    if result.members is not None:
        members = {
            model: {
                "answer": member.answer,
                "votes": list(member.votes),
                "stop_reason": member.stop_reason,
                "vote_share": member.vote_share,
                "samples": len(member.votes),
            }
            for model, member in result.members.items()
        }
    return {
        "question_id": result.question_id,
        "problem_id": result.problem_id,
        "family": result.family,
        "level": result.level,
        "split": result.split,
        "n_options": result.n_options,
        "gold": result.gold,
        "answer": result.answer,
        "answer_letter": None if result.answer is None else letter_of(result.answer),
        "correct": result.is_correct,
        "votes": list(result.votes),
        "stop_reason": result.stop_reason,
        "vote_share": result.vote_share,
        "samples": len(result.votes),
        "distinct": result.distinct,
        "prompt_tokens": result.prompt_tokens,
        "completion_tokens": result.completion_tokens,
        "members": members,
    }


def line_of(result: Result) -> str:
    """Return the result as one line of JSON, line end included."""
    return json.dumps(to_json(result), ensure_ascii=False) + "\n"


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
            if vote is not None and (not isinstance(vote, int) or isinstance(vote, bool) or vote < 0):
                raise self.error(field, "a list of answer classes (whole numbers or null)")
        return tuple(value)


def parse_line(line: str, where: str) -> Mapping[str, object]:
    """Read one line of JSON that must be an object.

    Args:
        where: ``file:line``, for the error.

    Raises:
        RecordError: it is not.
    """
    try:
        row = json.loads(line)
    except ValueError as error:
        raise RecordError(f"{where}: not JSON ({error}); each line must be one JSON object") from None
    except RecursionError:
        raise RecordError(f"{where}: nested too deeply; each line must be one flat JSON object") from None
    if not isinstance(row, dict):
        raise RecordError(f"{where}: each line must be one JSON object, found {type(row).__name__}")
    return row


def read_result(row: Mapping[str, object], where: str) -> Result:
    """Read one line's object.

    Raises:
        RecordError: a field is missing or wrong.
    """
    fields = Fields(row, where)
    members = fields.raw("members")
    if members is not None and not isinstance(members, dict):
        raise fields.error("members", "an object by model, or null")
    return Result(
        question_id=fields.text("question_id"),
        problem_id=fields.text("problem_id"),
        family=fields.text_or_none("family"),
        level=fields.whole_or_none("level"),
        split=fields.text_or_none("split"),
        n_options=fields.whole("n_options"),
        gold=fields.whole_or_none("gold"),
        answer=fields.whole_or_none("answer"),
        votes=fields.votes("votes"),
        stop_reason=fields.text_or_none("stop_reason") or "",
        vote_share=fields.share_or_none("vote_share"),
        prompt_tokens=fields.whole_or_none("prompt_tokens") or 0,
        completion_tokens=fields.whole_or_none("completion_tokens") or 0,
        members=None if members is None else {str(name): _read_member(value, where) for name, value in members.items()},
        distinct=fields.whole_or_none("distinct") or 0,
    )


def _read_member(value: object, where: str) -> MemberResult:
    if not isinstance(value, dict):
        raise RecordError(f"{where}: field 'members' must hold an object for each model")
    fields = Fields(value, f"{where}: members")
    return MemberResult(
        answer=fields.whole_or_none("answer"),
        votes=fields.votes("votes"),
        stop_reason=fields.text_or_none("stop_reason") or "",
        vote_share=fields.share_or_none("vote_share"),
    )


def read_results(folder: Path) -> tuple[Result, ...]:
    """Read the results of a run folder (or a ``results.jsonl`` itself).

    Raises:
        RunFolderError: there is no such file.
        RecordError: a line cannot be used, or a question comes twice.
    """
    path = folder / RESULTS if folder.is_dir() else folder
    try:
        lines: Sequence[str] = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RunFolderError(f"no readable {RESULTS} in {folder} ({error}); give the folder of a run") from error
    results: dict[str, Result] = {}
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"{path}:{number}"
            result = read_result(parse_line(line, where), where)
            if result.question_id in results:
                raise RecordError(f"{where}: field 'question_id': {result.question_id!r} was there before")
            results[result.question_id] = result
    return tuple(results.values())
