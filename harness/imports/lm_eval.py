"""Samples of lm-evaluation-harness: ``samples_TASK_DATE.jsonl``, written with ``--log_samples`` (form of 0.4.13).

A line is a document under one filter. ``generate_until``: ``resps`` are the texts and ``filtered_resps`` what the
filter made of them; a filter with an answer for each repeat is taken before one that has voted already (its votes would
be gone). ``multiple_choice``: one log-likelihood an option; the largest is the answer. Tokens are not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import RecordError
from harness.imports.foreign import (
    ForeignQuestion,
    ForeignRun,
    ForeignSample,
    Tool,
    id_in,
    letter_in,
    options_in,
    reading,
    stem_in,
)
from harness.run.results import parse_line
from solver.base.foreign_files import lines_of, object_of
from solver.extraction.extract import extract

_NAME = re.compile(r"samples_(.+)_(\d{4}-\d\d-\d\dT[\d.\-]+)\.jsonl")


def knows(path: Path) -> bool:
    """Tell whether these are its samples."""
    return any(True for _ in _files(path))


def read(path: Path) -> list[ForeignRun]:
    """Read every task's newest samples.

    Raises:
        RecordError: a line is not as it should be.
    """
    newest: dict[tuple[str, str], tuple[str, Path]] = {}
    for file in _files(path):
        match = _NAME.fullmatch(file.name)
        assert match is not None
        key = str(file.parent), match[1]
        newest[key] = max(newest.get(key, ("", file)), (match[2], file))
    return [_run(task, file) for (_, task), (_, file) in newest.items()]


def _files(path: Path) -> Iterable[Path]:
    found = sorted(path.rglob("samples_*.jsonl")) if path.is_dir() else [path]
    return (file for file in found if _NAME.fullmatch(file.name))


def _run(task: str, file: Path) -> ForeignRun:
    by_filter: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for number, line in lines_of(file, error=RecordError):
        row = parse_line(line, where := f"{file}:{number}")
        missing = [name for name in ("doc", "resps", "filtered_resps", "target") if name not in row]
        if missing or not isinstance(row["doc"], Mapping) or not isinstance(row["resps"], list) or not row["resps"]:
            raise RecordError(
                f"{where}: not a sample of lm-evaluation-harness (field {(missing or ['doc, resps'])[0]!r})"
            )
        by_filter.setdefault(str(row.get("filter", "none")), []).append((where, row))
    if not by_filter:
        raise RecordError(f"{file}: holds no sample")
    name = next((one for one, rows in by_filter.items() if all(map(_is_each_at, rows))), next(iter(by_filter)))
    rows, notes = by_filter[name], []
    if len(by_filter) > 1:
        notes.append(f"filter {name!r} of {', '.join(by_filter)}")
    if not all(map(_is_each_at, rows)):
        notes.append("the filter kept one answer of several: letters of single samples are read by this project")
    questions, samples, told = [], [], []
    for where, row in rows:
        with reading(where):
            question, drawn = _document(row)
        questions.append(question)
        samples += drawn
        metrics = row.get("metrics")
        value = row.get(str(metrics[0])) if isinstance(metrics, list) and metrics else None
        told += [float(value)] if isinstance(value, int | float) else []
    return ForeignRun(
        tool="lm-eval",
        task=task,
        model=_model(file),
        questions=tuple(questions),
        samples=tuple(samples),
        told=sum(told) / len(told) if len(told) == len(rows) else None,
        notes=tuple(notes),
    )


def _model(file: Path) -> str:
    """Return the model's name: the results beside the samples tell it, and the folder is called after it."""
    for results in sorted(file.parent.glob("results_*.json"), reverse=True):
        try:
            found = object_of(results, error=RecordError)
            arguments = found.get("config", {}).get("model_args")
            named = arguments.get("model") or arguments.get("pretrained") if isinstance(arguments, dict) else None
            return str(named or found.get("model_name") or file.parent.name)
        except (RecordError, AttributeError):
            continue
    return file.parent.name


def _is_choice(row: Mapping[str, Any]) -> bool:
    first = row["resps"][0]
    return isinstance(first, list) and bool(first) and isinstance(first[0], list)


def _is_each_at(place: tuple[str, Mapping[str, Any]]) -> bool:
    """Tell whether there is an answer for each of the texts."""
    where, row = place
    with reading(where):
        return _is_choice(row) or len(_answers(row)) == len(_texts(row))


def _texts(row: Mapping[str, Any]) -> list[str]:
    first = row["resps"][0]
    return [str(text) for text in first] if isinstance(first, list) else [str(first)]


def _answers(row: Mapping[str, Any]) -> list[object]:
    found = row["filtered_resps"]
    found = found[0] if isinstance(found, list) and len(found) == 1 else found
    return list(found) if isinstance(found, list) else [found]


def _document(row: Mapping[str, Any]) -> tuple[ForeignQuestion, list[ForeignSample]]:
    doc = row["doc"]
    name, options = id_in(doc, row.get("doc_id", "")), options_in(doc)
    if _is_choice(row):
        options = options or tuple(_continuations(row))
        answers: list[object] = [_likeliest(row["filtered_resps"])]
        texts = [options[answers[0]] if isinstance(answers[0], int) and answers[0] < len(options) else ""]
    else:
        texts, answers = _texts(row), _answers(row)
        if len(answers) != len(texts):
            answers = [_read(text, len(options) or 4) for text in texts]
    target = row["target"]
    is_place = _is_choice(row) and isinstance(target, str) and target.isdigit()
    question = ForeignQuestion(
        id=name,
        text=stem_in(doc) or _prompt(row),
        options=options,
        gold=letter_in(int(target) if is_place else target, options),
    )
    drawn = [
        ForeignSample(question_id=name, text=text, letter=letter_in(answer, options))
        for text, answer in zip(texts, answers, strict=True)
    ]
    return question, drawn


def _likeliest(pairs: Sequence[Any]) -> int:
    values = [float(pair[0]) for pair in pairs]
    return values.index(max(values))


def _continuations(row: Mapping[str, Any]) -> list[str]:
    arguments = row.get("arguments")
    found = arguments.values() if isinstance(arguments, Mapping) else ()
    return [str(one.get("arg_1", "")).strip() for one in found if isinstance(one, Mapping)]


def _prompt(row: Mapping[str, Any]) -> str:
    arguments = row.get("arguments")
    first: Any = next(iter(arguments.values()), {}) if isinstance(arguments, Mapping) else {}
    text = first.get("arg_0", "") if isinstance(first, Mapping) else ""
    return str(text[0] if isinstance(text, list) and text else text)


def _read(text: str, n_options: int) -> str | None:
    return extract(text, n_options).letter


TOOL = Tool(
    name="lm-eval",
    help="lm-evaluation-harness: samples_*.jsonl of --log_samples, or the folder of --output_path",
    knows=knows,
    read=read,
)
