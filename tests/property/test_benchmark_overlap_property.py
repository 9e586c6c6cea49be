"""Whether a benchmark holds a text: what is not counted could not be held, and what a check finds is refused."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from synth.check.ngrams import Template, grams_of, without
from synth.check.overlap import Index
from synth.puzzles.benchmark_overlap import Benchmark, Entry

CHARACTERS = "甲乙丙丁戊己庚辛壬癸 x"
PROBLEMS = st.text(CHARACTERS, min_size=1, max_size=90)
PIECES = st.tuples(st.text(CHARACTERS, max_size=20), st.text(CHARACTERS, max_size=8), st.text(CHARACTERS, max_size=8))


@st.composite
def benchmarks(draw: st.DrawFn) -> list[Entry]:
    """Draw problems with questions; some stand there without their text alone."""
    entries = []
    for at, problem in enumerate(draw(st.lists(PROBLEMS, min_size=1, max_size=4, unique=True))):
        own = draw(st.lists(PIECES, max_size=2))
        if draw(st.booleans()) or not own:
            entries.append(Entry(f"{at}", problem))
        entries += [Entry(f"{at}#{place}", problem, pieces) for place, pieces in enumerate(own)]
    return entries


@st.composite
def rows(draw: st.DrawFn, entries: list[Entry]) -> str:
    """Draw a text that shows a good part of a benchmark's."""
    entry = draw(st.sampled_from(entries))
    kept = draw(st.integers(0, len(entry.problem)))
    return "\n".join((draw(PROBLEMS), entry.problem[:kept], *draw(st.permutations(entry.own)), draw(PROBLEMS)))


@given(st.data())
def test_what_a_check_would_find_in_any_file_is_held(data: st.DataObject) -> None:
    entries = data.draw(benchmarks())
    text = data.draw(rows(entries))
    whole, index = grams_of(text), Index.build(entries)
    # What many rows of a file share is no part of a Jaccard similarity: here, anything of the row.
    shared = Template(grams=grams_of(data.draw(st.sampled_from((text[: len(text) // 3], "")))), lines=frozenset())
    question, problem = index.nearest(whole, without(whole, shared))
    if question.holds_question or problem.holds_problem:
        assert Benchmark(entries).holds(text)


@given(st.data())
def test_the_rare_grams_that_are_looked_for_first_miss_nothing(data: st.DataObject) -> None:
    entries = data.draw(benchmarks())
    text, known = data.draw(rows(entries)), Benchmark(entries)
    grams = {dense[at : at + 5] for dense in ["".join(text.split())] for at in range(len(dense) - 4)}
    assert known.holds(text) == any(one.is_held(grams) for one in known._known)


@given(st.data())
def test_a_text_with_all_of_a_problem_is_held_and_one_with_nothing_of_it_is_not(data: st.DataObject) -> None:
    problem = data.draw(st.permutations("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃辰宿列张"))
    text = "".join(problem)
    known = Benchmark([Entry("one", text)])
    assert known.holds(f"请看：{text}再想。")
    assert not known.holds(text[: len(text) // 2])
    assert not known.holds("")
