"""From a chat message to a problem: which of the known shapes it has, and what in it is only packaging. Pure.

Tried in this order:

1. JSON: a line in the contest's or the flat form (``solver.problems.jsonl``).
2. A prompt that this project rendered (``solver.problems.prompt``), so that harnesses may use our templates.
3. Free text with lettered options (``solver.problems.free_text``), after what evaluation harnesses wrap around it is
taken off:
   a first paragraph that announces multiple-choice questions, worked examples, a last line that only asks for the
   answer, a last paragraph of instructions.

The id of a problem without one is made of its content, so that equal questions get equal seeds (``named``).

>>> harness = "Answer the following multiple choice question.\\n\\n甲在乙前。谁在前？\\n\\nA) 甲\\nB) 乙\\n\\nAnswer:"
>>> unwrapped(harness)
'甲在乙前。谁在前？\\n\\nA) 甲\\nB) 乙'
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from solver.base.display.figures import counted
from solver.base.errors import InputError, RequestRefused
from solver.problems.free_text import problem_of as problem_of_text
from solver.problems.prompt import Template
from solver.problems.question import MIN_OPTIONS, Problem, question_id_of, question_of

NO_OPTIONS = "no_options"
"""Error code of a message in which no options can be found."""
MOST_QUESTIONS = 16
"""Questions that one message may hold."""

_NAME = "message"
_HEAD = re.compile(r"^[ \t]*[（(]?([A-Z])[)）.．、:：]", re.MULTILINE)
_ANNOUNCES = re.compile(
    # inspect_ai's multiple_choice templates; lm-evaluation-harness's MMLU; C-Eval and CMMLU.
    r"answer the following multiple[- ]choice|the following (?:is|are) .{0,40}multiple[- ]choice"
    r"|以下(?:是|为).{0,40}选择题",
    re.IGNORECASE,
)
_CUE = r"(?:the )?(?:correct |final |your )?answer(?: is)?|(?:正确|最终|你的)?答案(?:是|为)?"
_ASKS = re.compile(rf"(?:{_CUE})\s*[:：]?", re.IGNORECASE)
_WORKED = re.compile(rf"^[ \t]*(?:{_CUE})\s*[:：]\s*[（(]?[A-Z][)）]?[.。]?[ \t]*$", re.IGNORECASE | re.MULTILINE)
_STEPS = re.compile(r"let[’']s think step by step\.?|(?:让|请)?我们一步(?:一)?步(?:地|来)?思考。?", re.IGNORECASE)
_BLANK = re.compile(r"\n[ \t]*\n")


def problem_of(text: str, templates: Sequence[Template], *, name: str | None = None) -> Problem:
    """Read a message as a problem.

    Args:
        templates: prompts that are recognised.
        name: the problem's id; None takes the message's own, or one made of the content.

    Raises:
        RequestRefused: no shape fits; the message says what is wanted.
    """
    try:
        problem = _read(text.strip(), templates)
    except InputError as error:
        # Further lines speak of files and flags.
        first = str(error).partition("\n")[0]
        raise RequestRefused(
            f"no multiple-choice question can be read from the last message: {first}; or send a line of JSON in the "
            "contest's form",
            code=NO_OPTIONS,
            param="messages",
        ) from error
    if len(problem.questions) > MOST_QUESTIONS:
        raise RequestRefused(
            f"the message holds {counted(len(problem.questions), 'question')}, at most {MOST_QUESTIONS} are "
            "taken at once",
            param="messages",
        )
    return problem if name is None else named(problem, name)


def _read(text: str, templates: Sequence[Template]) -> Problem:
    if text.startswith("{"):
        problem = problem_of_text(text, _NAME)
        # The contest's form has an id of its own; the flat form is given one by place.
        return named(problem) if problem.id.startswith(_NAME) else problem
    for template in templates:
        parts = unrendered(template, text)
        if parts is not None:
            problem_text, question, options = parts
            return named(_single(problem_text, question, options))
    return named(problem_of_text(unwrapped(text), _NAME))


def named(problem: Problem, name: str | None = None) -> Problem:
    """Give a problem another id.

    Args:
        name: the id; None makes one of the content: equal problems get equal ids, and so equal seeds.
    """
    if name is None:
        content = [problem.text, [[question.text, question.options] for question in problem.questions]]
        name = "m-" + hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16]
    questions = tuple(
        replace(question, id=question_id_of(name, place), problem_id=name)
        for place, question in enumerate(problem.questions)
    )
    return Problem(id=name, text=problem.text, questions=questions)


def _single(text: str, question: str, options: tuple[str, ...]) -> Problem:
    """Make a problem of one question.

    Raises:
        InputError: there is nothing to choose.
    """
    if len({option.strip() for option in options}) < MIN_OPTIONS:
        raise InputError("all options are the same text")
    return Problem(id="", text=text, questions=(question_of("#0", problem=text, text=question, options=options),))


# ---- prompts of our own ----------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _pieces(template: Template) -> tuple[str, ...] | None:
    """Return the literal text before, between and behind problem, question and options; None for other shapes."""
    if "{letters}" in template.text:
        # Filled in by number of options: no fixed text to look for.
        return None
    pieces = re.split(r"\{(?:problem|question|options)\}", template.text)
    fields = re.findall(r"\{(problem|question|options)\}", template.text)
    return tuple(pieces) if fields == ["problem", "question", "options"] else None


def unrendered(template: Template, text: str) -> tuple[str, str, tuple[str, ...]] | None:
    """Take a rendered prompt apart; the inverse of ``solver.problems.prompt.render`` in the file's order.

    Returns:
        Problem, question, options; None where the text is not of this template.
    """
    pieces = _pieces(template)
    if pieces is None:
        return None
    before, between, after, behind = pieces
    behind = behind.rstrip()
    if not before.strip() or not text.startswith(before.lstrip()) or not text.endswith(behind):
        return None
    body = text[len(before.lstrip()) : len(text) - len(behind)]
    problem, found, rest = body.rpartition(between)
    if not found:
        return None
    lines = rest.split("\n")
    # The last line that begins with A: an option of several lines may not hold one, a question may.
    start = max((place for place, line in enumerate(lines) if line.startswith("A. ")), default=0)
    question = "\n".join(lines[:start])
    options: list[str] = []
    for line in lines[start:]:
        if line.startswith(f"{chr(ord('A') + len(options))}. ") and len(options) < 26:
            options.append(line[3:])
        elif options:
            options[-1] += f"\n{line}"
    if len(options) < MIN_OPTIONS or after.strip("\n") != "":
        return None
    return problem, question, tuple(options)


# ---- what harnesses wrap around a question ---------------------------------------------------------------------


def unwrapped(text: str) -> str:
    """Take off what evaluation harnesses put around a question; see the module's head."""
    text = _without_tail(text.strip())
    worked = [match.end() for match in _WORKED.finditer(text)]
    if worked:
        text = text[worked[-1] :].strip()
    first = _BLANK.search(text)
    if first is not None and _ANNOUNCES.search(text[: first.start()]):
        text = text[first.end() :].strip()
    return text


def _without_tail(text: str) -> str:
    """Take off last lines that only ask for the answer, and a last paragraph of instructions behind the options."""
    while True:
        head, _, line = text.rpartition("\n")
        if not head or not (_ASKS.fullmatch(line.strip()) or _STEPS.fullmatch(line.strip())):
            break
        text = head.rstrip()
    blanks = list(_BLANK.finditer(text))
    if blanks:
        head, last = text[: blanks[-1].start()], text[blanks[-1].end() :]
        is_instruction = _HEAD.search(last) is None and not last.rstrip().endswith(("?", "？"))
        if is_instruction and len(_HEAD.findall(head)) >= MIN_OPTIONS:
            return head.rstrip()
    return text
