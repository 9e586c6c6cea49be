"""Where the options of rows come from: one field, one field each, right and wrong ones apart, or the question itself.

>>> source = found_options([{"q": "1 + 1?", "A": "1", "B": "2"}], ("q", "A", "B"), ())
>>> source.spelt, source.read({"q": "0 + 1?", "A": "0", "B": "1"}).texts
('A+B', ('0', '1'))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from solver.base.errors import InputError
from solver.problems.labels import wide_as_plain
from solver.problems.letters import ALPHABET
from solver.problems.shapes.answer_reading import single, truth_set
from solver.problems.shapes.fields import PARTS, all_named, is_scored, option_runs, right_named, simple, wrong_named
from solver.problems.shapes.option_reading import Options, inside, options_in, text_of

Row = Mapping[str, object]
INSIDE = "(inside the question)"
_ANSWERS = "(the answers' own words)"
_LONE_LETTER = re.compile(r"\W*[A-Ja-j]\W*")
"""An answer that names one of options that stand elsewhere; X, Y and Z are names of things."""
_PLURAL, _COMMA = re.compile(r"(?:s|选项|项)$"), re.compile("[,，、]")
MOST = 0.9
"""Share of rows that a reading must fit to be taken; what is left are bad rows, named one by one."""


class OptionSource(NamedTuple):
    """Where options come from."""

    spelt: str
    """As ``--map options=`` takes it."""
    read: Callable[[Row], Options | None]
    fields: tuple[str, ...] = ()
    meaning: str = ""
    """What an answer means with them; empty where the answers tell."""
    is_numbered: bool = False
    """The names of the fields are numbered from 1."""


def told_options(told: str) -> OptionSource | None:
    """Return the options that ``--map`` names; None where it names none."""
    fields = tuple(told.split("+"))
    if not told:
        return None
    return _of_fields(fields) if len(fields) > 1 else _of_field(fields[0])


def _of_fields(fields: tuple[str, ...], labels: tuple[str, ...] = ()) -> OptionSource:
    def read(row: Row) -> Options | None:
        texts = [text_of(row.get(name)).strip() for name in fields]
        while texts and not texts[-1]:
            texts.pop()
        return Options(tuple(texts), labels[: len(texts)]) if len(texts) > 1 else None

    return OptionSource("+".join(fields), read, fields, is_numbered=labels[:1] == ("1",))


def _of_field(name: str) -> OptionSource:
    return OptionSource(name, lambda row: options_in(row.get(name)), (name,))


def _fits(rows: Sequence[Row], source: OptionSource) -> bool:
    return sum(source.read(row) is not None for row in rows) >= MOST * len(rows)


def _right_and_wrong(rows: Sequence[Row], right: str, wrong: tuple[str, ...]) -> OptionSource | None:
    """Return the options of rows that hold the right one apart: in alphabetical order, which tells nothing of it."""

    def read(row: Row) -> Options | None:
        rights = _texts_alone(right, row.get(right))
        wrongs = [_texts_alone(name, row.get(name)) for name in wrong]
        if rights is None or len(rights) != 1 or _LONE_LETTER.fullmatch(wide_as_plain(rights[0])):
            return None
        if any(texts is None for texts in wrongs):
            return None
        texts = [*rights, *(one for texts in wrongs for one in texts or ())]
        return Options(tuple(sorted(texts))) if len(texts) > 1 else None

    source = OptionSource("+".join((right, *wrong)), read, wrong, "text")
    return source if _fits(rows, source) else None


def _texts_alone(name: str, value: object) -> list[str] | None:
    """Return the texts of a cell that holds a text or a list of texts, without empty ones; None where it holds else.

    A field in the plural holds several in one text, with marks between; commas may be a text's own.
    """
    if isinstance(value, str) and _PLURAL.search(simple(name)):
        options = options_in(value)
        if options is None and _COMMA.search(value):
            return None
        value = [value] if options is None else list(options.texts)
    cells = value if isinstance(value, list) else [value]
    if not all(cell is None or isinstance(cell, str) for cell in cells):
        return None
    return [cell.strip() for cell in cells if isinstance(cell, str) and cell.strip()]


def found_options(rows: Sequence[Row], names: Sequence[str], answer_names: Sequence[str]) -> OptionSource | None:
    """Find the options among the fields; None where no field holds any.

    Args:
        answer_names: fields that may hold the answer.

    Raises:
        InputError: two fields hold different ones.
    """
    wrong = wrong_named(names)
    # What is right alone, or wrong alone, is not all there is to choose from.
    alone = (*wrong, *right_named(names)) if wrong else ()
    sources = [_of_field(name) for name in all_named([name for name in names if name not in alone], "options")]
    sources += [_of_fields(run.names, run.labels) for run in option_runs(names)]
    sources = sources or [_of_field(name) for name in answer_names if any(is_scored(row.get(name)) for row in rows)]
    found = [source for source in sources if _fits(rows, source)]
    # What also means sources that were read, and answers, means options where nothing else holds any.
    found = [source for source in found if is_sure_of_options(source.spelt)] or found
    if not found:
        # Many rows without options are bad rows, not another shape.
        some = [source for source in sources if any(source.read(row) is not None for row in rows)]
        found = some if len(some) == 1 else []
        right = [name for name in answer_names if name not in wrong]
        if not some and right and wrong:
            return _right_and_wrong(rows, right[0], wrong)
    for other in found[1:]:
        if any(_texts(found[0], row) != _texts(other, row) for row in rows):
            raise InputError(
                f"two readings of the options: {found[0].spelt} and {other.spelt}; "
                f"choose: --map options={found[0].spelt} or --map options={other.spelt}"
            )
    return found[0] if found else None


def is_sure_of_options(name: str) -> bool:
    """Tell whether a field's name means nothing but options; ``answers`` and ``references`` do not."""
    return simple(name.rpartition(".")[2]) not in PARTS["options"][-1]


def are_letters(rows: Sequence[Row], source: OptionSource) -> bool:
    """Tell whether the options are the letters of their places and nothing else: they stand elsewhere."""
    read = [options.texts for row in rows if (options := source.read(row)) is not None]
    return all(texts == tuple(ALPHABET[: len(texts)]) for texts in read)


def _texts(source: OptionSource, row: Row) -> tuple[str, ...] | None:
    options = source.read(row)
    return None if options is None else options.texts


def options_inside(rows: Sequence[Row], question: str) -> OptionSource | None:
    """Return the options behind the questions; None where most questions have none."""

    def read(row: Row) -> Options | None:
        parted = inside(text_of(row.get(question)))
        return None if parted is None else parted[1]

    source = OptionSource(INSIDE, read)
    return source if _fits(rows, source) else None


def options_of_answers(rows: Sequence[Row], answer_names: Sequence[str]) -> OptionSource | None:
    """Return the words that all answers are, as options; None where they are no such words."""
    found = (truth_set([single(row.get(name)) for row in rows]) for name in answer_names)
    words = next((words for words in found if words is not None), None)
    return None if words is None else OptionSource(_ANSWERS, lambda row: Options(words))
