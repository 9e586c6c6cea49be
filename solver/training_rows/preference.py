r"""Rows of preferences: one prompt with a right and a wrong answer to it, or with one answer and whether it is right.

The written forms are trl's conversational ones (``prompt``, ``chosen``, ``rejected``; ``prompt``, ``completion``,
``label``), so that its own loaders read them too. A pair that teaches something wrong is refused: a chosen answer that
announces another letter than ``answer`` or whose thought never closes, or a rejected one that announces the same.

>>> pair = Preference(id="p#0", prompt=(Message("user", "?\nA. x\nB. y"),), letter="B", options=("x", "y"),
...                   chosen="…\n答案是：B", rejected="…\n答案是：A")
>>> read_preference(dpo_row(pair)) == pair
True
>>> [(row["label"], row["completion"][0]["content"]) for row in kto_rows([pair])]
[(True, '…\n答案是：B'), (False, '…\n答案是：A')]
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from solver.problems.letters import ALPHABET
from solver.training_rows.reader import ROLES, RowError, Values, announced, check_loss, message_of
from solver.training_rows.row import Message, TrainingRow
from solver.training_rows.thoughts import unpaired

PreferenceForm = Literal["dpo", "kto"]
PREFERENCE_FORMS: tuple[PreferenceForm, ...] = ("dpo", "kto")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """A right and a wrong answer to one prompt."""

    prompt: tuple[Message, ...]
    """All turns before the answer; the last is the user's."""
    chosen: str
    rejected: str
    letter: str | None = None
    """The right option as shown in the prompt."""
    options: tuple[str, ...] | None = None
    """As shown in the prompt."""
    id: str | None = None
    """Of the question, with a number behind it where it has several pairs."""
    group: str = field(default="", compare=False)
    """What train and dev are split by; not written."""
    meta: Mapping[str, object] = field(default_factory=dict, compare=False)
    """How it came about; written, not read."""
    where: str = field(default="", compare=False)
    """``file:line`` of a pair that was read."""

    def fault(self) -> str | None:
        """Say in what the pair contradicts itself, as ``field: what is wrong``; None where it does not."""
        if self.chosen.strip() == self.rejected.strip():
            return "rejected: is the chosen answer; a pair needs two different ones"
        if (fault := unpaired(self.chosen)) is not None:
            return f"chosen: {fault}; a thought is <think>…</think> before the answer"
        if self.letter is None:
            return None
        said = announced(self.chosen, self.options)
        if said != self.letter:
            found = "announces no letter" if said is None else f"ends in {said}"
            return f"chosen: {found}, but answer is {self.letter}"
        if announced(self.rejected, self.options) == self.letter:
            return f"rejected: ends in {self.letter}, which is the answer"
        return None


def dpo_row(pair: Preference) -> dict[str, Any]:
    """Return a pair as trl's DPO trainer reads it."""
    return {
        "id": pair.id,
        "prompt": _turns(pair.prompt),
        "chosen": [{"role": "assistant", "content": pair.chosen}],
        "rejected": [{"role": "assistant", "content": pair.rejected}],
        "answer": pair.letter,
        "options": None if pair.options is None else list(pair.options),
        "meta": dict(pair.meta),
    }


def kto_rows(pairs: Iterable[Preference]) -> list[dict[str, Any]]:
    """Return pairs as trl's KTO trainer reads them: every answer once, with its label, as many right as wrong ones."""
    rows = []
    for pair in pairs:
        for label, answer in ((True, pair.chosen), (False, pair.rejected)):
            rows.append(
                {
                    "id": pair.id,
                    "prompt": _turns(pair.prompt),
                    "completion": [{"role": "assistant", "content": answer}],
                    "label": label,
                    "answer": pair.letter,
                    "meta": dict(pair.meta),
                }
            )
    return rows


def read_preference(values: Values, *, where: str = "") -> Preference:
    """Turn one object into a pair.

    Args:
        where: ``file:line``, kept in the pair.

    Raises:
        RowError: it is none, or contradicts itself.
    """
    check_loss(values, "", is_learnt=True)
    missing = [name for name in ("prompt", "chosen", "rejected") if name not in values]
    if missing:
        raise RowError(f"{missing[0]}: is missing; a pair has prompt, chosen and rejected")
    letter, options = values.get("answer"), values.get("options")
    if letter is not None and not (isinstance(letter, str) and len(letter) == 1 and letter in ALPHABET):
        raise RowError(f"answer: is {letter!r}; one letter is wanted")
    if options is not None and not (isinstance(options, list) and all(isinstance(one, str) for one in options)):
        raise RowError("options: must be a list of texts")
    pair = Preference(
        prompt=_prompt(values["prompt"]),
        chosen=_answer(values["chosen"], "chosen"),
        rejected=_answer(values["rejected"], "rejected"),
        letter=letter,
        options=None if options is None else tuple(options),
        id=None if values.get("id") in (None, "") else str(values["id"]),
        where=where,
    )
    fault = pair.fault()
    if fault is not None:
        raise RowError(fault)
    return pair


def read_learnt(values: Values) -> tuple[TrainingRow, bool]:
    """Read what a pair, or one answer with its label, teaches: the answer as a row, and whether it is a right one.

    Raises:
        RowError: it is neither, or contradicts itself.
    """
    if "completion" not in values:
        pair = read_preference(values)
        return TrainingRow(
            prompt=pair.prompt, answer=pair.chosen, letter=pair.letter, options=pair.options, id=pair.id
        ), True
    check_loss(values, "", is_learnt=True)
    label, letter = values.get("label"), values.get("answer")
    if not isinstance(label, bool):
        raise RowError(f"label: is {label!r}; true or false is wanted")
    if "prompt" not in values:
        raise RowError("prompt: is missing; an answer with a label has prompt, completion and label")
    answer = _answer(values["completion"], "completion")
    if label and (fault := unpaired(answer)) is not None:
        raise RowError(f"completion: {fault}; a thought is <think>…</think> before the answer")
    if letter is not None and (announced(answer, None) == letter) != label:
        raise RowError(f"label: is {str(label).lower()}, but the answer is {letter}; fix one of them")
    name = None if values.get("id") in (None, "") else str(values["id"])
    return TrainingRow(prompt=_prompt(values["prompt"]), answer=answer, id=name), label


def _turns(prompt: Iterable[Message]) -> list[dict[str, str]]:
    return [{"role": turn.role, "content": turn.content} for turn in prompt]


def _prompt(value: object) -> tuple[Message, ...]:
    if isinstance(value, str):
        value = [{"role": "user", "content": value}]
    turns = _messages(value, "prompt")
    if turns[-1].role != "user":
        raise RowError("prompt: must end in a user's message")
    return turns


def _answer(value: object, name: str) -> str:
    if isinstance(value, str):
        value = [{"role": "assistant", "content": value}]
    turns = _messages(value, name)
    if len(turns) != 1 or turns[0].role != "assistant":
        raise RowError(f"{name}: must be one message of the assistant")
    return turns[0].content


def _messages(value: object, name: str) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise RowError(f"{name}: must be a text or a list of messages")
    turns = []
    for index, one in enumerate(value):
        if not isinstance(one, dict) or one.get("role") not in ROLES:
            raise RowError(f"{name}[{index}]: must be an object with role ({', '.join(ROLES)}) and content")
        content = one.get("content")
        if not isinstance(content, str) or not content.strip():
            raise RowError(f"{name}[{index}].content: is missing or empty")
        turns.append(message_of(one, f"{name}[{index}]", is_last=name != "prompt", is_lenient=False))
    return tuple(turns)
