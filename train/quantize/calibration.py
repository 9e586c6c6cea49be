"""Calibration sets: rows of tokens mixed from named sources by weight, each at least 256 tokens long.

GPTQ measures on these rows which weights matter, so they should be what the model will read and write: questions under
the model's own chat template *with* answers, and some general instructions so that nothing else is forgotten. Short
rows of a source are joined until they are long enough. A source is a file of rows (``solver.training_rows`` says in
which forms), or the built-in ``synth``, the training stream of generated problems. Documents for measuring the result
come from the same sources and are never calibrated on. Same seed and files, same rows.

>>> parse_source("sft=data/rows.jsonl:3")
Source(name='sft', file=PosixPath('data/rows.jsonl'), weight=3.0)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Protocol

from solver.base.display.figures import counted
from solver.problems.question import question_id_of
from train.errors import CalibrationError, TokenizerError
from train.sft.row_files import load_rows

BUILT_IN = "synth"
MIN_TOKENS = 256
"""Shortest calibration row."""
HELD_OUT_STREAM = 1_020_000
"""Added to the seed (modulo 10,000) for measuring on generated problems; pre-training's own tests have the streams
before it (``train.pretrain.documents``), and streams end at 2**20 - 1."""


class Tokenizer(Protocol):
    """The part of transformers' tokenizers that is used here."""

    chat_template: Any

    def apply_chat_template(self, messages: Any, *, tokenize: bool, add_generation_prompt: bool = False) -> Any: ...

    def __call__(self, text: str, *, add_special_tokens: bool) -> Mapping[str, Any]: ...


class Source(NamedTuple):
    """Where rows come from and how much of the mix they are."""

    name: str
    file: Path | None
    """None for the built-in source."""
    weight: float


class Chat(NamedTuple):
    """One conversation that ends with the assistant's answer."""

    messages: tuple[dict[str, str], ...]
    where: str
    """file:line, or the stream and the place in it."""


class Document(NamedTuple):
    """One conversation as tokens."""

    prompt: tuple[int, ...]
    """Up to where the assistant begins to write."""
    answer: tuple[int, ...]
    source: str


class Mixed(NamedTuple):
    """A calibration set and what to measure the result on."""

    rows: tuple[tuple[int, ...], ...]
    held_out: tuple[Document, ...]
    by_source: dict[str, int]
    """Calibration rows of each source."""
    n_cut: int
    """Rows that were cut at the greatest length."""

    @property
    def digest(self) -> str:
        """First 16 hex digits of the SHA-256 of the rows."""
        return hashlib.sha256(json.dumps(self.rows).encode()).hexdigest()[:16]


def parse_source(text: str) -> Source:
    """Read ``NAME=FILE[:WEIGHT]`` or ``synth[:WEIGHT]``; the weight is 1 unless given.

    Raises:
        CalibrationError: it has another form, or a weight that is not above 0.
    """
    head, colon, tail = text.rpartition(":")
    try:
        weight = float(tail) if colon else 1.0
    except ValueError:
        head, weight = text, 1.0
    body = head if colon else text
    name, equals, file = body.partition("=")
    if not weight > 0 or weight == float("inf"):
        raise CalibrationError(f"calibration source {text!r}: the weight must be a number above 0")
    if equals and name and file:
        return Source(name, Path(file), weight)
    if body == BUILT_IN:
        return Source(BUILT_IN, None, weight)
    raise CalibrationError(f"calibration source {text!r} is neither NAME=FILE:WEIGHT nor {BUILT_IN}:WEIGHT")


def shares(weights: Sequence[float], total: int) -> list[int]:
    """Split a number of rows by weight (largest remainders), at least one each.

    >>> shares([3, 1], 10), shares([1, 1, 1], 10)
    ([8, 2], [4, 3, 3])

    Raises:
        CalibrationError: there are more sources than rows.
    """
    if total < len(weights):
        raise CalibrationError(f"{counted(total, 'calibration row')} cannot hold {len(weights)} sources; raise --rows")
    exact = [total * weight / sum(weights) for weight in weights]
    counts = [max(1, int(share)) for share in exact]
    places = range(len(weights))
    while sum(counts) < total:
        counts[max(places, key=lambda place: exact[place] - counts[place])] += 1
    while sum(counts) > total:
        counts[
            max((place for place in places if counts[place] > 1), key=lambda place: counts[place] - exact[place])
        ] -= 1
    return counts


def read_chats(file: Path) -> list[Chat]:
    """Read a file of rows, in one of the forms of ``solver.training_rows``.

    Raises:
        RowsError: with file, line and field.
    """
    return [
        Chat((*(one._asdict() for one in row.prompt), {"role": "assistant", "content": row.answer}), row.where)
        for row in load_rows([file])
    ]


def generated_chats(seed: int) -> Iterator[Chat]:
    """Make the built-in source: generated questions with their proven chains, for ever."""
    from solver.problems.prompt import load_template, render
    from train.pretrain.documents import problem, template_name

    index = 0
    while True:
        for place, told in enumerate(problem("synth", seed, index)):
            template = load_template(template_name(told.lang, is_brief=told.is_brief))
            user = {"role": "user", "content": render(template, told.question)}
            yield Chat(
                (user, {"role": "assistant", "content": told.chain}),
                question_id_of(f"{BUILT_IN}/{seed}/{index}", place),
            )
        index += 1


def document_of(chat: Chat, tokenizer: Tokenizer, source: str) -> Document:
    """Write a conversation as the chat template does, cut where the last answer begins.

    Raises:
        CalibrationError: the template refuses the conversation.
    """
    try:
        whole = tokenizer.apply_chat_template(list(chat.messages), tokenize=False)
        prompt = tokenizer.apply_chat_template(list(chat.messages[:-1]), tokenize=False, add_generation_prompt=True)
    except Exception as error:
        # Templates are programs of others; they raise what they like.
        raise CalibrationError(f"{chat.where}: the chat template refuses the conversation ({error})") from error
    # Some templates write the prompt otherwise once there is an answer; what both share is the prompt then.
    start = next((place for place, (a, b) in enumerate(zip(whole, prompt, strict=False)) if a != b), len(prompt))
    ids = (tokenizer(text, add_special_tokens=False)["input_ids"] for text in (whole[:start], whole[start:].rstrip()))
    return Document(tuple(next(ids)), tuple(next(ids)), source)


def joined(documents: Iterable[Document], *, shortest: int, longest: int) -> Iterator[tuple[int, ...]]:
    """Join documents to rows of ``shortest`` tokens at least, cut at ``longest``; a short rest is dropped."""
    row: list[int] = []
    for document in documents:
        row += [*document.prompt, *document.answer]
        if len(row) >= shortest:
            yield tuple(row[:longest])
            row = []


def mix(
    sources: Sequence[Source],
    tokenizer: Tokenizer,
    *,
    rows: int,
    held_out: int,
    seed: int,
    shortest: int = MIN_TOKENS,
    longest: int = 2048,
    tick: Callable[[int], None] = lambda done: None,
) -> Mixed:
    """Mix a calibration set.

    Args:
        rows: calibration rows in all, split over the sources by weight.
        held_out: documents for measuring, split likewise; a small file gives what it has left.
        shortest: least tokens of a row.
        longest: most tokens of a row.
        tick: called with the number of rows so far.

    Raises:
        CalibrationError, RowsError: a file cannot be used or holds too little.
        TokenizerError: the tokenizer has no chat template.
    """
    if not getattr(tokenizer, "chat_template", None):
        raise TokenizerError("the tokenizer has no chat template; put the model's chat_template.jinja into its folder")
    if not 1 <= shortest <= longest:
        raise CalibrationError(f"rows cannot have at least {shortest} and at most {longest} tokens; raise --max-tokens")
    names = [source.name for source in sources]
    if not sources or len(set(names)) != len(names):
        raise CalibrationError(f"calibration sources need different names, not {', '.join(names) or 'none'}")
    weights = [source.weight for source in sources]
    every: list[tuple[int, ...]] = []
    measured: list[Document] = []
    by_source = dict(zip(names, shares(weights, rows), strict=True))
    n_cut = 0
    for source, kept in zip(sources, shares(weights, max(held_out, len(sources))), strict=True):
        own, tests, cut = _from_source(
            source, tokenizer, by_source[source.name], kept, seed, shortest, longest, tick, len(every)
        )
        every += own
        measured += tests
        n_cut += cut
    Random(f"calibration/{seed}").shuffle(every)
    return Mixed(tuple(every), tuple(measured), by_source, n_cut)


def _from_source(
    source: Source,
    tokenizer: Tokenizer,
    rows: int,
    held_out: int,
    seed: int,
    shortest: int,
    longest: int,
    tick: Callable[[int], None],
    done: int,
) -> tuple[list[tuple[int, ...]], list[Document], int]:
    if source.file is None:
        chats: Iterator[Chat] = generated_chats(seed)
        tests: Iterator[Chat] = generated_chats(seed % 10_000 + HELD_OUT_STREAM)
    else:
        found = read_chats(source.file)
        Random(f"calibration/{seed}/{source.name}").shuffle(found)
        n_tests = min(held_out, len(found) // 5)
        # One conversation is enough to measure on, and half of two is better than none.
        n_tests = max(n_tests, min(1, len(found) - 1))
        tests, chats = iter(found[:n_tests]), iter(found[n_tests:])
    own: list[tuple[int, ...]] = []
    documents = (document_of(chat, tokenizer, source.name) for chat in chats)
    # One token more than may be used tells which rows are cut.
    for row in islice(joined(documents, shortest=shortest, longest=longest + 1), rows):
        own.append(row)
        tick(done + len(own))
    if len(own) < rows:
        raise CalibrationError(
            f"{source.file} gives {counted(len(own), 'calibration row')} of at least {shortest} tokens, and its "
            f"weight asks for {rows}; add conversations, or lower --rows or the weight of {source.name!r}"
        )
    n_cut = sum(len(row) > longest for row in own)
    measured = [document_of(chat, tokenizer, source.name) for chat in islice(tests, held_out)]
    return [row[:longest] for row in own], [one for one in measured if one.answer], n_cut
