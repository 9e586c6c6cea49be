"""Free text in the contest's shape to a problem: a text, then one or several questions with lettered options.

::

    三人排队，甲在乙前，乙在丙前。

    问题 1：谁在最前？
    A. 甲
    B. 乙

    问题 2：谁在最后？
    A. 乙  B. 丙  C. 甲
    答案：B

The problem's text ends at the last heading before the options (``### 问题``, ``选择题 1：``, ``Question:`` …); without
one, at the last blank line; without one, at the last line or sentence. ``答案：`` or ``Answer:`` behind the options is
the key, and optional. Pasted JSON lines are read by ``solver.problems.jsonl``. What does not fit is an
``InputError`` with the line's number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from solver.base.display.figures import counted
from solver.base.errors import InputError
from solver.problems.forms.registry import is_in_own_form
from solver.problems.inline_options import split_inline_options
from solver.problems.jsonl import load_text, require_good
from solver.problems.letters import ALPHABET
from solver.problems.question import MIN_OPTIONS, Problem, question_id_of, question_of

# A line that begins with an option's letter and a mark: A. A、 A: (A) （A） **A.**
_OPTION = re.compile(r"^\s*(?:[-*•]\s+)?\**[（(]?([A-Z])(?:\s*[)）]|\s*[.．、:：])\**\s*(?=\S|$)")
_SECOND = re.compile(r"[\s;；,，。][（(]?B(?:\s*[)）]|\s*[.．、:：])")
_QUESTION = re.compile(
    r"^\s*(?:#+\s*)?\**(?:(?:选择题|问题|题目?|第|小题|question|q)\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*(?:[问题])?"
    r"|问题|提问|选择题|question)\**\s*(?:[:：.．、)）]\**|$)\s*",
    re.IGNORECASE,
)
_PROBLEM = re.compile(r"^\s*(?:#+\s*)?\**(?:题目|题干|背景|problem|context)\**\s*(?:[:：]\**|$)\s*", re.IGNORECASE)
_CHOICES = re.compile(r"^\s*(?:#+\s*)?\**(?:选项|选择|options|choices)\**\s*[:：]?\**\s*$", re.IGNORECASE)
_ANSWER = re.compile(
    r"^\s*\**(?:(?:正确)?答案|answer)(?:是|为|\s+is)?\s*[:：]?\s*[（(]?([A-Za-z])[)）]?[.。]?\**\s*$", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[。！？!?])\s*")
EXAMPLE = "write the problem, then the question, then each option on a line of its own: A. …  B. …"


class _Line(NamedTuple):
    number: int
    text: str


class _Block(NamedTuple):
    """What stands before a run of options, the options, and the key."""

    head: tuple[_Line, ...]
    options: tuple[str, ...]
    at: int
    """Line of the first option."""
    answer: str | None


def problem_of(text: str, problem_id: str) -> Problem:
    """Read one problem from text as typed or pasted.

    Raises:
        InputError: it holds no question with options, or something about it is off; the message says where and what
            to do.
    """
    problems = problems_of(text, problem_id)
    if len(problems) > 1:
        raise InputError(f"{counted(len(problems), 'problem')}, where one is wanted: open them as a file")
    return problems[0]


def problems_of(text: str, name: str) -> tuple[Problem, ...]:
    """Read JSON lines, or else one problem as free text.

    Args:
        name: id of the problem, or what stands for the file's name.

    Raises:
        InputError: see ``problem_of``.
    """
    body = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not body.strip():
        raise InputError(f"{name}: nothing there; {EXAMPLE}")
    if body.lstrip().startswith("{"):
        # A JSON object pasted over several lines is one line all the same.
        joined = body if _is_lines(body) else " ".join(body.split("\n"))
        loaded = load_text(joined, name)
        require_good(loaded)
        return loaded.problems
    if bad := next((place for place, char in enumerate(body) if "\ud800" <= char <= "\udfff"), None):
        raise InputError(f"{name}, line {body.count(chr(10), 0, bad) + 1}: half of a surrogate pair; paste it again")
    return (_free(body, name),)


def follow_up(problem: Problem, text: str, position: int) -> Problem:
    """Return a problem with one further question, written as text without the problem.

    Raises:
        InputError: the text is no question with options.
    """
    blocks = _blocks(_numbered(text), "question")
    if len(blocks) != 1:
        raise InputError(f"{counted(len(blocks), 'question')}, where one is wanted")
    block = blocks[0]
    asked = _stripped([line.text for line in block.head], _QUESTION)
    if not asked:
        raise InputError(f"line {block.at}: no question before the options")
    question = question_of(
        question_id_of(problem.id, position),
        problem=problem.text,
        text=asked,
        options=_checked(block, "question"),
        gold_letter=block.answer,
    )
    return Problem(id=problem.id, text=problem.text, questions=(*problem.questions, question))


def is_pasted_object(data: bytes) -> bool:
    """Tell whether a text is one JSON object of the project's own forms, written over several lines."""
    body = data.decode("utf-8", "replace").removeprefix("\ufeff").strip()
    if not body.startswith("{") or _is_lines(body):
        return False
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return True  # broken, or a paste with line breaks in its strings
    return is_in_own_form(found)


def _is_lines(body: str) -> bool:
    """Tell whether every line that is not blank could be a JSON object of its own."""
    return all(line.strip().startswith("{") and line.strip().endswith("}") for line in body.split("\n") if line.strip())


def _numbered(text: str) -> list[_Line]:
    return [_Line(number, line.rstrip()) for number, line in enumerate(text.split("\n"), 1)]


def _free(text: str, name: str) -> Problem:
    blocks = _blocks(_numbered(text), name)
    told, first = _split(blocks[0].head)
    asked = [first, *(_stripped([line.text for line in block.head], _QUESTION) for block in blocks[1:])]
    for block, question in zip(blocks, asked, strict=True):
        if not question and not (told and len(blocks) == 1):
            raise InputError(f"{name}, line {block.at}: no question before these options; write what is asked")
    questions = tuple(
        question_of(
            question_id_of(name, place),
            problem=told,
            text=question,
            options=_checked(block, name),
            gold_letter=block.answer,
        )
        for place, (block, question) in enumerate(zip(blocks, asked, strict=True))
    )
    return Problem(id=name, text=told, questions=questions)


def _blocks(lines: Sequence[_Line], name: str) -> list[_Block]:
    """Cut the lines behind every run of options.

    Raises:
        InputError: there is no run, or a letter is missing in one.
    """
    blocks: list[_Block] = []
    start = place = 0
    while place < len(lines):
        if (match := _OPTION.match(lines[place].text)) is None or match.group(1) != "A" or not _goes_on(lines, place):
            place += 1
            continue
        options, end, answer = _run(lines, place, name)
        head = tuple(line for line in lines[start:place] if not _CHOICES.match(line.text))
        blocks.append(_Block(head, options, lines[place].number, answer))
        start = place = end
    rest = [line for line in lines[start:] if line.text.strip()]
    if not blocks:
        return [_inline(lines, name)]
    if rest:
        raise InputError(
            f"{name}, line {rest[0].number}: {rest[0].text.strip()[:30]!r} stands behind the last options; "
            "give it options of its own, or take it out"
        )
    return blocks


def _goes_on(lines: Sequence[_Line], place: int) -> bool:
    """Tell whether a line with A begins a run: B follows in it, or on a later line before anything else headed A."""
    if _SECOND.search(lines[place].text):
        return True
    for line in lines[place + 1 :]:
        if (match := _OPTION.match(line.text)) is not None:
            return match.group(1) != "A"
        if _QUESTION.match(line.text):
            return False
    return False


def _run(lines: Sequence[_Line], place: int, name: str) -> tuple[tuple[str, ...], int, str | None]:
    """Read the options from a line on; returns them, the place behind them, and the key."""
    options: list[str] = []
    answer, is_open = None, True
    while place < len(lines):
        number, text = lines[place]
        if match := _OPTION.match(text):
            letter = match.group(1)
            if letter == "A" and options:
                break
            if letter != ALPHABET[len(options)]:
                raise InputError(f"{name}, line {number}: option {letter}, where {ALPHABET[len(options)]} is due")
            options += _of_line(text, match.end(), len(options))
            is_open = True
        elif found := _ANSWER.match(text):
            answer = found.group(1).upper()
            if answer not in ALPHABET[: len(options)]:
                raise InputError(f"{name}, line {number}: answer {answer} names none of the {len(options)} options")
            place += 1
            break
        elif _QUESTION.match(text):
            break
        elif not text.strip():
            # A blank line ends an option, not the run: options may be set apart by them.
            is_open = False
        elif is_open:
            options[-1] = f"{options[-1]}\n{text.strip()}" if options[-1] else text.strip()
        else:
            break
        place += 1
    return tuple(options), place, answer


def _of_line(text: str, start: int, count: int) -> list[str]:
    """Return the options on one line: those that go on with the next letters."""
    parts: list[str] = []
    begin = start
    while count + len(parts) + 1 < len(ALPHABET):
        following = ALPHABET[count + len(parts) + 1]
        found = re.search(rf"[\s;；,，。][（(]?{following}(?:\s*[)）]|\s*[.．、:：])\s*", text[begin:])
        if found is None:
            break
        parts.append(text[begin : begin + found.start()])
        begin += found.end()
    parts.append(text[begin:])
    return [part.strip().rstrip(";；").rstrip() for part in parts]


def _inline(lines: Sequence[_Line], name: str) -> _Block:
    """Read a text whose options stand behind the question on the same line."""
    text = "\n".join(line.text for line in lines).rstrip()
    head, options = split_inline_options(text)
    if not options:
        raise InputError(f"{name}: no options found; {EXAMPLE}")
    return _Block(tuple(_numbered(head)), options, head.count("\n") + 1, None)


def _split(head: Sequence[_Line]) -> tuple[str, str]:
    """Part the text before the first options into problem and question."""
    texts = [line.text for line in head]
    while texts and not texts[0].strip():
        texts.pop(0)
    while texts and not texts[-1].strip():
        texts.pop()
    headings = [place for place, line in enumerate(texts) if _QUESTION.match(line)]
    if headings:
        cut = headings[-1]
        # ``### 问题`` and ``选择题 1：`` may stand one after the other.
        for above in reversed(headings[:-1]):
            if any(line.strip() for line in texts[above + 1 : cut]):
                break
            cut = above
    elif "" in (stripped := [line.strip() for line in texts]):
        cut = len(stripped) - stripped[::-1].index("")
    elif len(texts) > 1:
        cut = len(texts) - 1
    else:
        sentences = [part for part in _SENTENCE.split(texts[0]) if part] if texts else []
        told = _stripped(["".join(sentences[:-1])], _PROBLEM)
        return told, _stripped(sentences[-1:], _QUESTION)
    return _stripped(texts[:cut], _PROBLEM), _stripped(texts[cut:], _QUESTION)


def _stripped(lines: Sequence[str], heading: re.Pattern[str]) -> str:
    """Join lines, without the headings at their beginning."""
    kept = "\n".join(lines).strip()
    while kept:
        first, _, rest = kept.partition("\n")
        bare = heading.sub("", first, count=1)
        kept, before = f"{bare}\n{rest}".strip(), kept
        if bare.strip() or kept == before:
            break
    return kept


def _checked(block: _Block, name: str) -> tuple[str, ...]:
    """Make sure that there is something to choose.

    Raises:
        InputError: there is not.
    """
    options = block.options
    if len(options) < MIN_OPTIONS:
        raise InputError(f"{name}, line {block.at}: one option only; two at least are wanted")
    for place, option in enumerate(options):
        if not option:
            raise InputError(f"{name}, line {block.at}: option {ALPHABET[place]} is empty; write its text behind it")
    if len(set(options)) < 2:
        raise InputError(f"{name}, line {block.at}: all options are the same text; there is nothing to choose")
    return options
