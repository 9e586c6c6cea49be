"""Which answers share a forward pass: every one in exactly one, and no pass larger than allowed."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from train.grpo.loop.passes import packed, padded

LENGTHS = st.lists(st.integers(1, 100), max_size=60)


@given(LENGTHS)
def test_every_row_is_in_one_pack_and_only_a_row_that_is_too_long_makes_one_too_large(lengths: list[int]) -> None:
    found = packed(lengths, 64)
    assert sorted(index for pack in found for index in pack) == list(range(len(lengths)))
    assert all(sum(lengths[index] for index in pack) <= 64 or len(pack) == 1 for pack in found)


@given(LENGTHS)
def test_no_two_packs_would_fit_into_one(lengths: list[int]) -> None:
    sizes = sorted(sum(lengths[index] for index in pack) for pack in packed(lengths, 64))
    assert all(a + b > 64 for a, b in itertools.pairwise(sizes))


@given(LENGTHS)
def test_every_row_is_in_one_padded_pass_with_rows_of_like_length(lengths: list[int]) -> None:
    found = padded(lengths, 200)
    assert sorted(index for rows in found for index in rows) == list(range(len(lengths)))
    assert all(len(rows) * max(lengths[index] for index in rows) <= 200 or len(rows) == 1 for rows in found)
    ends = [(min(lengths[i] for i in rows), max(lengths[i] for i in rows)) for rows in found]
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(ends))
