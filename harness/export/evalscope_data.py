"""Questions as data of evalscope's ``general_mcq``: one ``NAME_val.jsonl`` for its ``local_path``.

    python -m harness export questions.csv --to evalscope -o data
    evalscope eval --datasets general_mcq --dataset-args '{"general_mcq": {"local_path": "data", "subset_list": …}}' …

It reads options A to J (1.14.1), so questions with more are left out, and so are those without a key; the caller says
so. It writes the options itself, ``A) text``. With a prompt of this project the question holds what stands above the
options and the last option what stands below them, so that with ``AROUND`` as its template the whole message is ours
but for the heads of the options.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.export.lm_eval_task import task_name, whole_question
from solver.base.files import json_lines
from solver.problems.letters import ALPHABET, letter_of
from solver.problems.prompt import Template, lettered, render
from solver.problems.question import Question

MOST_OPTIONS = 10
AROUND = "{question}\n{choices}"
"""evalscope's ``prompt_template`` for a prompt of this project."""


def is_readable(question: Question) -> bool:
    """Tell whether evalscope can ask it."""
    return question.gold is not None and len(question.options) <= MOST_OPTIONS


def files_of(questions: Sequence[Question], name: str, *, template: Template | None = None) -> dict[str, str]:
    """Return the file by its name.

    Args:
        name: of the subset.
        template: a prompt of this project; None leaves the wording to the tool.
    """
    rows = [_row(one, template) for one in questions if is_readable(one)]
    return {f"{task_name(name)}_val.jsonl": json_lines(rows)}


def arguments_of(folder: Path, name: str, *, template: Template | None = None) -> dict[str, dict[str, object]]:
    """Return what ``--dataset-args`` says of the files."""
    wording = {} if template is None else {"prompt_template": AROUND}
    return {"general_mcq": {"local_path": str(folder), "subset_list": [task_name(name)], **wording}}


def _row(question: Question, template: Template | None) -> dict[str, object]:
    assert question.gold is not None
    options = [option.strip() for option in question.options]
    text = whole_question(question)
    if template is not None:
        above, _, below = render(template, question).rpartition(lettered(options))
        text, options[-1] = above.removesuffix("\n"), options[-1] + below
    return {
        "id": question.id,
        "question": text,
        **dict(zip(ALPHABET, options, strict=False)),
        "answer": letter_of(question.gold),
    }
