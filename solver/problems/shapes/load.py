"""Problems from inputs of any shape: opened, read as rows, brought into the row form, checked like any other line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from types import MappingProxyType

from solver.base.display.figures import counted
from solver.base.display.printing import command_line
from solver.base.errors import InputError
from solver.problems.forms.form import UnusableLine
from solver.problems.forms.registry import is_in_own_form
from solver.problems.jsonl import Line, Loaded, loaded_from
from solver.problems.shapes.container import Container, Input, Tell
from solver.problems.shapes.fields import is_given
from solver.problems.shapes.mapping import ShapeMapping, find_mapping, parse_map
from solver.problems.shapes.opening import open_input
from solver.problems.shapes.registry import CONTAINERS
from solver.problems.shapes.regrouping.key_rows import joined, keys_of
from solver.problems.shapes.regrouping.option_rows import joined_options
from solver.problems.shapes.regrouping.passages import unfolded

_LOOKED_AT = 100
"""Rows that tell whether a file is in a form of the project's own."""


def load_inputs(
    names: Sequence[str], *, mapping: str | None = None, tell: Callable[[str], None] | None = None
) -> Loaded:
    """Read all problems of one or several inputs.

    Args:
        names: paths, ``-`` for stdin, ``hf:…``.
        mapping: as ``--map`` takes it; None finds it.
        tell: told which mapping was found, one line an input.

    Raises:
        InputError: an input cannot be opened, is of no known shape, or can be read in two ways.
    """
    return load_opened((found for name in names for found in open_input(name)), mapping=mapping, tell=tell)


def load_opened(
    inputs: Iterable[Input], *, mapping: str | None = None, tell: Callable[[str], None] | None = None
) -> Loaded:
    """Read all problems of inputs that are open; see ``load_inputs``."""
    told = {} if mapping is None else parse_map(mapping)
    talk = tell if tell is not None else lambda text: None
    ahead = iter(inputs)
    first = list(islice(ahead, 2))
    if told or len(first) < 2:
        return loaded_from((Path(found.name), row_form(found, told, talk)) for found in chain(first, ahead))
    read = [(found, [*_rows_of(found, talk)]) for found in chain(first, ahead)]
    return loaded_from((Path(found.name), _row_form(found, rows, told, talk)) for found, rows in _keyed(read, talk))


def _keyed(read: Sequence[tuple[Input, list[Line]]], tell: Tell) -> list[tuple[Input, list[Line]]]:
    """Join inputs that hold nothing but keys to the questions of the others.

    Raises:
        InputError: the ids of an input of keys are those of no other input, of several, or not all of them.
    """
    kept = dict(enumerate(read))
    for place, (found, lines) in enumerate(read):
        values = [line.value for line in lines if isinstance(line.value, Mapping)]
        try:
            is_key = values and len(values) == len(lines) and not is_given(Path(found.name).stem)
            keys = keys_of(values) if is_key else None
            if keys is None:
                continue
            del kept[place]
            fitting: dict[int, list[Line]] = {}
            faults = [InputError(f"ids and answers, but no {keys.id} is that of a question in another input")]
            for other, (_, rows) in kept.items():
                questions = [line.value for line in rows if isinstance(line.value, Mapping)]
                try:
                    answered = joined(questions, keys) if len(questions) == len(rows) else None
                except InputError as fault:
                    faults.append(fault)
                    continue
                if answered is not None:
                    fitting[other] = [line._replace(value=one) for line, one in zip(rows, answered, strict=True)]
            if not fitting:
                raise faults[-1]
            asked = [kept[other][0].name for other in fitting]
            if len(fitting) > 1:
                raise InputError(f"each {keys.id} is that of a question in {' and in '.join(asked)}; read them apart")
            tell(f"{found.name}: its answers are joined to the questions of {asked[0]} by {keys.id}")
            kept.update((other, (kept[other][0], rows)) for other, rows in fitting.items())
        except InputError as error:
            raise InputError(f"{found.name}: {error}") from error
    return list(kept.values())


def container_of(found: Input) -> Container | None:
    """Return what holds the rows of an input; None where nothing that is known does."""
    return next((one for one in CONTAINERS if one.is_mine(found)), None)


def row_form(
    found: Input, told: Mapping[str, str] = MappingProxyType({}), tell: Callable[[str], None] = lambda text: None
) -> Iterator[Line]:
    """Read an input's rows and bring them into a form that ``solver.problems.jsonl`` checks.

    Args:
        told: see ``find_mapping``.
        tell: told the mapping that was found.

    Raises:
        InputError: see ``load_inputs``.
    """
    yield from _row_form(found, _rows_of(found, tell), told, tell)


def _rows_of(found: Input, tell: Tell) -> Iterator[Line]:
    """Read an input's rows as they stand there.

    Raises:
        InputError: nothing that is known holds them.
    """
    container = container_of(found)
    if container is None:
        if not found.data.strip():
            return
        raise InputError(
            f"{found.name}: not JSON lines, and no shape that is known:\n{CONTAINERS.listing()}\n"
            f"a text with one problem is read by: {command_line('solver', 'answer', found.name)}"
        )
    yield from container.rows(found, tell)


def _row_form(found: Input, rows_as_given: Iterable[Line], told: Mapping[str, str], tell: Tell) -> Iterator[Line]:
    lines = iter(rows_as_given)
    head = list(islice(lines, _LOOKED_AT))
    if not told and _is_own(head):
        yield from head
        yield from lines
        return
    whole = [*head, *lines]
    rows = [inner for line in whole for inner in unfolded(line)]
    try:
        whole_rows = None if told else joined_options(rows)
    except InputError as error:
        raise InputError(f"{found.name}: {error}") from error
    if whole_rows is not None:
        of = f"{counted(len(rows), 'row')} of one option each"
        tell(f"{found.name}: {of}, those of one question joined by {whole_rows.by}")
        rows = whole = whole_rows.rows
    values = [line.value for line in rows if line.value is not None and not isinstance(line.value, UnusableLine)]
    if not values:
        yield from rows
        return
    try:
        mapping = find_mapping(values, told, n_lines=len(whole))
    except InputError as error:
        raise InputError(f"{found.name}: {error}") from error
    bared = sum(map(mapping.has_labels, values))
    taken_off = f"; the options of {bared} carry their own labels, which are taken off" if bared else ""
    tell(f"{found.name}: {counted(len(values), 'row')} read as {mapping}{taken_off}")
    for note in _notes(mapping, rows):
        tell(f"{found.name}: {note}")
    for line in rows:
        if line.value is None or isinstance(line.value, UnusableLine):
            yield line
            continue
        try:
            given = line.value if mapping.is_row_form(line.value) else None
            yield line._replace(value=mapping.row(line.value), given=given)
        except UnusableLine as fault:
            yield line._replace(value=fault)


def _notes(mapping: ShapeMapping, rows: Sequence[Line]) -> Iterator[str]:
    """Yield what is missing in some rows and would not be seen in the questions."""
    good = [(line.number, line.value) for line in rows if isinstance(line.value, Mapping)]
    if lacking := [number for number, value in good if mapping.lacks_answer(value)]:
        yield f"{_share(lacking, good)} asked without a key: there is no answer, or no option is marked as right"
    lacking = [number for number, value in good if mapping.lacks_problem(value)]
    if 0 < len(lacking) < len(good):
        how = "if it is that of the rows above, write it into each"
        yield f"{_share(lacking, good)} asked without {mapping.problem}, which is empty there; {how}"
    if name := mapping.passed_over([value for _, value in good]):
        yield f"{name} is not read; if the questions are about it: --map problem={name}"


def _share(lacking: Sequence[int], rows: Sequence[object]) -> str:
    are = "is" if len(lacking) == 1 else "are"
    return f"{len(lacking)} of {counted(len(rows), 'row')} (the first: {lacking[0]}) {are}"


def _is_own(lines: Sequence[Line]) -> bool:
    values = [line.value for line in lines if line.value is not None and not isinstance(line.value, UnusableLine)]
    return not values or any(map(is_in_own_form, values))
