"""Grams, sketches and near duplicates against their plain definitions."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.check.ngrams import Template, grams_of, jaccard, near_duplicates, repeats, sketch_of, stacked, without
from synth.check.overlap import Index
from synth.puzzles.benchmark_overlap import Entry, shingles

TEXT = st.text(alphabet="甲乙丙丁 \n\U0001f600ab1", max_size=60)


@given(TEXT, TEXT)
def test_hashed_grams_have_the_jaccard_similarity_of_the_texts_shingles(one: str, other: str) -> None:
    plain, against = shingles(one), shingles(other)
    if min(map(len, plain | against)) < 5:
        return
    assert len(grams_of(one)) == len(plain)
    assert jaccard(grams_of(one), grams_of(other)) == len(plain & against) / len(plain | against)


@given(TEXT, TEXT)
def test_without_takes_out_exactly_the_templates_grams(text: str, shared: str) -> None:
    grams, template = grams_of(text), Template(grams=grams_of(shared), lines=frozenset())
    left = set(grams.tolist()) - set(template.grams.tolist())
    assert set(without(grams, template).tolist()) == (left if len(left) >= 5 else set(grams.tolist()))


@given(st.lists(TEXT, min_size=1, max_size=6), TEXT)
def test_the_index_counts_what_is_shared(texts: list[str], row: str) -> None:
    index = Index.build([Entry(str(place), text) for place, text in enumerate(texts)])
    grams = grams_of(row)
    wanted = [np.intersect1d(grams, held).size for held in index.texts]
    assert index._shared(grams).tolist() == wanted


@given(st.lists(st.integers(0, 5), max_size=30))
def test_repeats_point_to_the_first(values: list[int]) -> None:
    assert repeats(np.array(values, dtype=np.uint64)).tolist() == [values.index(value) for value in values]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_close_texts_are_found_and_far_ones_are_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    base = ["".join(map(chr, rng.integers(0x4E00, 0x9000, 300))) for _ in range(8)]
    close = base[2][:150] + "变" + base[2][150:]
    sketches = stacked([sketch_of(grams_of(text))[None] for text in (*base, close)])
    groups = np.arange(9, dtype=np.uint64)
    (found,) = near_duplicates(sketches, groups, threshold=0.8)
    assert (found.row, found.other) == (8, 2)
    assert abs(found.similarity - jaccard(grams_of(base[2]), grams_of(close))) < 0.12
    groups[8] = 2
    assert near_duplicates(sketches, groups, threshold=0.8) == ()
