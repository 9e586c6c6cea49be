"""Reviews of evalscope: ``reviews/MODEL/DATASET_SUBSET.jsonl`` of its work folder (form of 1.14.1).

A line is one sample: ``extracted_prediction`` is the letter, ``group_id`` the question, ``generation_index`` the
repeat. Options stand in the prompt only, as ``A) text`` lines, and are read from there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.errors import RecordError
from harness.imports.foreign import ForeignQuestion, ForeignRun, ForeignSample, Tool, id_in, letter_in, reading
from harness.run.results import parse_line
from solver.base.foreign_files import lines_of
from solver.problems.letters import ALPHABET

_OPTION = re.compile(r"^\s*\(?([A-Z])[).:、．.]\s*(.+?)\s*$", re.MULTILINE)


def knows(path: Path) -> bool:
    """Tell whether these are its reviews."""
    return any(True for _ in _files(path))


def read(path: Path) -> list[ForeignRun]:
    """Read every review file, a task each.

    Raises:
        RecordError: a line is not as it should be.
    """
    return [_run(file) for file in _files(path)]


def _files(path: Path) -> Iterable[Path]:
    if path.is_dir():
        return sorted(path.glob("**/reviews/*/*.jsonl"))
    return [path] if path.suffix == ".jsonl" and path.parent.parent.name == "reviews" else []


def _run(file: Path) -> ForeignRun:
    questions: dict[str, ForeignQuestion] = {}
    samples, right = [], 0
    rows = []
    for number, line in lines_of(file, error=RecordError):
        row = parse_line(line, where := f"{file}:{number}")
        try:
            own: Any = row["sample_score"]
            rows.append(((int(own["group_id"]), int(own["generation_index"])), where, row, own))
        except (KeyError, TypeError, ValueError) as error:
            raise RecordError(f"{where}: not a review of evalscope ({error!r})") from None
    for (group, _), where, row, own in sorted(rows, key=lambda one: one[0]):
        with reading(where):
            question = _question(row, own, group)
            question = questions.setdefault(question.id, question)
            score: Any = own.get("score") or {}
            right += (score.get("value") or {}).get(score.get("main_score_name"), 0) == 1
            samples.append(_sample(row, score, question))
    if not samples:
        raise RecordError(f"{file}: holds no review")
    return ForeignRun(
        tool="evalscope",
        task=file.stem,
        model=file.parent.name,
        questions=tuple(questions.values()),
        samples=tuple(samples),
        told=right / len(samples),
    )


def _sample(row: Mapping[str, Any], score: Mapping[str, Any], question: ForeignQuestion) -> ForeignSample:
    messages: Any = row.get("messages") or ()
    answer: Any = next((one for one in reversed(messages) if one.get("role") == "assistant"), {})
    metrics = answer.get("perf_metrics") or {}
    return ForeignSample(
        question_id=question.id,
        text=str(score.get("prediction") or answer.get("content") or ""),
        letter=letter_in(score.get("extracted_prediction") or None, question.options),
        prompt_tokens=int(metrics.get("input_tokens") or 0),
        completion_tokens=int(metrics.get("output_tokens") or 0),
        took_s=float(metrics.get("latency") or 0.0),
    )


def _question(row: Mapping[str, Any], own: Mapping[str, Any], group: int) -> ForeignQuestion:
    asked = next((str(one["content"]) for one in row.get("messages") or () if one.get("role") == "user"), "")
    options = options_listed(asked)
    target = row.get("target")
    first = target[0] if isinstance(target, list) and target else target
    return ForeignQuestion(
        id=id_in(own.get("sample_metadata") or {}, group), text=asked, options=options, gold=letter_in(first, options)
    )


def options_listed(text: str) -> tuple[str, ...]:
    r"""Return the options that stand line by line at a prompt's end; none where they do not begin with A.

    >>> options_listed("A) one is said\nQ?\nA) x\nB) y\n")
    ('x', 'y')
    """
    found = [(match[1], match[2]) for match in _OPTION.finditer(text)]
    begins = [place for place, (letter, _) in enumerate(found) if letter == "A"]
    listed = found[begins[-1] :] if begins else []
    in_order = [option for place, (letter, option) in enumerate(listed) if letter == ALPHABET[place % len(ALPHABET)]]
    return tuple(in_order) if len(in_order) == len(listed) >= 2 else ()


TOOL = Tool(name="evalscope", help="evalscope: its work folder, or a file of reviews", knows=knows, read=read)
