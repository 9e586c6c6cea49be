"""Packing documents of different lengths into batches of one fixed size, without letting them see each other.

A batch is flat: documents lie one behind the other, ``cu_seqlens`` says where each begins, positions restart at 0, and
attention stays inside a document. Every array has a static shape, so that ``torch.compile`` compiles once. Pure: numpy
in, numpy out.

>>> docs = [Document(np.arange(5, dtype=np.uint16), 2), Document(np.arange(3, dtype=np.uint16), 1)]
>>> batch, used = pack(docs, tokens=8, rows=4, longest=8)
>>> batch.cu_seqlens.tolist(), batch.kinds.tolist(), used
([0, 4, 6, 8, 8], [1, 2, 2, 2, 2, 2, 0, 0], [0, 1])
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

PAD, PROMPT, ANSWER = 0, 1, 2
"""Kinds of target tokens; each kind has its loss weight."""
_LOOKAHEAD = 256
"""How many waiting documents are tried for the gap at a batch's end."""


class Document(NamedTuple):
    """One prompt with its answer, as token ids."""

    ids: npt.NDArray[np.uint16]
    prompt_length: int
    """How many of the ids are prompt."""


class Batch(NamedTuple):
    """A packed batch; all arrays int32."""

    tokens: npt.NDArray[np.int32]
    """Input ids, shape (tokens,)."""
    targets: npt.NDArray[np.int32]
    """The id that follows each input, shape (tokens,)."""
    positions: npt.NDArray[np.int32]
    """Place of each input in its document, shape (tokens,)."""
    kinds: npt.NDArray[np.int32]
    """PAD, PROMPT or ANSWER for each target, shape (tokens,)."""
    cu_seqlens: npt.NDArray[np.int32]
    """Where documents begin, then the end, repeated to shape (rows + 1,)."""


def inputs_of(document: Document) -> int:
    """Return how many places a document takes: its last token is only ever a target."""
    return len(document.ids) - 1


def pack(documents: Sequence[Document], *, tokens: int, rows: int, longest: int) -> tuple[Batch, list[int]]:
    """Fill one batch, taking documents in order and closing the gap at its end with the best of those that wait.

    Args:
        documents: each 2 to ``longest`` + 1 ids long.
        tokens: the batch's size.
        rows: room for this many documents, of which tokens / longest are kept for padding.
        longest: longest row that the attention kernel is told of; padding is cut into rows of at most this.

    Returns:
        The batch, and the indices of the documents in it.
    """
    chosen = _choose(documents, tokens, rows - -(-tokens // longest))
    flat = np.zeros((4, tokens), np.int32)
    batch = Batch(flat[0], flat[1], flat[2], flat[3], np.full(rows + 1, tokens, np.int32))
    starts = []
    at = 0
    for index in chosen:
        document = documents[index]
        end = at + inputs_of(document)
        batch.tokens[at:end] = document.ids[:-1]
        batch.targets[at:end] = document.ids[1:]
        batch.positions[at:end] = np.arange(end - at, dtype=np.int32)
        batch.kinds[at : at + document.prompt_length - 1] = PROMPT
        batch.kinds[at + document.prompt_length - 1 : end] = ANSWER
        starts.append(at)
        at = end
    while at < tokens:
        starts.append(at)
        at = min(at + longest, tokens)
    # Rows that are left over get what the kernel must still see covered: nothing, at the end of the batch.
    batch.cu_seqlens[: len(starts)] = starts
    return batch, chosen


def _choose(documents: Sequence[Document], tokens: int, rows: int) -> list[int]:
    chosen: list[int] = []
    left = tokens
    for index, document in enumerate(documents):
        need = inputs_of(document)
        if need > left or len(chosen) >= rows:
            break
        chosen.append(index)
        left -= need
    else:
        return chosen
    waiting = range(len(chosen), min(len(documents), len(chosen) + _LOOKAHEAD))
    by_size = sorted(waiting, key=lambda index: inputs_of(documents[index]), reverse=True)
    for index in by_size:
        if inputs_of(documents[index]) <= left and len(chosen) < rows:
            chosen.append(index)
            left -= inputs_of(documents[index])
    return chosen
