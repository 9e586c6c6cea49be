r"""Rows of a fine-tuning data set: a prompt, the answer to learn, and what is known of the right letter.

Three forms of JSON lines are read, told apart line by line:

* ``messages``: ``{"messages": [{"role": "user", "content": …}, {"role": "assistant", "content": …}]}``, as
  ``python -m synth generate --format messages`` writes them; ``answer``, ``options`` and ``id`` may stand beside it;
* ``alpaca``: ``{"instruction": …, "input": …, "output": …}``, with ``system`` and ``history`` where wanted;
* ``contest``: ``{"problem": …, "questions": [{"question", "options", "answer", "chain"}]}``, one row a question,
  rendered with a prompt template.

A row whose answer contradicts itself is refused: a letter that names no option, or a chain that ends in another letter
than the ``answer`` field says. Such rows teach a model to be wrong, and nobody sees it in the loss.

>>> turns = [{"role": "user", "content": "?\nA. x\nB. y"}, {"role": "assistant", "content": "答案是：B"}]
>>> row = rows_of_line({"messages": turns}, where="f:1")[0]
>>> row.letter, row.n_options, row.prompt[0].role
('B', 2, 'user')
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from solver.extraction.extract import extract
from solver.problems.letters import ALPHABET, letter_of
from solver.problems.prompt import Template, load_template, render
from solver.problems.question import question_of
from train.errors import RowsError

SHOWN = 10
"""Bad rows that an error names; the others are counted."""
ROLES = ("system", "user", "assistant")
_OPTION = re.compile(r"^\s*[（(]?([A-Z])[)）]?\s*(?:[.．:：、]\s*|[)）]\s*)\S", re.MULTILINE)
"""A line that shows an option: ``A. text``, ``(A) text``, ``A、text``."""


class Message(NamedTuple):
    """One turn of a conversation."""

    role: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing to learn."""

    prompt: tuple[Message, ...]
    """All turns before the answer; the last is the user's."""
    answer: str
    """What the assistant is to say; the loss is on this alone."""
    letter: str | None
    """The right option as shown in the prompt, where the row says or announces one."""
    n_options: int | None
    """How many options the prompt shows, where known."""
    where: str
    """``file:line``, for messages."""


def load_rows(paths: Iterable[str | Path], *, prompt: str = "cot") -> list[Row]:
    """Read and check files of rows.

    Args:
        paths: JSON lines files.
        prompt: template for rows in the contest's form.

    Raises:
        RowsError: a file is missing or empty, a line is no row, or an answer contradicts its options. All files are
            read first; the error names the first ten bad rows as ``file:line: field: what is wrong``.
    """
    template = load_template(prompt)
    rows: list[Row] = []
    problems: list[str] = []
    for path in paths:
        before = len(rows) + len(problems)
        for number, line in _lines(Path(path)):
            where = f"{path}:{number}"
            try:
                values = _object(line, where)
                found = rows_of_line(values, where=where, template=template)
            except RowsError as error:
                problems.append(str(error))
                continue
            rows += found
        if len(rows) + len(problems) == before:
            raise RowsError(f"{path} holds no rows; make some with: python -m synth generate --format messages")
    if problems:
        more = f"\n… and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        raise RowsError(
            f"{len(problems)} bad rows beside {len(rows)} good ones; mend or remove them:\n"
            + "\n".join(problems[:SHOWN])
            + more
        )
    return rows


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except (OSError, UnicodeDecodeError) as error:
        raise RowsError(f"rows {str(path)!r} cannot be read ({error}); give UTF-8 files of JSON lines") from error


def _object(line: str, where: str) -> Mapping[str, object]:
    try:
        values = json.loads(line)
    except ValueError as error:
        raise RowsError(f"{where}: no JSON ({error}); one object a line") from None
    if not isinstance(values, dict):
        raise RowsError(f"{where}: {type(values).__name__}, not an object; see train/sft/rows.py for the forms")
    return values


def rows_of_line(values: Mapping[str, object], *, where: str, template: Template | None = None) -> list[Row]:
    """Turn one JSON object into rows, one unless it is in the contest's form.

    Raises:
        RowsError: it is in none of the three forms, or contradicts itself.
    """
    if "messages" in values or "conversations" in values:
        return [_from_messages(values, where)]
    if "instruction" in values:
        return [_from_alpaca(values, where)]
    if "questions" in values:
        return _from_contest(values, where, template or load_template("cot"))
    raise RowsError(
        f"{where}: has the keys {', '.join(values) or '(none)'}; needs messages, or instruction and output, or "
        "problem and questions"
    )


def _from_messages(values: Mapping[str, object], where: str) -> Row:
    if "messages" not in values:
        raise RowsError(f"{where}: conversations: ShareGPT's form is not read; rename it to messages with role/content")
    listed = values["messages"]
    if not isinstance(listed, list) or len(listed) < 2:
        raise RowsError(f"{where}: messages: must be a list that ends in a user's and an assistant's message")
    messages = []
    for index, one in enumerate(listed):
        at = f"{where}: messages[{index}]"
        if not isinstance(one, dict):
            raise RowsError(f"{at}: must be an object with role and content")
        if one.get("role") not in ROLES:
            raise RowsError(f"{at}.role: is {one.get('role')!r}; use one of {', '.join(ROLES)}")
        messages.append(Message(one["role"], _text(one, "content", at)))
    if messages[-1].role != "assistant" or messages[-2].role != "user":
        raise RowsError(f"{where}: messages: must end in a user's message and an assistant's, the answer to learn")
    return _checked(tuple(messages[:-1]), messages[-1].content, values, f"messages[{len(messages) - 1}]", where)


def _from_alpaca(values: Mapping[str, object], where: str) -> Row:
    messages = []
    if values.get("system"):
        messages.append(Message("system", _text(values, "system", where)))
    history = values.get("history") or []
    if not isinstance(history, list):
        raise RowsError(f"{where}: history: must be a list of pairs of texts")
    for index, pair in enumerate(history):
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, str) for one in pair):
            raise RowsError(f"{where}: history[{index}]: must be a pair of texts")
        messages += [Message("user", pair[0]), Message("assistant", pair[1])]
    asked = _text(values, "instruction", where)
    if values.get("input"):
        # The join of LLaMA-Factory's alpaca converter.
        asked += "\n" + _text(values, "input", where)
    return _checked((*messages, Message("user", asked)), _text(values, "output", where), values, "output", where)


def _from_contest(values: Mapping[str, object], where: str, template: Template) -> list[Row]:
    questions = values["questions"]
    if not isinstance(questions, list) or not questions:
        raise RowsError(f"{where}: questions: must be a list of at least one question")
    problem = _text(values, "problem", where)
    rows = []
    for index, one in enumerate(questions):
        at = f"{where}: questions[{index}]"
        if not isinstance(one, dict):
            raise RowsError(f"{at}: must be an object")
        options = _options(one, at)
        if options is None:
            raise RowsError(f"{at}.options: is missing; list the options' texts")
        if "chain" not in one:
            raise RowsError(f"{at}.chain: is missing; a row to learn needs the reasoning that ends in the answer")
        question = question_of(f"{where}#{index}", problem=problem, text=_text(one, "question", at), options=options)
        asked = Message("user", render(template, question))
        rows.append(_checked((asked,), _text(one, "chain", at), one, "chain", at))
    return rows


def _text(values: Mapping[str, object], key: str, where: str) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not value.strip():
        what = "is missing" if value is None else "is empty" if isinstance(value, str) else f"is {value!r}, no text"
        raise RowsError(f"{where}: {key}: {what}")
    return value


def _options(values: Mapping[str, object], where: str) -> tuple[str, ...] | None:
    options = values.get("options")
    if options is None:
        return None
    if isinstance(options, dict) and tuple(options) == tuple(ALPHABET[: len(options)]):
        options = list(options.values())
    if not isinstance(options, list) or not all(isinstance(one, str) for one in options):
        raise RowsError(f"{where}: options: must be a list of texts")
    if not 2 <= len(options) <= len(ALPHABET):
        raise RowsError(f"{where}: options: {len(options)} of them; a question has 2 to {len(ALPHABET)}")
    return tuple(options)


def shown_options(prompt: str) -> int | None:
    r"""Count the options at the end of a prompt: the last line that shows A, and B, C … after it, in order.

    >>> shown_options("A. 甲\nB. 乙\n说明……\nA. 丙\nB. 丁\nC. 戊"), shown_options("格式为“答案是：A”。")
    (3, None)
    """
    letters = [match.group(1) for match in _OPTION.finditer(prompt)]
    if "A" not in letters:
        return None
    last = letters[len(letters) - 1 - letters[::-1].index("A") :]
    count = 0
    for letter in last:
        if count < len(ALPHABET) and letter == letter_of(count):
            count += 1
    return count if count >= 2 else None


def _checked(prompt: tuple[Message, ...], answer: str, values: Mapping[str, object], field: str, where: str) -> Row:
    """Build the row, comparing options, ``answer`` field and the letter that the assistant's text announces."""
    options = _options(values, where)
    n_options = len(options) if options is not None else shown_options(prompt[-1].content)
    letter = values.get("answer")
    is_letter = isinstance(letter, str) and len(letter) == 1 and letter in ALPHABET
    if letter is not None and not is_letter:
        if n_options is not None:
            raise RowsError(f"{where}: answer: is {letter!r}; a question with options needs one letter")
        # A row of another kind of data: its answer is no option.
        return Row(prompt=prompt, answer=answer, letter=None, n_options=None, where=where)
    said = extract(answer, len(ALPHABET), _padded(options)).letter
    for name, one in (("answer", letter), (field, said)):
        if isinstance(one, str) and n_options is not None and ALPHABET.index(one) >= n_options:
            raise RowsError(
                f"{where}: {name}: says {one}, but the options are A to {letter_of(n_options - 1)}; mend the row"
            )
    if isinstance(letter, str) and said != letter:
        told = "announces no letter" if said is None else f"ends in {said}"
        raise RowsError(f"{where}: {field}: {told}, but answer is {letter}; mend the text or the answer")
    return Row(
        prompt=prompt, answer=answer, letter=said if is_letter or n_options else None, n_options=n_options, where=where
    )


def _padded(options: Sequence[str] | None) -> tuple[str, ...] | None:
    # Letters beyond the options must be read too, so that they can be reported.
    return None if options is None else (*options, *[""] * (len(ALPHABET) - len(options)))
