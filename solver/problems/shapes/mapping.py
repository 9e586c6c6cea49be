"""Which fields of rows are problem, question, options, answer and id: found by looking at all rows, or as told.

>>> rows = [{"stem": "1 + 1?", "A": "1", "B": "2", "key": 1}, {"stem": "0 + 1?", "A": "1", "B": "2", "key": 0}]
>>> mapping = find_mapping(rows, {})
>>> str(mapping)
'question=stem, options=A+B, answer=key (an index from 0)'
>>> mapping.row(rows[0])
{'question': '1 + 1?', 'options': ('1', '2'), 'answer': 'B'}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from solver.base.config import near
from solver.base.errors import InputError
from solver.problems.forms.form import UnusableLine
from solver.problems.letters import ALPHABET
from solver.problems.shapes.answer_reading import HELP, MEANINGS, is_empty, single
from solver.problems.shapes.fields import (
    PARTS,
    all_named,
    are_of_a_quiz,
    flat,
    head_named,
    is_given,
    part_named,
    simple,
    tells_answer,
    tells_why,
)
from solver.problems.shapes.option_reading import Options, are_flags, flags_of, inside, text_of
from solver.problems.shapes.option_source import (
    INSIDE,
    MOST,
    OptionSource,
    are_letters,
    found_options,
    is_sure_of_options,
    options_inside,
    options_of_answers,
    told_options,
)

Row = Mapping[str, object]
_VERDICTS = ("correct", "iscorrect", "right", "isright")
"""What a column is called that tells whether an answer which stands beside it was right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeMapping:
    """How rows become questions."""

    question: str | None
    problem: str | None
    options: OptionSource
    answer: str | None
    meaning: str | None
    """Word of ``MEANINGS``; None where no row has an answer."""
    id: str | None
    unread: tuple[str, ...] = ()
    """Fields that are none of these."""

    def __str__(self) -> str:
        parts = [("problem", self.problem), ("question", self.question), ("options", self.options.spelt)]
        unread = f" (not read: {', '.join(self.unread[:9])})" if self.unread else ""
        answer = f"{self.answer} ({HELP[self.meaning]})" if self.meaning is not None else f"none{unread}"
        return ", ".join(f"{part}={name}" for part, name in (*parts, ("answer", answer), ("id", self.id)) if name)

    def has_labels(self, values: Row) -> bool:
        """Tell whether a row's options carried labels, which are taken off."""
        options = self.options.read(flat(values))
        return options is not None and options.is_bared

    def is_row_form(self, values: Row) -> bool:
        """Tell whether a row is in the row form as it stands, under whatever names it has its id and its problem."""
        options = values.get("options")
        return (
            (self.question, self.options.spelt, self.answer or "answer") == ("question", "options", "answer")
            and isinstance(options, (list, tuple))
            and all(isinstance(option, str) for option in options)
        )

    def row(self, values: Row) -> dict[str, object]:
        """Bring a row into the row form of ``solver.problems.jsonl``.

        Raises:
            UnusableLine: it has no options, or its answer fits none.
        """
        values = flat(values)
        options = self.options.read(values)
        if options is None:
            raise UnusableLine(self.options.spelt, "no options found: give two at least")
        question = text_of(values.get(self.question or "")).strip()
        if self.options.spelt == INSIDE and (parted := inside(question)) is not None:
            question = parted[0]
        found: dict[str, object] = {"question": question, "options": options.texts}
        if self.problem is not None:
            found["problem"] = text_of(values.get(self.problem)).strip()
        if self.id is not None and not is_empty(values.get(self.id)):
            found["id"] = text_of(values[self.id]).strip()
        if not is_empty(value := self._key(values, options)):
            found["answer"] = ALPHABET[self._place(value, options)]
        return found

    def lacks_answer(self, values: Row) -> bool:
        """Tell whether a row's place for the answer is empty, or none of its options is marked as right."""
        values = flat(values)
        options = self.options.read(values)
        if options is None or (self.meaning is None and not options.flags):
            return False
        return is_empty(self._key(values, options))

    def lacks_problem(self, values: Row) -> bool:
        """Tell whether the text is empty that a row's question is about."""
        return self.problem is not None and not text_of(flat(values).get(self.problem)).strip()

    def passed_over(self, rows: Sequence[Row]) -> str | None:
        """Return a field that may be the text which the questions are about: one that is not read and longer than they.

        None where there is none, or such a text is read.
        """
        if self.problem is not None or self.question is None:
            return None
        shown = [flat(row) for row in rows]
        asked = sum(len(text_of(row.get(self.question))) for row in shown)
        for name in self.unread:
            length = sum(len(text) for row in shown if isinstance(text := row.get(name), str))
            if length > max(asked, 40 * len(shown)) and not (tells_why(name) or is_given(name) or tells_answer(name)):
                return name
        return None

    def _key(self, values: Row, options: Options) -> object:
        if self.answer is None or self.meaning is None:
            return None
        is_flagged = self.answer == self.options.spelt and self.meaning == "flags"
        return list(options.flags) if is_flagged else single(values.get(self.answer))

    def _place(self, value: object, options: Options) -> int:
        place = MEANINGS[self.meaning or ""](value, options)
        if place is None or place >= len(ALPHABET):
            wanted = f"not {HELP[self.meaning or '']} of the {len(options.texts)} options"
            raise UnusableLine(
                str(self.answer), f"{text_of(value)[:80]!r} is {wanted}; several answers are not supported"
            )
        return place


def parse_map(text: str) -> dict[str, str]:
    """Read ``question=stem,options=A+B+C,answer=label:0``.

    Raises:
        InputError: a part that there is not, or no ``=``.
    """
    found: dict[str, str] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        part, equals, name = word.partition("=")
        if not equals or part.strip() not in PARTS:
            raise InputError(f"--map {word!r}: write {', '.join(f'{one}=FIELD' for one in PARTS)}, with commas between")
        found[part.strip()] = name.strip()
    return found


def find_mapping(rows: Sequence[Row], told: Mapping[str, str], *, n_lines: int | None = None) -> ShapeMapping:
    """Find what the fields of rows mean.

    Args:
        told: part -> field, as ``parse_map`` gives it; parts that are not told are found. An empty field is none.
        n_lines: how many lines the rows are from, where lines held several questions: those of one share its id.

    Raises:
        InputError: something cannot be found, or has two readings; the message holds both and how to choose.
    """
    rows = [flat(row) for row in rows]
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    for part, name in told.items():
        _known(names, part, name)
    options = (
        told_options(told["options"])
        if "options" in told
        else found_options(rows, names, _answer_names(rows, told, names))
    )
    taken = set(options.fields) if options is not None else set()
    free = tuple(name for name in names if name not in taken)
    answer_names = _answer_names(rows, told, free)
    texts = tuple(name for name in free if name not in answer_names or "answer" not in told)
    # What is said of the answer would give it away.
    texts = tuple(name for name in texts if not (head_named(name, "answer") or head_named(name, "options")))
    texts = tuple(name for name in texts if name in told.values() or not tells_answer(name))
    question = _text_part(rows, texts, "question", told)
    problem = _text_part(rows, tuple(name for name in texts if name != question), "problem", told)
    if question is None and problem is not None:
        question, problem = problem, None
    if question is None and any(_is_chat(row[name]) for row in rows for name in row):
        raise InputError("rows of messages are to be imitated (train sft) and hold no question with options")
    if question is None:
        raise InputError(
            f"no question found among the fields {', '.join(names)}; name it: --map question=FIELD"
            " (a table's names stand in its first row)"
        )
    answer_names = tuple(name for name in answer_names if name not in (question, problem))
    if options is None or ("options" not in told and are_letters(rows, options)):
        options = options_inside(rows, question) or options
    fields = all_named(names, "options")
    if options is None and not any(is_sure_of_options(name) and _is_filled(rows, name) for name in fields):
        options = options_of_answers(rows, answer_names)
    if options is None and fields:
        raise InputError(f"no row has two options or more in {' or '.join(fields)}: there is nothing to choose")
    if options is None:
        raise InputError(
            f"no options found among the fields {', '.join(names)}, nor in {question}; "
            "name them: --map options=FIELD, or options=A+B+C+D for fields of one option each"
        )
    meant = told.get("answer", "").partition(":")[2] or options.meaning
    is_quiz = options.is_numbered and are_of_a_quiz(names)
    answer, meaning = _answer(rows, options, answer_names, meant, is_quiz=is_quiz)
    rest = tuple(name for name in free if name not in (question, problem, answer))
    others = tuple(name for name in rest if name not in answer_names)
    ids = (told["id"],) if told.get("id") else part_named(others, "id") if "id" not in told else ()
    row_id = next((name for name in ids if len({text_of(row.get(name)) for row in rows}) in (len(rows), n_lines)), None)
    return ShapeMapping(
        question=question,
        problem=problem,
        options=options,
        answer=answer,
        meaning=meaning,
        id=row_id,
        unread=tuple(name for name in rest if name != row_id),
    )


def _is_filled(rows: Sequence[Row], name: str) -> bool:
    return any(not is_empty(row.get(name)) for row in rows)


def _known(names: Sequence[str], part: str, told: str) -> None:
    fields = told.split("+") if part == "options" else [told.partition(":")[0] if part == "answer" else told]
    for name in fields:
        if name and name not in names:
            raise InputError(
                f"--map {part}={told}: no field {name!r}{near(name, names) or '.'} There are: {', '.join(names)}"
            )


def _are_flags(rows: Sequence[Row], name: str) -> bool:
    return bool(flags_of([row.get(name) for row in rows] * 2))


def _answer_names(rows: Sequence[Row], told: Mapping[str, str], names: Sequence[str]) -> tuple[str, ...]:
    if "answer" not in told:
        # An answer that somebody gave is no key.
        given = [name for name in names if is_given(name)]
        names = tuple(name for name in names if name not in given)
        # Beside one, a flag tells whether it was right.
        names = tuple(name for name in names if not (given and simple(name) in _VERDICTS and _are_flags(rows, name)))
        nested = tuple(name for name in names if head_named(name, "answer"))
        return tuple(dict.fromkeys((*all_named(names, "answer"), *nested)))
    field = told["answer"].partition(":")[0]
    return (field,) if field else ()


def _text_part(rows: Sequence[Row], names: Sequence[str], part: str, told: Mapping[str, str]) -> str | None:
    if part in told:
        return told[part] or None
    usable = [name for name in names if any(_is_text(row.get(name)) for row in rows)]
    found = part_named([name for name in usable if name not in told.values()], part)
    if len(found) > 1 and any(row.get(found[0]) != row.get(found[1]) for row in rows):
        raise InputError(
            f"two readings of the {part}: {found[0]} and {found[1]}; "
            f"choose: --map {part}={found[0]} or --map {part}={found[1]}"
        )
    return found[0] if found else None


def _are_texts(rows: Sequence[Row], name: str) -> bool:
    return all(row.get(name) is None or isinstance(row[name], str) for row in rows)


def _is_text(value: object) -> bool:
    """Tell whether a cell may be a text; the messages of a chat are none."""
    return isinstance(value, (str, list)) and bool(value) and not _is_chat(value)


def _is_chat(value: object) -> bool:
    turns = value if isinstance(value, list) else []
    return any(isinstance(one, dict) and ("role" in one or "from" in one) for one in turns)


class _Reading(NamedTuple):
    """What a field of answers may mean."""

    fits: int
    """How many rows."""
    name: str
    word: str
    """Of ``MEANINGS``."""
    places: tuple[int | None, ...]
    """The right option of each row."""


def _answer(
    rows: Sequence[Row], options: OptionSource, names: Sequence[str], told: str, *, is_quiz: bool
) -> tuple[str | None, str | None]:
    """Settle which field is the answer and what it means, over all rows.

    Args:
        is_quiz: a number that may be a label or something else is one.

    Raises:
        InputError: nothing fits, or two readings fit equally well and disagree.
    """
    if told and told not in MEANINGS:
        raise InputError(f"--map answer=…:{told}: the meaning is one of {', '.join(MEANINGS)}")
    read = [options.read(row) for row in rows]
    best: list[_Reading] = []
    filled: dict[str, int] = {}
    for name in names:
        values = [single(row.get(name)) for row in rows]
        filled[name] = sum(not is_empty(value) for value in values)
        for word in (told,) if told else MEANINGS:
            places = tuple(
                None if found is None or is_empty(value) else MEANINGS[word](value, found)
                for value, found in zip(values, read, strict=True)
            )
            best.append(_Reading(sum(place is not None for place in places), name, word, places))
    answered = max(filled.values(), default=0)
    is_fit = any(count and count >= answered / 2 for count, *_ in best)
    # Labels that may be flags are none where an answer fits: it may be one of them.
    are_labels = is_fit and any(found is not None and are_flags(found.labels) for found in read)
    if not are_labels and any(found is not None and any(found.flags) for found in read):
        flagged = tuple(None if found is None else MEANINGS["flags"](list(found.flags), found) for found in read)
        best.append(_Reading(sum(place is not None for place in flagged), options.spelt, "flags", flagged))
        filled[options.spelt] = sum(found is not None and any(found.flags) for found in read)
        answered = max(answered, filled[options.spelt])
    most = max((count for count, *_ in best), default=0)
    if most == 0 and answered == 0:
        return None, None
    if most < answered / 2:
        some = [text_of(row[name]) for row in rows for name in names if not is_empty(row.get(name))]
        raise InputError(
            f"the answers in {' and '.join(names) or options.spelt} fit the options in no way that is known "
            f"(the first: {some[0][:40] if some else ''!r}; several answers to a question are not supported); {_HOW}"
        )
    tied = [one for one in best if one.fits == most]
    # What all fields of answers can mean is what they mean, whatever other readings one of them has.
    fitting = [one for one in best if 2 * one.fits >= most and one.fits >= MOST * filled[one.name]]
    fields = dict.fromkeys(one.name for one in (*tied, *fitting))
    shared = [one for one in tied if all(any(_agree(one, o) for o in fitting if o.name == name) for name in fields)]
    readings = shared or tied
    labelled = [one for one in readings if one.word == "label" and _are_texts(rows, one.name)]
    is_called = len(options.fields) == 1 and not any(found is not None and found.is_bared for found in read)
    if labelled and is_called and any(one.places != readings[0].places for one in readings):
        # A text names the label that the file gives an option. (A number may be an index beside numbers for labels,
        # and those in the names of fields and before texts may be nobody's labels.)
        readings = labelled
    if is_quiz:
        readings = [one for one in readings if one.word == "label"] or readings
    first = readings[0]
    others = [one for one in readings if one.places != first.places]
    # A few corrections, for example: letters that deny what another field says.
    others += [
        one
        for one in best
        if one.word in ("letter", "text") and 0 < filled[one.name] == one.fits and one.name != first.name
        if first.word in ("letter", "text", "0", "1") and not _shares(one, first, best)
    ]
    others += [] if shared else [one for one in fitting if one.name != first.name and not _agree(first, one)]
    if others:
        other = others[0]
        raise InputError(
            f"two readings of the answers: {first.name} as {HELP[first.word]}, or {other.name} as {HELP[other.word]}; "
            f"choose: --map answer={first.name}:{first.word} or --map answer={other.name}:{other.word}"
        )
    return first.name, first.word


def _agree(one: _Reading, other: _Reading) -> bool:
    """Tell whether two readings mean the same options wherever both have one."""
    return not any(None not in pair and pair[0] != pair[1] for pair in zip(one.places, other.places, strict=True))


def _shares(one: _Reading, first: _Reading, readings: Sequence[_Reading]) -> bool:
    """Tell whether some reading of a field agrees with the one that is taken."""
    return any(other.name == one.name and other.fits == one.fits and _agree(first, other) for other in readings)


_HOW = "name field and meaning: --map answer=FIELD:letter (or label, 0, 1, text, truth, flags), or answer= for none"
