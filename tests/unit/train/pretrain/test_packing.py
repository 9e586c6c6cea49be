"""Packing: every token lands once, documents stay apart, shapes stay fixed."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from train.pretrain.packing import ANSWER, PAD, PROMPT, Document, pack


def _documents(seed: int, count: int, longest: int) -> list[Document]:
    rng = Random(seed)
    found = []
    for _ in range(count):
        length = rng.randint(2, longest + 1)
        ids = np.array([rng.randrange(1, 500) for _ in range(length)], np.uint16)
        found.append(Document(ids, rng.randint(1, length - 1)))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_a_batch_holds_the_chosen_documents_whole_and_in_order(seed: int) -> None:
    documents = _documents(seed, 60, 64)
    batch, used = pack(documents, tokens=512, rows=40, longest=64)
    assert len(set(used)) == len(used)
    for row, index in enumerate(used):
        start, end = batch.cu_seqlens[row], batch.cu_seqlens[row + 1]
        document = documents[index]
        assert batch.tokens[start:end].tolist() == document.ids[:-1].tolist()
        assert batch.targets[start:end].tolist() == document.ids[1:].tolist()
        assert batch.positions[start:end].tolist() == list(range(end - start))
        kinds = batch.kinds[start:end].tolist()
        answer_length = len(document.ids) - document.prompt_length
        assert kinds == [PROMPT] * (document.prompt_length - 1) + [ANSWER] * answer_length


@pytest.mark.parametrize("seed", range(20))
def test_shapes_are_static_and_rows_cover_the_batch_without_exceeding_the_kernel_limit(seed: int) -> None:
    batch, used = pack(_documents(seed, 3 + 3 * seed, 64), tokens=512, rows=24, longest=64)
    assert batch.cu_seqlens.shape == (25,)
    assert all(array.shape == (512,) and array.dtype == np.int32 for array in batch[:4])
    lengths = np.diff(batch.cu_seqlens)
    assert batch.cu_seqlens[0] == 0
    assert batch.cu_seqlens[-1] == 512
    assert lengths.min() >= 0
    assert lengths.max() <= 64
    assert (batch.kinds[batch.cu_seqlens[len(used)] :] == PAD).all()


def test_the_gap_at_the_end_is_closed_with_a_document_that_waits() -> None:
    sizes = [41, 41, 31, 21, 19]
    documents = [Document(np.ones(size, np.uint16), 1) for size in sizes]
    batch, used = pack(documents, tokens=100, rows=20, longest=40)
    assert used == [0, 1, 3]
    assert (batch.kinds != PAD).all()
