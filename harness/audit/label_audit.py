"""Which answer keys of a benchmark do models dispute? Suspicious gold labels, with the evidence for a person.

    python -m harness audit runs/a runs/b votes.jsonl.gz --data problems.jsonl -o disputed.jsonl

Votes come from run folders (chains too) and from recorded files (``harness.analysis.recorded_votes``), in any
mixture; they meet
where question ids agree. Each model is one voter, in however many runs: its samples share its mistakes. Where there
are enough questions a voter counts by its reliability, so that weak models neither outvote strong ones nor flag what
they cannot solve: the log-odds of its accuracy against guessing, the question itself left out (the weights of a
weighted majority vote: Nitzan and Paroush 1982), as a share of those of a voter that is right on nine questions in
ten. A question whose strength (``solver.voting.label_errors``) reaches the limit is flagged. What this module does
not do: change
a key (``harness.audit.decisions``), or say that a key is wrong: how often flags were right is measured in docs/data.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import combinations
from pathlib import Path

from harness.analysis.recorded_votes import Recording, read_recordings
from harness.audit.chains import with_excerpts
from harness.audit.reliability import AskedVotes, Reliabilities, VoterSummary
from harness.errors import DownloadError, RecordError
from harness.run.data import load_data, questions_of_run
from harness.run.folder import RunFolder
from solver.base.errors import InputError
from solver.base.inputs import check_once
from solver.problems.jsonl import questions_of
from solver.problems.letters import ALPHABET, index_of, letter_of, letter_or_none
from solver.problems.question import Question
from solver.voting.label_errors import Dispute, Voter, proposed_by, strength_of, voter

MIN_STRENGTH = 0.2
"""Strength from which a question is flagged; see docs/data.md for how many flags, and how many of them right."""
MIXED = 0.2
"""Share of differing keys from which two sources are over different data: corrected keys differ in a few per cent,
those of different questions with equal ids in half or more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditArgs:
    """What to look at."""

    sources: tuple[Path, ...]
    """Run folders and files of recorded votes."""
    data: tuple[Path, ...] = ()
    """Problem files with texts and keys; empty takes what the runs name, where it can still be had."""
    map: str | None = None
    """What the fields of their rows are, as ``--map`` takes it; None finds it."""
    min_strength: float = MIN_STRENGTH
    leave_out: tuple[str, ...] = ()
    """Patterns (``*_error*``) of voters that are not counted."""
    equal: bool = False
    """Let every voter count the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was found."""

    disputes: tuple[Dispute, ...]
    """Strongest first."""
    voters: tuple[VoterSummary, ...]
    """Most reliable first."""
    n_questions: int
    """Questions with a key and at least one vote."""
    n_without_key: int
    asked: tuple[str, ...]
    """Ids of the questions with a key and a vote."""


def audit(args: AuditArgs) -> Audit:
    """Look for disputed keys.

    Raises:
        RunFolderError: a source cannot be opened.
        RecordError: a line of it cannot be used, or nothing with a key is left.
        InputError: a problem file cannot be read.
        UsageError: a source is named twice.
    """
    check_once(args.sources, "audit", "source")
    recordings = [recording for path in args.sources for recording in read_recordings(path)]
    questions = {question.id: question for question in _questions(args)}
    _refuse_mixtures(recordings, questions)
    asked, n_without_key = _asked(recordings, questions, args.leave_out, _models_of(args.sources))
    if not asked:
        raise RecordError(
            f"{', '.join(map(str, args.sources))}: no question with both a key and a vote; give the keys with --data"
        )
    scores = Reliabilities(asked)
    disputes = []
    for question_id, one in asked.items():
        voters = tuple(
            voter(name, letters, reliability=1.0 if args.equal else scores.reliability(name, question_id))
            for name, letters in one.voters.items()
        )
        proposed = proposed_by(voters, gold=one.gold)
        if proposed is None or strength_of(voters, gold=one.gold, proposed=proposed) < args.min_strength:
            continue
        disputes.append(_dispute(question_id, one.gold, proposed, voters, questions.get(question_id), args.sources))
    return Audit(
        disputes=tuple(
            sorted(with_excerpts(disputes, args.sources, questions), key=lambda one: (-one.strength, one.question_id))
        ),
        voters=scores.summaries(equal=args.equal),
        n_questions=len(asked),
        n_without_key=n_without_key,
        asked=tuple(asked),
    )


def _refuse_mixtures(recordings: Sequence[Recording], questions: Mapping[str, Question]) -> None:
    """Refuse sources, or data, whose ids mean different questions (two versions of a benchmark, say).

    Raises:
        RecordError: two sources have different keys on more than MIXED of the questions that they share.
    """
    keys: dict[str, dict[str, str]] = {}
    for recording in recordings:
        if recording.gold is not None:
            source = recording.where.rsplit(":", 1)[0]
            keys.setdefault(source, {})[recording.keys["question_id"]] = recording.gold
    keys["the problem file"] = {
        name: letter_of(question.gold) for name, question in questions.items() if question.gold is not None
    }
    for one, other in combinations(keys, 2):
        shared = keys[one].keys() & keys[other].keys()
        differing = sum(keys[one][name] != keys[other][name] for name in shared)
        if differing > MIXED * len(shared):
            raise RecordError(
                f"{one} and {other} have different keys on {differing} of {len(shared)} shared question ids: they are "
                "over different data; audit them apart, or give theirs with --data"
            )


def _questions(args: AuditArgs) -> Iterator[Question]:
    """Yield the questions of the files given, else those that the runs were made from and that can still be had."""
    if args.data:
        yield from questions_of(load_data([str(path) for path in args.data], mapping=args.map).problems)
        return
    for source in args.sources:
        noted = RunFolder(source).read_binding()
        try:
            yield from questions_of_run(noted) if noted.get("data") else ()
        except (InputError, DownloadError):
            # Without texts, keys are still those that the results have.
            continue


def _models_of(sources: Sequence[Path]) -> dict[str, str]:
    """Return the model of each run of one model, by the run's results file."""
    found = {}
    for source in sources:
        models = RunFolder(source).read_binding().get("asked_models")
        if isinstance(models, list) and len(models) == 1:
            found[str(RunFolder(source).results)] = str(models[0])
    return found


def _asked(
    recordings: Iterable[Recording],
    questions: Mapping[str, Question],
    leave_out: Sequence[str],
    models: Mapping[str, str],
) -> tuple[dict[str, AskedVotes], int]:
    votes: dict[str, dict[str, tuple[str | None, ...]]] = {}
    golds: dict[str, str | None] = {}
    ranges: dict[str, int] = {}
    for recording in recordings:
        name = _voter_name(recording, models)
        if any(fnmatchcase(name, pattern) for pattern in leave_out):
            continue
        question_id = recording.keys["question_id"]
        question = questions.get(question_id)
        letters = tuple(_class_letter(answer, question) for answer in recording.answers)
        mine = votes.setdefault(question_id, {})
        mine[name] = (*mine.get(name, ()), *letters)
        golds[question_id] = _gold(recording, question)
        named = {letter for letter in (*letters, golds[question_id]) if letter is not None}
        known = len(question.options) if question is not None else 1 + max(map(index_of, named), default=1)
        ranges[question_id] = max(ranges.get(question_id, 2), known)
    found = {}
    n_without_key = 0
    for question_id, voters in votes.items():
        gold = golds[question_id]
        if gold is None:
            n_without_key += 1
        elif any(letter is not None for letters in voters.values() for letter in letters):
            found[question_id] = AskedVotes(gold, ranges[question_id], voters)
    return found, n_without_key


def _voter_name(recording: Recording, models: Mapping[str, str]) -> str:
    """Name the voter: the model, so that several runs of one model are one voter; the run's folder where unknown."""
    keys, source = recording.keys, recording.where.rsplit(":", 1)[0]
    return keys.get("model") or models.get(source) or keys.get("dataset") or recording.where


def _gold(recording: Recording, question: Question | None) -> str | None:
    if question is not None:
        return letter_or_none(question.gold)
    # A recorded correction is what an audit is to find: the key as it was published counts here.
    published = recording.keys.get("gold", "") if "gold_fix" in recording.keys else recording.gold
    return published.upper() if published and published.upper() in ALPHABET else None


def _class_letter(answer: str | None, question: Question | None) -> str | None:
    """Return the letter of the answer's class: twins of options are one; None for what is no option."""
    if answer is None or len(answer) != 1 or answer not in ALPHABET:
        return None
    if question is None:
        return answer
    place = index_of(answer)
    return letter_of(question.classes[place]) if place < len(question.classes) else None


def _dispute(
    question_id: str,
    gold: str,
    proposed: str,
    voters: tuple[Voter, ...],
    question: Question | None,
    sources: Sequence[Path],
) -> Dispute:
    ranked = sorted((one for one in voters if one.cast), key=lambda one: (-one.reliability, one.name))
    return Dispute(
        question_id=question_id,
        source=", ".join(source.name for source in sources),
        gold=gold,
        proposed=proposed,
        voters=tuple(ranked),
        problem=None if question is None else question.problem,
        question=None if question is None else question.text,
        options=None if question is None else question.options,
    )
