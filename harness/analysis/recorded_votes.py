"""Recorded votes: several samples per question, read from files for replay.

Three kinds of JSON lines, plain or ``.gz``, told apart by their fields:

==============  ====================================================================================================
samples         ``dataset, model, prompt, question_id, gold, n_options, answers[]``: any strings; null is no answer.
                Where known, ``tokens[]`` and ``lp_answer[]`` (generated tokens; log-probability of the answer's
                letter, nats, or null), one a sample: the form of ``harness.export.votes_file``
letters         ``qid, gold, gold_fix, samples{model: "AAB?"}``: one row for each model; ``?`` is no answer. The
                corrected key ``gold_fix`` counts where the row has one (null: the question was withdrawn: no key)
results         ``results.jsonl`` of our own run folders (or the folder): one row for each model of an ensemble
==============  ====================================================================================================

Answers are compared as they stand, white space at the ends aside; only where ``n_options`` says that a question is
multiple choice, letters are read in any spelling (``b``, ``(B)``, ``option B``). An answer no option has (a recorded
"F" of four) stays a vote: the recorder read it, and it was wrong. ``N/A``, ``-`` and their like are no votes.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import RecordError, RunFolderError
from harness.run.folder import RunFolder, missing
from harness.run.results import Fields, parse_line, read_result
from solver.base.display.printing import tell
from solver.base.foreign_files import lines_of
from solver.base.inputs import meant
from solver.problems.labels import PLACEHOLDERS, LabelContradiction, letter_alone
from solver.problems.letters import ALPHABET, letter_or_number
from solver.problems.question import problem_id_of

NO_ANSWER_LETTER = "?"
PLACEHOLDER, SPELT = "answers are placeholders, and so no votes", "answers or keys are spelt otherwise than as a letter"
UNMET = "keys can never be met, so that every answer counts as wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One row: the answers of one model to one question, under one prompt."""

    where: str
    """``file:line``."""
    keys: Mapping[str, str]
    """Every field that rows can be pooled by, as text."""
    cluster: str
    """Data set and problem."""
    gold: str | None
    answers: tuple[str | None, ...]
    """In the order of sampling."""
    n_options: int | None = None
    tokens: tuple[float, ...] = ()
    """Generated tokens of every sample, or none at all."""
    confidences: tuple[float | None, ...] = ()
    """Probability that the engine gave each answer's letter (0 to 1), or none at all."""
    notes: tuple[tuple[str, str], ...] = ()
    """What had to be made sense of: the kind, in the plural, and what stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionVotes:
    """All recorded votes on one question, after pooling."""

    key: tuple[str, ...]
    """Values of the fields pooled by; without pooling those of question, model and prompt that are told."""
    cluster: str
    """Data set and problem."""
    gold: int | None
    """Answer class, or None without a key."""
    votes: tuple[int | None, ...]
    """Answer classes, None for no answer."""
    n_options: int | None = None
    tokens: tuple[float, ...] = ()
    """Generated tokens of every sample, or none at all."""
    confidences: tuple[float | None, ...] = ()
    """Probability that the engine gave each answer's letter (0 to 1), or none at all."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Fields of the first row that was pooled."""


def read_recordings(path: Path, say: Callable[[str], None] = tell) -> Iterator[Recording]:
    """Read a file, or a run folder, row by row.

    Args:
        say: told, after the last row, what had to be made sense of, and of keys that no vote can meet.

    Raises:
        RunFolderError: there is no such file.
        RecordError: the file or a line of it cannot be used; names file, line and field.
    """
    if path.is_dir():
        path = RunFolder(path).results
        if not path.exists():
            raise missing(path)
    if not path.is_file():
        raise RunFolderError(f"{path}: no such file or run folder{meant(path)}")
    notes: dict[str, list[str]] = {}
    named = RunFolder(path.parent).read_binding().get("data")
    # Runs over the same data have the same problems, whatever the runs are called.
    data = ", ".join(map(str, named)) if isinstance(named, list) and named else path.parent.name
    for number, line in lines_of(path, error=RecordError):
        where = f"{path}:{number}"
        for recording in _recordings_of(parse_line(line, where), where, path, data):
            for kind, example in recording.notes:
                notes.setdefault(kind, []).append(f"{where}: {example}")
            yield recording
    for kind, found in notes.items():
        say(f"note: {len(found)} {kind}, like {found[0]}")


def _recordings_of(row: Mapping[str, object], where: str, path: Path, data: str) -> Iterator[Recording]:
    if "answers" in row:
        yield _from_samples(row, where)
    elif isinstance(row.get("samples"), dict):
        yield from _from_letters(row, where, path)
    elif "votes" in row:
        yield from _from_result(row, where, path, data)
    else:
        raise RecordError(
            f"{where}: field 'answers' is missing (nor is there 'votes', or 'samples' by model); "
            "see harness/analysis/recorded_votes.py for the three kinds of lines"
        )


def _scalar(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    return None if value is None or isinstance(value, list | dict) else json.dumps(value)


def _keys(row: Mapping[str, object]) -> dict[str, str]:
    return {name: _scalar(value) or "" for name, value in row.items() if not isinstance(value, list | dict)}


def _from_samples(row: Mapping[str, object], where: str) -> Recording:
    fields = Fields(row, where)
    answers, gold = row["answers"], row.get("gold")
    if not isinstance(answers, list) or any(isinstance(answer, list | dict) for answer in answers):
        raise fields.error("answers", "a list of strings or null")
    if "gold" not in row or isinstance(gold, list | dict):
        raise fields.error("gold", "a string or null")
    question_id = _scalar(row.get("question_id"))
    if question_id is None:
        raise fields.error("question_id", "a string that is not empty")
    n_options = fields.whole_or_none("n_options")

    read = [_read(answer, n_options, gold) for answer in answers]
    key, note = _read(gold, n_options, gold)
    notes = [one for _, one in read if one is not None]
    if note is not None or (n_options and key is not None and key not in ALPHABET[:n_options]):
        notes.append(note or (UNMET, f"{key!r} of {n_options} options"))
    return Recording(
        where=where,
        keys=_keys(row),
        cluster=_cluster(_scalar(row.get("dataset")) or "", question_id),
        gold=key,
        answers=tuple(answer for answer, _ in read),
        notes=tuple(notes),
        n_options=n_options or None,
        tokens=_tokens(row, fields, len(answers)),
        confidences=tuple(
            None if value is None else math.exp(min(0.0, value))
            for value in _numbers(row, "lp_answer", fields, len(answers))
        ),
    )


def _read(answer: object, n_options: int | None, gold: object) -> tuple[str | None, tuple[str, str] | None]:
    """Read an answer or a key, with a note where it is not plain."""
    text = _scalar(answer)
    if text is None:
        return None, None
    if not n_options:
        is_placeholder = text.lower() in PLACEHOLDERS and text != _scalar(gold)
        return (None, (PLACEHOLDER, repr(text))) if is_placeholder else (text, None)
    if len(text) == 1 and text in ALPHABET[:n_options]:
        return text, None
    try:
        found = letter_alone(text, n_options)
    except LabelContradiction:
        return text.upper() if len(text) == 1 and text.isascii() else text, None
    if found.letter is None:
        return None, (PLACEHOLDER, repr(text))
    # Case alone is not worth a word.
    return found.letter, None if found.note is None or text.upper() == found.letter else (SPELT, found.note)


def _tokens(row: Mapping[str, object], fields: Fields, n: int) -> tuple[float, ...]:
    tokens = tuple(0.0 if value is None else value for value in _numbers(row, "tokens", fields, n))
    # Recorded elsewhere: the sum over ten samples, of which the single ones are not known.
    total = row.get("out_tokens_sum10")
    return (total / n,) * n if not tokens and n and isinstance(total, int | float) else tokens


def _numbers(row: Mapping[str, object], name: str, fields: Fields, n: int) -> tuple[float | None, ...]:
    values = row.get(name)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(value is None or type(value) in (int, float) for value in values):
        raise fields.error(name, "a list of numbers or null")
    if len(values) != n:
        raise fields.error(name, f"as long as 'answers', {n}, not {len(values)}")
    return tuple(values)


def _from_letters(row: Mapping[str, object], where: str, path: Path) -> Iterator[Recording]:
    fields = Fields(row, where)
    question_id = fields.text("qid")
    if "gold" not in row and "gold_fix" not in row:
        raise fields.error("gold", "a letter or null")
    gold = fields.text_or_none("gold_fix" if "gold_fix" in row else "gold")
    key, note = _read(gold, len(ALPHABET), gold)
    if key is not None and len(key) > 1:
        note = UNMET, f"{key!r}"
    samples = row["samples"]
    dataset = path.name.split(".")[0]
    for model, letters in samples.items() if isinstance(samples, dict) else ():
        if not isinstance(letters, str):
            raise fields.error("samples", f"a string of letters for each model ({model!r} has none)")
        yield Recording(
            where=where,
            keys={**_keys(row), "dataset": dataset, "model": str(model), "prompt": "", "question_id": question_id},
            cluster=_cluster(dataset, question_id),
            gold=key,
            notes=() if note is None else (note,),
            answers=tuple(None if letter == NO_ANSWER_LETTER else letter.upper() for letter in letters),
        )


def _from_result(row: Mapping[str, object], where: str, path: Path, data: str) -> Iterator[Recording]:
    result = read_result(row, where)
    dataset = path.parent.name
    voters = result.votes_by_model
    for model, votes in voters.items():
        yield Recording(
            where=where,
            keys={**_keys(row), "dataset": dataset, "model": model, "prompt": "", "question_id": result.question_id},
            cluster=f"{data}\n{result.problem_id}",
            gold=None if result.gold is None else letter_or_number(result.gold),
            answers=tuple(None if vote is None else letter_or_number(vote) for vote in votes),
        )


def _cluster(dataset: str, question_id: str) -> str:
    # "<problem id>#<position>" is how our own and the contest's question ids are built.
    return f"{dataset}\n{problem_id_of(question_id)}"


def pool(recordings: Sequence[Recording], fields: Sequence[str]) -> tuple[QuestionVotes, ...]:
    """Join the answers of rows that agree in the given fields, in the order of the rows.

    Args:
        fields: names of fields; none keeps every row for itself.

    Raises:
        RecordError: a row lacks a field, or joined rows have different keys.
    """
    if not fields:
        return tuple(_joined(_names(recording), [recording]) for recording in recordings)
    groups: dict[tuple[str, ...], list[Recording]] = {}
    for recording in recordings:
        for name in fields:
            if name not in recording.keys:
                known = ", ".join(recording.keys)
                raise RecordError(f"{recording.where}: field {name!r} to pool by is missing; it has {known}")
        groups.setdefault(tuple(recording.keys[name] for name in fields), []).append(recording)
    return tuple(_joined(key, group) for key, group in groups.items())


def _names(recording: Recording) -> tuple[str, ...]:
    """Name a row by what it holds, wherever its file lies."""
    return tuple(recording.keys[name] for name in ("question_id", "model", "prompt") if recording.keys.get(name))


def _joined(key: tuple[str, ...], group: Sequence[Recording]) -> QuestionVotes:
    first = group[0]
    for other in group:
        if other.gold != first.gold:
            raise RecordError(
                f"{other.where}: field 'gold' is {other.gold!r} but {first.gold!r} in {first.where}, with which it is "
                "pooled; pool by more fields"
            )
    classes: dict[str, int] = {} if first.gold is None else {first.gold: 0}
    votes = [
        None if answer is None else classes.setdefault(answer, len(classes))
        for recording in group
        for answer in recording.answers
    ]
    return QuestionVotes(
        key=key,
        cluster=first.cluster,
        gold=None if first.gold is None else 0,
        votes=tuple(votes),
        n_options=first.n_options,
        # Known of all rows or of none: half of a cost is no cost.
        tokens=tuple(one for recording in group for one in recording.tokens) if all(r.tokens for r in group) else (),
        confidences=tuple(
            one for recording in group for one in (recording.confidences or (None,) * len(recording.answers))
        )
        if any(recording.confidences for recording in group)
        else (),
        keys=first.keys,
    )
