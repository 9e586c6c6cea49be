"""A person's decisions on disputed keys: reading them, holding flags against them, and laying them over data.

A file of decisions is JSON lines, in any of three forms, mixed as one likes:

* ``{"id": "p1#0", "answer": "B"}``; ``"answer": null`` (or ``"drop"``) takes the key away;
* a line of ``disputed.jsonl`` with ``decision`` filled in: a letter, ``"keep"`` or ``"drop"`` (null: not decided yet);
* ``{"qid": "p1#0", "gold": "A", "gold_fix": "B"}`` as published lists of corrections have it; null removes.

Where a line names the key that it corrects (``gold``), the data must still have that key, or the new one already.
*Dropped* means that the question stays, so that ids and runs stay comparable, and its key goes: it is asked and not
scored.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import RecordError, RunFolderError
from harness.run.data import load_data
from harness.run.results import Fields, parse_line, read_results
from harness.scoring.group_accuracy import accuracy_of
from solver.base.files import json_lines
from solver.base.foreign_files import lines_of
from solver.base.intervals import Interval, share_interval
from solver.problems.jsonl import Loaded, require_good
from solver.problems.letters import ALPHABET, index_of, letter_of, letter_or_none
from solver.problems.question import Problem, Question, problem_id_of
from solver.voting.label_errors import Dispute

DROP, KEEP = "drop", "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One decision."""

    question_id: str
    letter: str | None
    """The right letter in the file's order, or None to drop the key."""
    gold: str | None
    """The key that the decision is about, where it says."""
    where: str
    """``file:line``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How flags compare with decisions; intervals are clustered by problem."""

    flagged: int
    """Flags among the audited questions."""
    decided: int
    """Corrected or dropped questions among them."""
    precision: Interval | None
    """Share of the flags that were corrected or dropped, without those that nobody has decided yet: a lower bound
    where the list of decisions is not complete."""
    recall: Interval | None
    """Share of the corrected or dropped questions that are flagged."""
    letters: Interval | None
    """Share of the flagged questions with a corrected letter on which the proposed letter is that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescored:
    """A run's accuracy under the keys as they were and as they are decided to be."""

    run: str
    before: Interval | None
    """None where nothing is sampled yet."""
    after: Interval | None
    """None there, too, and where no key is left."""
    changed: int
    """Questions of the run whose key changed."""
    dropped: int


def read_fixes(paths: Sequence[Path]) -> dict[str, Fix]:
    """Read decisions by question id; lines that decide nothing are left out.

    Raises:
        RunFolderError: a file cannot be read.
        RecordError: a line cannot be used, or two decide one question differently.
    """
    fixes: dict[str, Fix] = {}
    for path in paths:
        for number, line in lines_of(path, error=RunFolderError):
            where = f"{path}:{number}"
            fix = _fix(Fields(row := parse_line(line, where), where), row, where)
            if fix is None:
                continue
            other = fixes.setdefault(fix.question_id, fix)
            if other.letter != fix.letter:
                raise RecordError(f"{where}: {fix.question_id!r} was decided differently in {other.where}; keep one")
    return fixes


def undecided(paths: Sequence[Path]) -> frozenset[str]:
    """Return the ids of the lines that a person has not come to yet: their ``decision`` is null.

    Raises:
        RunFolderError, RecordError: as ``read_fixes``.
    """
    rows = (parse_line(line, str(path)) for path in paths for _, line in lines_of(path, error=RunFolderError))
    return frozenset(str(row.get(_id_field(row))) for row in rows if row.get("decision", KEEP) is None)


def _id_field(row: Mapping[str, object]) -> str:
    return next((name for name in ("question_id", "id", "qid") if name in row), "id")


def _fix(fields: Fields, row: Mapping[str, object], where: str) -> Fix | None:
    question_id = fields.text(_id_field(row))
    field = next((field for field in ("decision", "answer", "gold_fix") if field in fields), None)
    if field is None:
        raise fields.error("answer", "a letter, null or 'drop' (or fill in 'decision')")
    found = row[field]
    if field == "decision" and found is None or found == KEEP:
        return None
    letter = found.strip().upper() if isinstance(found, str) and found != DROP else None
    if letter is not None and (len(letter) != 1 or letter not in ALPHABET) or not isinstance(found, str | None):
        raise fields.error(field, "a letter, null or 'drop'")
    gold = fields.text_or_none("gold")
    if letter is not None and gold is not None and letter == gold.upper():
        return None
    return Fix(question_id=question_id, letter=letter, gold=gold and gold.upper(), where=where)


def agreement(
    disputes: Sequence[Dispute], asked: Collection[str], fixes: Mapping[str, Fix], waiting: Collection[str] = ()
) -> Agreement:
    """Hold flags against decisions, over the audited questions.

    Args:
        asked: ids of all questions that were audited.
        waiting: ids of those that nobody has decided yet; flags of theirs are neither right nor wrong.
    """
    flagged = {dispute.question_id: dispute.proposed for dispute in disputes}
    decided = [question_id for question_id in fixes if question_id in asked]
    both = [question_id for question_id in decided if question_id in flagged and fixes[question_id].letter is not None]
    return Agreement(
        flagged=len(flagged),
        decided=len(decided),
        precision=_share({name: name in fixes for name in flagged if name not in waiting}),
        recall=_share({name: name in flagged for name in decided}),
        letters=_share({name: fixes[name].letter == flagged[name] for name in both}),
    )


def _share(hits: Mapping[str, bool]) -> Interval | None:
    if not hits:
        return None
    return share_interval([float(hit) for hit in hits.values()], [problem_id_of(name) for name in hits])


def apply_fixes(data: Path, fixes: Mapping[str, Fix], mapping: str | None = None) -> tuple[str, int, int]:
    """Lay decisions over a file of problems.

    Other forms become the contest's, with the ids that ``harness eval`` gives it, so that decisions keep their
    questions. Further fields of contest lines stay; the chain of a corrected question goes, as it argues for the old
    key, and its old key stays beside the new one as ``answer_before``.

    Args:
        mapping: what the fields of its rows are, as ``--map`` takes it; None finds it.

    Returns:
        The new file's text, how many keys were changed, and how many dropped.

    Raises:
        InputError: a line of the data cannot be used.
        RecordError: a decision names no question of the data, no option, or another key than the data has.
    """
    loaded = load_data([str(data)], mapping=mapping)
    require_good(loaded)
    rows = _contest_rows(loaded)
    unknown = set(fixes) - {question.id for problem in loaded.problems for question in problem.questions}
    if unknown:
        fix = fixes[min(unknown)]
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise RecordError(f"{fix.where}: {data} has no question {fix.question_id!r}{more}; decisions for other data?")
    changed = dropped = 0
    for problem in loaded.problems:
        entries = rows[problem.id]["questions"]
        assert isinstance(entries, list)
        for question, entry in zip(problem.questions, entries, strict=True):
            decided = fixes.get(question.id)
            if decided is None or not _is_new(decided, question):
                continue
            entry["answer_before"] = entry.get("answer")
            entry["answer"] = decided.letter
            entry.pop("chain", None)
            changed += decided.letter is not None
            dropped += decided.letter is None
    text = json_lines(rows.values())
    return text, changed, dropped


def _is_new(fix: Fix, question: Question) -> bool:
    """Tell whether a decision changes a question's key.

    Raises:
        RecordError: it cannot be laid over this question.
    """
    count = len(question.options)
    if fix.letter is not None and index_of(fix.letter) >= count:
        raise RecordError(
            f"{fix.where}: {fix.letter} names none of the {count} options of {question.id!r}; fix the decision"
        )
    now = question.gold
    after = None if fix.letter is None else question.classes[index_of(fix.letter)]
    if now == after:
        return False
    is_other = fix.gold is not None and (
        now is None or index_of(fix.gold) >= count or question.classes[index_of(fix.gold)] != now
    )
    if is_other:
        has = "no key" if now is None else f"the key {letter_of(now)}"
        raise RecordError(f"{fix.where}: corrects {fix.gold}, but {question.id!r} has {has}; decisions for other data?")
    return True


def _contest_rows(loaded: Loaded) -> dict[str, dict[str, object]]:
    """Return the file's objects by problem id, in its order, lines of other forms as contest lines."""
    own = {problem_id_of(row.question_ids[0]): row for row in loaded.rows if row.form.is_whole}
    return {
        problem.id: dict(own[problem.id].values)
        if problem.id in own
        else {"id": problem.id, "problem": problem.text, "questions": _entries(problem)}
        for problem in loaded.problems
    }


def _entries(problem: Problem) -> list[dict[str, object]]:
    return [
        {
            "question": question.text,
            "options": list(question.options),
            "answer": letter_or_none(question.gold),
        }
        for question in problem.questions
    ]


def rescore(run: Path, fixes: Mapping[str, Fix]) -> Rescored:
    """Score a run folder's answers under decided keys; its letters are those of the file's order.

    Raises:
        RunFolderError, RecordError: its results cannot be read, or have no key.
    """
    results = [result for result in read_results(run) if result.gold is not None]
    if not results:
        raise RecordError(f"{run}: no question has a key, so there is nothing to score")
    before = accuracy_of(results)
    hits: list[float] = []
    clusters: list[str] = []
    changed = dropped = 0
    for one in results:
        fix = fixes.get(one.question_id)
        gold = one.gold
        if fix is not None and fix.letter is None:
            dropped += 1
            continue
        if fix is not None and fix.letter is not None:
            gold = index_of(fix.letter)
            changed += gold != one.gold
        hits.append(float(one.answer == gold))
        clusters.append(one.problem_id)
    return Rescored(
        run=run.name,
        before=before,
        after=share_interval(hits, clusters) if hits and before else None,
        changed=changed,
        dropped=dropped,
    )
