"""What a writer of questions is shown: examples, the problem, and the questions that are there already.

>>> from solver.problems.question import Problem
>>> shown = writer_prompt("{examples}### 题目\\n{problem}\\n{existing}", Problem(id="p", text="甲", questions=()), ())
>>> problems_shown(shown)
('### 题目\\n甲\\n（无）',)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from solver.base.errors import UsageError
from solver.base.inputs import reason_of
from solver.base.places import SYNTH_PROMPTS
from solver.problems.letters import letter_or_none
from solver.problems.prompt import has_chinese
from solver.problems.question import Problem, Question
from synth.augment.question_json import Draft, written

_FIELD = re.compile(r"\{(examples|problem|existing)\}")
_WORDS = {
    True: ("### 题目\n{}\n\n### 新问题\n{}\n\n", "（无）"),
    False: ("### Problem\n{}\n\n### New question\n{}\n\n", "(none)"),
}
"""Frame of an example, and what stands for no existing question; by whether the problem is Chinese."""
_PROBLEM_HEAD = re.compile(r"^(?=### (?:题目|Problem)$)", re.MULTILINE)


def load_template(name: str) -> str:
    """Read a writer's template, by name or path.

    Raises:
        UsageError: it is missing, or a field is missing from it.
    """
    path = SYNTH_PROMPTS / f"{name}.txt" if (SYNTH_PROMPTS / f"{name}.txt").exists() else Path(name)
    try:
        text = path.read_text(encoding="utf-8-sig").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = reason_of(error, path)
        raise UsageError(f"writer.prompt {name!r} cannot be read ({why}); use augment, or a UTF-8 file") from None
    missing = [field for field in ("examples", "problem", "existing") if "{" + field + "}" not in text]
    if missing:
        raise UsageError(f"writer.prompt {name!r} lacks {', '.join('{' + field + '}' for field in missing)}")
    return text


def writer_prompt(template: str, problem: Problem, examples: Sequence[Question]) -> str:
    """Fill a writer's template.

    Args:
        examples: questions on other problems, with their answers where known.
    """
    frame, nothing = _WORDS[has_chinese(problem.text)]
    values = {
        "examples": "".join(frame.format(one.problem.strip(), written(_draft_of(one))) for one in examples),
        "problem": problem.text.strip(),
        "existing": "\n".join(f"- {one.text.strip()}" for one in problem.questions) or nothing,
    }
    # One pass, so that braces inside the data are never taken for fields.
    return _FIELD.sub(lambda match: values[match[1]], template)


def problems_shown(prompt: str) -> tuple[str, ...]:
    """Split a writer's prompt into the parts that speak of one problem each, the examples' first."""
    return tuple(part.strip() for part in _PROBLEM_HEAD.split(prompt)[1:]) or (prompt,)


def pieces_shown(prompt: str, answer: str) -> tuple[str, ...]:
    """Return what is held against benchmarks, each for itself: the problems shown, the answer behind the last one."""
    *examples, own = problems_shown(prompt)
    return (*examples, f"{own}\n{answer}")


def _draft_of(question: Question) -> Draft:
    return Draft(question.text, question.options, letter_or_none(question.gold))
