"""An item as lines: in the contest's form, to learn answering it, or to learn writing its questions."""

from __future__ import annotations

from pathlib import Path

from solver.base.files import json_line, json_lines
from solver.problems.prompt import load_template, render
from synth.augment.question_rows import rows_of
from synth.generate.order import Format
from synth.puzzles.benchmark_overlap import benchmark_of
from synth.puzzles.item import Item


def to_lines(item: Item, form: Format, apart_from: tuple[Path, ...] = ()) -> str:
    """Write an item in the contest's form (one line), or one line a question: to answer it, or to write it.

    Args:
        apart_from: benchmarks, as of ``Order``, for the form that shows other problems beside the item.
    """
    if form == "questions":
        return json_lines(rows_of(item, benchmark_of(apart_from) if apart_from else None))
    if form == "contest":
        return json_line(item.contest_row())
    lines = []
    for one in item.questions:
        is_brief = one.telling.length == "short" if one.telling else item.style == "brief"
        template = load_template("english" if item.lang == "en" else "concise" if is_brief else "cot")
        messages = [
            {"role": "user", "content": render(template, one.question)},
            {"role": "assistant", "content": one.chain},
        ]
        row = {
            "id": one.question.id,
            "messages": messages,
            "family": item.family,
            "answer": one.gold_letter,
            **one.told,
        }
        lines.append(json_line(row))
    return "".join(lines)
