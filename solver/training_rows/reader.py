r"""Reading one line of training data, in any of the three forms, told apart line by line.

* ``messages``: ``{"messages": [{"role": "user", "content": …}, {"role": "assistant", "content": …}]}``, as
  ``python -m synth generate --format messages`` writes them; ``answer``, ``options`` and ``id`` may stand beside it;
* ``alpaca``: ``{"instruction": …, "input": …, "output": …}``, with ``system`` and ``history`` where wanted;
* ``contest``: ``{"problem": …, "questions": [{"question", "options", "answer", "chain"}]}``, one row per question.

Read strictly, a row whose answer contradicts itself is refused: a letter that names no option, or a chain that ends in
another letter than the ``answer`` field says. Such rows teach a model to be wrong, and nobody sees it in the loss. Read
leniently, as ``synth check`` does, they come through, with empty texts and missing chains, so that they can be counted.

>>> turns = [{"role": "user", "content": "?\nA. x\nB. y"}, {"role": "assistant", "content": "答案是：B"}]
>>> (row,) = read_rows({"messages": turns})
>>> row.letter, row.n_options, row.prompt[0].role
('B', 2, 'user')
>>> contradiction(dataclasses.replace(row, letter="A"))
'chain: ends in B, but answer is A; fix the text or the answer'
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping, Sequence

from solver.extraction.extract import extract
from solver.problems.letters import ALPHABET, letter_of
from solver.problems.prompt import load_template, render
from solver.problems.question import MAX_OPTIONS, MIN_OPTIONS, Question, question_id_of, question_of
from solver.sampling.completion import joined
from solver.training_rows.row import Message, TrainingRow
from solver.training_rows.thoughts import unpaired

ROLES = ("system", "user", "assistant")
_THOUGHTS = ("reasoning_content", "reasoning")
_LOSS = ("loss", "weight")
_KNOWN = {"role", "content", "name", *_THOUGHTS, *_LOSS}
"""Keys of a message; ``name`` is read and not used."""
_CLOSES = "</think>"
Values = Mapping[str, object]
_OPTION = re.compile(r"^\s*[（(]?([A-Z])[)）]?\s*(?:[.．:：、]\s*|[)）]\s*)\S", re.MULTILINE)
"""A line that shows an option: ``A. text``, ``(A) text``, ``A、text``."""


class RowError(ValueError):
    """A line that is no row, or contradicts itself; its text is ``field: what is wrong``."""


def read_object(line: str | bytes) -> Values:
    """Read a line's object.

    Raises:
        RowError: it is none.
    """
    try:
        value = json.loads(line if isinstance(line, str) else line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise RowError(f"not UTF-8 ({error.reason} at byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise RowError(f"no JSON ({error}); one object a line") from None
    if not isinstance(value, dict):
        raise RowError(f"{type(value).__name__}, not an object; see solver/training_rows/reader.py for the forms")
    return value


def read_rows(
    values: Values,
    *,
    where: str = "",
    show: Callable[[Question], str] | None = None,
    is_lenient: bool = False,
) -> tuple[TrainingRow, ...]:
    """Turn one object into rows: one, or one per question of the contest's form.

    Args:
        where: ``file:line``, kept in the rows.
        show: writes the prompt of a question in the contest's form; None takes the template ``cot``.
        is_lenient: let empty texts, missing chains and contradictions through.

    Raises:
        RowError: it is in none of the three forms, or contradicts itself.
    """
    try:
        return _read(values, where, show, is_lenient)
    except RecursionError:
        raise RowError("nested too deeply; a row holds texts, not trees") from None


def _read(
    values: Values, where: str, show: Callable[[Question], str] | None, is_lenient: bool
) -> tuple[TrainingRow, ...]:
    if not is_lenient:
        check_loss(values, "", is_learnt=True)
    if "messages" in values or "conversations" in values:
        return (_from_messages(values, where, is_lenient),)
    if "instruction" in values:
        return (_from_alpaca(values, where, is_lenient),)
    if "questions" in values:
        return _from_contest(values, where, show or _shown_as_usual, is_lenient)
    what = f"has the keys {', '.join(values) or '(none)'}"
    if {"question", "options"} <= values.keys():
        what = "a question without a chain, which synth distill or synth harvest makes"
    raise RowError(f"{what}; needs messages, or instruction and output, or problem and questions")


def announced(answer: str, options: Sequence[str] | None) -> str | None:
    """Return the letter that an answer announces to somebody who does not know how many options there are.

    Letters beyond the options are read too: an answer that announces one is wrong, not silent.
    """
    padded = None if options is None else (*options, *[""] * (len(ALPHABET) - len(options)))
    return extract(answer, len(ALPHABET), padded).letter


def contradiction(row: TrainingRow, field: str = "chain", at: str = "") -> str | None:
    """Say in what a row contradicts itself, as ``field: what is wrong``; None where it does not.

    Args:
        field: what its form calls the answer.
        at: where in its line the row stands, put before the field.
    """
    said = announced(row.answer, row.options)
    for name, letter in (("answer", row.letter), (field, said)):
        if letter is not None and row.n_options is not None and letter not in ALPHABET[: row.n_options]:
            return f"{at}{name}: says {letter}, but the options are A to {letter_of(row.n_options - 1)}; fix the row"
    if row.letter is not None and said != row.letter:
        found = "announces no letter" if said is None else f"ends in {said}"
        return f"{at}{field}: {found}, but answer is {row.letter}; fix the text or the answer"
    return None


def is_question(answer: str) -> bool:
    """Tell whether an answer is a question that was asked for (``generate --format questions``), not a choice.

    >>> is_question('<think>…</think>{"question": "谁？", "options": ["甲", "乙"], "answer": "B"}')
    True
    """
    text = answer.rpartition("</think>")[2].strip()
    if not (text.startswith("{") and text.endswith("}")):
        return False
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and {"question", "options"} <= value.keys()


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
    return count if count >= MIN_OPTIONS else None


def _from_messages(values: Values, where: str, is_lenient: bool) -> TrainingRow:
    if "messages" not in values:
        raise RowError("conversations: ShareGPT's form is not read; rename it to messages with role/content")
    listed = values["messages"]
    if not isinstance(listed, list) or len(listed) < 2:
        raise RowError("messages: must be a list that ends in a user's and an assistant's message")
    messages = []
    for index, one in enumerate(listed):
        if not isinstance(one, dict):
            raise RowError(f"messages[{index}]: must be an object with role and content")
        if one.get("role") not in ROLES:
            raise RowError(f"messages[{index}].role: is {one.get('role')!r}; use one of {', '.join(ROLES)}")
        messages.append(message_of(one, f"messages[{index}]", is_last=index == len(listed) - 1, is_lenient=is_lenient))
    if messages[-1].role != "assistant" or messages[-2].role != "user":
        raise RowError("messages: must end in a user's message and an assistant's, the answer to learn")
    prompt, answer = tuple(messages[:-1]), messages[-1].content
    row = TrainingRow(prompt=prompt, answer=answer, id=_name(values), options=_options(values), where=where)
    return _finished(row, values.get("answer"), f"messages[{len(messages) - 1}]", is_lenient)


def message_of(one: Values, where: str, *, is_last: bool, is_lenient: bool) -> Message:
    """Read one turn; a thought beside the content is put before it, as a chat template would write it."""
    if not is_lenient:
        _check_beside(one, where, is_last=is_last)
    text = _text(one, "content", f"{where}: ", may_be_empty=is_lenient)
    thoughts = [one[name] for name in _THOUGHTS if one.get(name)]
    if thoughts and not is_lenient and (len(thoughts) > 1 or not isinstance(thoughts[0], str)):
        raise RowError(f"{where}.{_THOUGHTS[0]}: one text is wanted")
    if thoughts and isinstance(thoughts[0], str):
        if _CLOSES in text and not is_lenient:
            raise RowError(f"{where}: has a thought in its content and another one beside it; leave one out")
        text = joined(thoughts[0], text)[0]
    return Message(str(one["role"]), text)


def _check_beside(one: Values, where: str, *, is_last: bool) -> None:
    # An SDK's dump of a message has a null for all that is not there.
    unknown = sorted(str(name) for name, value in one.items() if value is not None and name not in _KNOWN)
    if unknown:
        raise RowError(f"{where}.{unknown[0]}: is not known; a message has {', '.join(sorted(_KNOWN))}")
    check_loss(one, f"{where}.", is_learnt=is_last and one["role"] == "assistant")


def refused_beside(values: Values) -> str | None:
    """Return why a row that was read leniently is refused by training for what stands beside its texts.

    >>> refused_beside({"messages": [{"role": "user", "content": "?", "cached": True}]})
    'messages[0].cached: is not known; a message has content, loss, name, reasoning, reasoning_content, role, weight'
    """
    listed = values.get("messages")
    turns = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    try:
        check_loss(values, "", is_learnt=True)
        for index, one in enumerate(turns):
            _check_beside(one, f"messages[{index}]", is_last=index == len(turns) - 1)
    except RowError as error:
        return str(error)
    return None


def check_loss(values: Values, where: str, *, is_learnt: bool) -> None:
    """Hold what a row says of its loss against what is done: it is on the last answer, and on all of it.

    Args:
        is_learnt: loss is on what these values describe.
    """
    for name in _LOSS:
        value = values.get(name)
        if value is None or (isinstance(value, bool | int | float) and value == is_learnt):
            continue
        what = "the last message, the answer, is learnt" if is_learnt else "only the last message is learnt"
        raise RowError(f"{where}{name}: is {repr(value)[:40]}, but {what} with weight 1; fix or leave out the row")


def _from_alpaca(values: Values, where: str, is_lenient: bool) -> TrainingRow:
    messages = []
    if values.get("system"):
        messages.append(Message("system", _text(values, "system")))
    history = values.get("history") or []
    if not isinstance(history, list):
        raise RowError("history: must be a list of pairs of texts")
    for index, pair in enumerate(history):
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, str) for one in pair):
            raise RowError(f"history[{index}]: must be a pair of texts")
        messages += [Message("user", pair[0]), Message("assistant", pair[1])]
    asked = _text(values, "instruction", may_be_empty=is_lenient)
    if values.get("input"):
        # The join of LLaMA-Factory's alpaca converter.
        asked = "\n".join(part for part in (asked, _text(values, "input")) if part)
    prompt = (*messages, Message("user", asked))
    output = _text(values, "output")
    row = TrainingRow(prompt=prompt, answer=output, id=_name(values), options=_options(values), where=where)
    return _finished(row, values.get("answer"), "output", is_lenient)


def _from_contest(
    values: Values, where: str, show: Callable[[Question], str], is_lenient: bool
) -> tuple[TrainingRow, ...]:
    questions = values["questions"]
    if not isinstance(questions, list) or not questions:
        raise RowError("questions: must be a list of at least one question")
    problem = _text(values, "problem", may_be_empty=is_lenient)
    name = _name(values)
    rows = []
    for index, one in enumerate(questions):
        at = f"questions[{index}]"
        if not isinstance(one, dict):
            raise RowError(f"{at}: must be an object")
        options = _options(one, f"{at}.")
        if options is None:
            raise RowError(f"{at}.options: is missing; list the options' texts")
        if "chain" not in one and not is_lenient:
            raise RowError(f"{at}.chain: is missing; a row to learn needs the reasoning that ends in the answer")
        text = _text(one, "question", f"{at}.", may_be_empty=is_lenient)
        has_chain = one.get("chain") is not None or not is_lenient
        question = question_of(question_id_of(where, index), problem=problem, text=text, options=options)
        row = TrainingRow(
            prompt=(Message("user", show(question)),),
            answer=_text(one, "chain", f"{at}.", may_be_empty=is_lenient) if has_chain else "",
            # Named by problem and place, whatever a question calls itself, so that its group is its problem.
            id=None if name is None else question_id_of(name, index),
            problem_id=name,
            problem=problem,
            question=text,
            options=options,
            where=where,
        )
        rows.append(_finished(row, one.get("answer"), "chain", is_lenient, at=f"{at}."))
    return tuple(rows)


def _finished(row: TrainingRow, letter: object, field: str, is_lenient: bool, at: str = "") -> TrainingRow:
    """Put in what is known of options and letter; unless read leniently, they must agree with the answer.

    Args:
        letter: what the row gives as its ``answer``.
        field, at: what the form calls the text to learn, and where it stands.
    """
    if letter is None and is_question(row.answer) and unpaired(row.answer) is None:
        # Letters that stand in such a prompt are those of examples, or names in a problem.
        return row
    n_options = len(row.options) if row.options else shown_options(row.prompt[-1].content)
    row = dataclasses.replace(row, n_options=n_options)
    if is_lenient:
        return row
    if (fault := unpaired(row.answer)) is not None:
        raise RowError(f"{at}{field}: {fault}; a thought is <think>…</think> before the answer")
    if letter is not None and not (isinstance(letter, str) and len(letter) == 1 and letter in ALPHABET):
        if n_options is not None:
            raise RowError(f"{at}answer: is {letter!r}; a question with options needs one letter")
        # A row of another kind of data: its answer is no option.
        return row
    row = dataclasses.replace(row, letter=letter)
    fault = contradiction(row, field, at)
    if fault is not None:
        raise RowError(fault)
    if letter is None and n_options is not None:
        row = dataclasses.replace(row, letter=announced(row.answer, row.options))
    return row


def _shown_as_usual(question: Question) -> str:
    return render(load_template("cot"), question)


def _name(values: Values) -> str | None:
    return None if values.get("id") in (None, "") else str(values["id"])


def _text(values: Values, key: str, where: str = "", *, may_be_empty: bool = False) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not (may_be_empty or value.strip()):
        what = "is missing" if value is None else "is empty" if isinstance(value, str) else f"is {value!r}, no text"
        raise RowError(f"{where}{key}: {what}")
    return value


def _options(values: Values, where: str = "") -> tuple[str, ...] | None:
    options = values.get("options")
    if options is None:
        return None
    if isinstance(options, dict) and tuple(options) == tuple(ALPHABET[: len(options)]):
        options = list(options.values())
    if not isinstance(options, list) or not all(isinstance(one, str) for one in options):
        raise RowError(f"{where}options: must be a list of texts")
    if not MIN_OPTIONS <= len(options) <= MAX_OPTIONS:
        raise RowError(f"{where}options: {len(options)} of them; a question has {MIN_OPTIONS} to {MAX_OPTIONS}")
    return tuple(options)
