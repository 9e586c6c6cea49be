"""Logs of Inspect (UK AI Security Institute): a ``.json`` log of version 2 (inspect_ai 0.3), multiple choice or text.

A ``.eval`` log is a zip in a compression that Python reads from 3.14 on; ``inspect log convert`` makes a ``.json`` of
it, which the refusal says. The answer is that of the scorer that tells one; a sample with an error has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from harness.errors import RecordError
from harness.imports.foreign import ForeignQuestion, ForeignRun, ForeignSample, Tool, letter_in, reading
from solver.base.foreign_files import MOST_BYTES, object_of, open_regular
from solver.problems.letters import index_of, letter_of

_OWN_ANSWER = ("choice", "multiple_choice", "pattern", "answer")
"""Scorers whose answer is the sample's own, the first choice."""
_LOOKED_AT = 4096
"""Bytes of a file that are looked at to know it."""


def knows(path: Path) -> bool:
    """Tell whether these are its logs."""
    return any(True for _ in _files(path))


def read(path: Path) -> list[ForeignRun]:
    """Read every log.

    Raises:
        RecordError: a log is damaged, of another version, or packed.
    """
    return [_run(file) for file in _files(path)]


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path] if path.suffix == ".eval" or _is_log(path) else []
    return [*sorted(path.rglob("*.eval")), *(file for file in sorted(path.rglob("*.json")) if _is_log(file))]


def _is_log(path: Path) -> bool:
    if path.suffix != ".json":
        return False
    try:
        with open_regular(path) as file:
            head = file.read(_LOOKED_AT).decode("utf-8", "replace")
    except OSError:
        return False
    return '"version"' in head and '"eval"' in head and '"status"' in head


def _run(file: Path) -> ForeignRun:
    if file.suffix == ".eval":
        raise RecordError(
            f"{file}: a packed log; unpack it with Inspect: inspect log convert --to json --output-dir FOLDER {file}"
        )
    with reading(str(file)):
        log = object_of(file, error=RecordError, most=MOST_BYTES)
        facts, rows = log["eval"], log.get("samples") or []
        samples: list[ForeignSample] = []
        questions: dict[str, ForeignQuestion] = {}
        for row in sorted(rows, key=lambda row: (str(row["id"]), int(row.get("epoch", 1)))):
            question = _question(row)
            question = questions.setdefault(question.id, question)
            samples.append(_sample(row, question))
        if not samples:
            raise RecordError(f"{file}: holds no samples (a log of --no-log-samples?)")
        order = {str(name): place for place, name in enumerate(facts.get("dataset", {}).get("sample_ids") or ())}
        return ForeignRun(
            tool="inspect",
            task=str(facts.get("task", file.stem)),
            model=str(facts.get("model", "unknown")).rpartition("/")[2],
            questions=tuple(sorted(questions.values(), key=lambda one: order.get(one.id, len(order)))),
            samples=tuple(samples),
            told=_told(log),
        )


def _told(log: Mapping[str, Any]) -> float | None:
    for score in (log.get("results") or {}).get("scores") or ():
        value = (score.get("metrics") or {}).get("accuracy", {}).get("value")
        if isinstance(value, int | float):
            return float(value)
    return None


def _question(row: Mapping[str, Any]) -> ForeignQuestion:
    options = tuple(map(str, row.get("choices") or ()))
    target = row.get("target")
    first = target[0] if isinstance(target, list) and target else target
    return ForeignQuestion(
        id=str(row["id"]), text=_text(row.get("input")), options=options, gold=letter_in(first or None, options)
    )


def _sample(row: Mapping[str, Any], question: ForeignQuestion) -> ForeignSample:
    output, scores = row.get("output") or {}, row.get("scores") or {}
    usage = output.get("usage") or {}
    # A log may hold a vote over all epochs beside each sample's own answer (ours does).
    own = [scores[name] for name in _OWN_ANSWER if name in scores] or list(scores.values())
    answer = next((score["answer"] for score in own if score.get("answer")), None)
    shown = tuple(map(str, row.get("choices") or ()))
    letter = letter_in(answer, shown)
    if letter is not None and shown != question.options and sorted(shown) == sorted(question.options):
        letter = letter_of(question.options.index(shown[index_of(letter)]))
    error = row.get("error")
    began = row.get("started_at")
    return ForeignSample(
        question_id=question.id,
        text=str(output.get("completion") or _first(output)),
        letter=None if error else letter,
        prompt_tokens=int(usage.get("input_tokens") or 0),
        completion_tokens=int(usage.get("output_tokens") or 0),
        began_at=datetime.fromisoformat(began).timestamp() if isinstance(began, str) else 0.0,
        took_s=float(row.get("total_time") or output.get("time") or 0.0),
        error=str(error.get("message", "failed")) if isinstance(error, Mapping) else None,
    )


def _first(output: Mapping[str, Any]) -> str:
    choices = output.get("choices") or ()
    return _text(choices[0]["message"]["content"]) if choices else ""


def _text(content: object) -> str:
    """Return the text of a message, of its parts, or of the last message of several."""
    if isinstance(content, list):
        parts = [one.get("text", one.get("content", "")) for one in content if isinstance(one, Mapping)]
        return _text(parts[-1]) if parts else ""
    return content if isinstance(content, str) else ""


TOOL = Tool(name="inspect", help="Inspect: a .json log, or its log folder", knows=knows, read=read)
