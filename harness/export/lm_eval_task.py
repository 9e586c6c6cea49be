r"""Questions as a task of lm-evaluation-harness: ``NAME.yaml`` for its ``--include_path``, and ``NAME.jsonl``.

    python -m harness export questions.csv --to lm-eval-task -o tasks
    lm_eval run --model local-chat-completions --tasks questions --include_path tasks --apply_chat_template …

The form is that of its own multiple choice tasks with reasoning (``gpqa_cot_zeroshot``, ``bbh_cot_zeroshot`` of lm_eval
0.4.13): their wording, their two filters, of which the first one, ``flexible-extract``, is the one that is quoted.
With a prompt of this project the whole message stands in the data, and a filter before these, ``answer-line``, reads
the line that our prompts ask for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from solver.base.files import json_line
from solver.problems.letters import letter_of
from solver.problems.prompt import Template, render
from solver.problems.question import Question

THEIR_PROMPT = (
    "What is the correct answer to this question:{{question}}\nChoices:\n"
    "{% for choice in choices %}({{ 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[loop.index0] }}) {{ choice }}\n{% endfor %}"
    "Let's think step by step: "
)
"""Of ``gpqa_cot_zeroshot``, for any number of options."""
_FLEXIBLE: Mapping[str, object] = {
    "function": "multi_choice_regex",
    "group_select": -1,
    "ignore_case": True,
    "ignore_punctuation": True,
    "regex_pattern": r"(\([A-Z]\))",
}
_ANSWER_LINE: Mapping[str, object] = {
    "function": "regex",
    "group_select": -1,
    "regex_pattern": r"(?:答案是|[Tt]he answer is)\s*[:：]\s*\**\(?([A-Z])",
}
_STRICT: Mapping[str, object] = {"function": "regex", "regex_pattern": "(?<=The answer is )(.*)(?=.)"}


def files_of(
    questions: Sequence[Question],
    name: str,
    folder: Path,
    *,
    template: Template | None = None,
    generation: Mapping[str, object] | None = None,
) -> dict[str, str]:
    """Return the task's files, by their names.

    Args:
        name: of the task.
        folder: where they will stand; the task names its data by their whole path.
        template: a prompt of this project; None takes the tool's own wording.
        generation: ``generation_kwargs``; None is greedy.
    """
    task = task_name(name)
    first = {"function": "take_first"}
    config = {
        "task": task,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(folder.absolute() / f"{task}.jsonl")}},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": THEIR_PROMPT if template is None else "{{prompt}}",
        "doc_to_target": "{{answer}}",
        "generation_kwargs": dict(generation or {"until": [], "do_sample": False, "temperature": 0.0}),
        "filter_list": [
            *([{"name": "answer-line", "filter": [dict(_ANSWER_LINE), dict(first)]}] if template is not None else []),
            {"name": "flexible-extract", "filter": [dict(_FLEXIBLE), dict(first)]},
            {"name": "strict-match", "filter": [dict(_STRICT), dict(first)]},
        ],
        "metric_list": [
            {
                "metric": "exact_match",
                "aggregation": "mean",
                "higher_is_better": True,
                "ignore_case": True,
                "ignore_punctuation": True,
            }
        ],
        "metadata": {"version": 1.0},
    }
    lines = [json_line(_row(one, template)) for one in questions]
    return {
        f"{task}.yaml": yaml.safe_dump(config, allow_unicode=True, sort_keys=False),
        f"{task}.jsonl": "".join(lines),
    }


def task_name(name: str) -> str:
    """Return a name that its command line takes, where a comma is between tasks and ``*`` stands for several.

    >>> task_name("logiqa zh,2")
    'logiqa_zh_2'
    """
    return re.sub(r"\W+", "_", name)


def whole_question(question: Question) -> str:
    """Return problem and question as one text."""
    return "\n".join(part for part in (question.problem.strip(), question.text.strip()) if part)


def _row(question: Question, template: Template | None) -> dict[str, object]:
    row: dict[str, object] = {
        "question_id": question.id,
        "question": whole_question(question),
        "choices": [option.strip() for option in question.options],
        "answer": "" if question.gold is None else f"({letter_of(question.gold)})",
    }
    return row if template is None else {**row, "prompt": render(template, question)}
