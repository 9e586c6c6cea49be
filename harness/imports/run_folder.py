"""A run folder made of another tool's log: what ``compare``, ``replay``, ``report``, ``audit`` and ``combine`` take.

Votes are the letters that the tool read. The verdict is their plurality, with this project's way of breaking ties, so
its accuracy may differ from what the tool told; both stand in the summary. The questions go into ``problems.jsonl`` of
the folder, since no other file of them is known.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from harness.errors import RecordError
from harness.imports.foreign import ForeignQuestion, ForeignRun, ForeignSample
from harness.run.folder import RunFolder
from harness.run.results import line_of
from harness.scoring.score import Score, Timing, score
from solver.base.files import json_line, json_lines, new_folder, write_atomically, write_json
from solver.base.text_safety import one_line
from solver.problems.jsonl import digest_of, questions_of
from solver.problems.letters import ALPHABET, index_of, letter_of, letter_or_none
from solver.problems.question import Question, problem_id_of, question_id_of
from solver.problems.shapes.load import load_inputs
from solver.sampling.sample import Sample, Status
from solver.scheduling.outcome import outcome_of
from solver.scheduling.store import Store
from solver.voting.tally import verdict_of

STOP_REASON = "imported"


def write_run(run: ForeignRun, folder: Path) -> Score:
    """Write a run folder.

    Raises:
        UsageError: something stands there already.
        RecordError: a question of it cannot be used.
    """
    with new_folder(folder, "-o") as place:
        return _write(run, RunFolder(place), folder)


def _write(run: ForeignRun, place: RunFolder, folder: Path) -> Score:
    """Write the files of a run folder that gets its name, ``folder``, when they are whole."""
    problems = place.path / "problems.jsonl"
    ids = _ids(run.questions)
    drawn = _drawn(run.samples)
    write_atomically(problems, "".join(map(json_line, _problems(run, ids, drawn))))
    questions = questions_of(load_inputs([str(problems)]).problems)
    by_id = {question.id: question for question in questions}
    if lost := [asked.id for asked in run.questions if ids[asked.id] not in by_id]:
        raise RecordError(f"{run.task}: question {one_line(lost[0])[:80]!r} cannot be used (its options, or its text)")
    outcomes = []
    for asked in run.questions:
        question = by_id[ids[asked.id]]
        samples = [_sample(run, question, index, one) for index, one in enumerate(drawn.get(asked.id, ()))]
        votes = [sample.option_class for sample in samples]
        outcomes.append(outcome_of(question, verdict_of(question.id, votes, stop_reason=STOP_REASON), samples))
    took_s = sum(one.took_s for one in run.samples)
    found = score(outcomes, timing=Timing(wall_s=took_s, sampling_s=took_s) if took_s else None)
    _store(place.path, [sample for outcome in outcomes for sample in outcome.samples])
    most = max((len(outcome.samples) for outcome in outcomes), default=1)
    binding = {
        "data": [str(folder.resolve() / problems.name)],
        "data_sha256": digest_of(questions),
        "asked_models": [run.model],
        "rule": f"fixed:{most}",
        "max_samples": most,
        "imported_from": run.tool,
    }
    digest = hashlib.sha256(json.dumps(binding, sort_keys=True).encode()).hexdigest()[:12]
    write_json(place.config, {"binding": binding, "hash": digest, "all": binding})
    write_atomically(place.results, "".join(map(line_of, outcomes)))
    answers = {outcome.question_id: outcome.answer for outcome in outcomes}
    write_atomically(place.submission, json_lines(_answered(row, answers) for row in _problems(run, ids, drawn)))
    facts = {
        "run": str(folder),
        "models": [run.model],
        "rule": binding["rule"],
        "data": [run.task],
        "data_sha256": binding["data_sha256"],
        "imported_from": run.tool,
        "told_accuracy": run.told,
        "config_hash": digest,
    }
    write_json(place.summary, {**found.to_json(), **facts})
    return found


def _ids(questions: Sequence[ForeignQuestion]) -> dict[str, str]:
    """Give every question an id of ours: its own where the questions of its problem are all there, else made of it.

    Ids are printed and compared: one that steers a terminal is taken by its place.
    """
    found: dict[str, str] = {}
    for problem, group in groupby(questions, lambda one: problem_id_of(one.id)):
        own = [one.id for one in group]
        if any(not name.isprintable() or not name.strip() for name in own):
            found.update({name: question_id_of(f"q{len(found) + place}", 0) for place, name in enumerate(own)})
            continue
        is_whole = own == [question_id_of(problem, place) for place in range(len(own))]
        found.update({name: name if is_whole else question_id_of(name, 0) for name in own})
    return found


def _drawn(samples: Sequence[ForeignSample]) -> dict[str, list[ForeignSample]]:
    found: dict[str, list[ForeignSample]] = {}
    for sample in samples:
        found.setdefault(sample.question_id, []).append(sample)
    return found


def _problems(
    run: ForeignRun, ids: Mapping[str, str], drawn: Mapping[str, Sequence[ForeignSample]]
) -> Iterator[dict[str, Any]]:
    for problem, group in groupby(run.questions, lambda one: problem_id_of(ids[one.id])):
        yield {"id": problem, "problem": "", "questions": [_asked(one, drawn.get(one.id, ())) for one in group]}


def _asked(question: ForeignQuestion, samples: Sequence[ForeignSample]) -> dict[str, object]:
    options = list(question.options)
    if not options:
        # The log tells letters only: as many options as letters were seen, four at least.
        letters = [letter for letter in (question.gold, *(one.letter for one in samples)) if letter]
        options = list(ALPHABET[: max(4, *(index_of(letter) + 1 for letter in letters), 0)])
    row: dict[str, object] = {"question": question.text, "options": options}
    return row if question.gold is None else {**row, "answer": question.gold}


def _answered(row: dict[str, Any], answers: Mapping[str, int | None]) -> dict[str, Any]:
    """Return a problem with the votes' letters in the place of its keys, as ``harness eval`` writes it."""
    for place, question in enumerate(row["questions"]):
        answer = answers.get(question_id_of(row["id"], place))
        question["answer"] = letter_or_none(answer)
    return row


def _sample(run: ForeignRun, question: Question, index: int, one: ForeignSample) -> Sample:
    place = None if one.letter is None else index_of(one.letter)
    is_option = place is not None and place < len(question.options)
    key = json.dumps([run.tool, run.task, run.model, question.id, index], ensure_ascii=False)
    failed = Status.FAILED if one.error else Status.NO_ANSWER
    return Sample(
        key=hashlib.sha256(key.encode()).hexdigest(),
        question_id=question.id,
        model=run.model,
        index=index,
        status=Status.ANSWERED if is_option else failed,
        text=one.text,
        shown_letter=letter_of(place) if is_option and place is not None else None,
        option_class=question.classes[place] if is_option and place is not None else None,
        rule=None,
        span=None,
        finish_reason=None,
        is_closed=False,
        prompt_tokens=one.prompt_tokens,
        completion_tokens=one.completion_tokens,
        mean_logprob=None,
        letter_logprob=None,
        launched_at=one.began_at,
        finished_at=one.began_at + one.took_s,
        retries=0,
        error=one.error,
    )


def _store(folder: Path, samples: Sequence[Sample]) -> None:
    async def append() -> None:
        with Store(folder) as store:
            await store.append(samples)

    asyncio.run(append())
