"""The terminal's pure parts: keys, editing, what a key does, and pictures that always fit."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.text import Text

from solver.base.display.theme import PLAIN_GLYPHS, Glyphs
from solver.problems.free_text import problem_of
from solver.problems.question import Problem
from solver.sampling.sample import Sample
from solver.scheduling.events import Arrived, Launched
from solver.scheduling.settings import SamplingSettings
from solver.scheduling.solve import Concluded
from solver.terminal.draw import box
from solver.terminal.editor import Editor
from solver.terminal.keys import Decoder, Key
from solver.terminal.pressing import press
from solver.terminal.screen import draw
from solver.terminal.state import Action, Field, Stage, State, Todo
from solver.terminal.watch import Watch
from tests.support.scripted_sampler import a_question, a_request
from tests.unit.solver.scheduling.test_solve import solved

TEXT = "三人排队，甲在乙前，乙在丙前。\n\n谁在最前？\nA. 甲\nB. 乙\nC. 丙"
MOVING = ("enter", "escape", "up", "down", "left", "right", "pageup", "pagedown", "home", "end", "tab", "backspace")
EDITING = ("ctrl-d", "ctrl-o", "ctrl-g", "ctrl-k", "ctrl-u", "ctrl-w", "ctrl-l", "delete", "unknown")
NAMED = (*MOVING, *EDITING)


def names(data: bytes) -> list[str]:
    return [key.text if key.name == "text" else key.name for key in Decoder().feed(data)]


def a_state() -> State:
    return State(settings=SamplingSettings(models=("m",)), models=("m", "n"))


def typed(state: State, *keys: str) -> list[Action | None]:
    """Press keys: one of ``NAMED`` or ctrl-…, else text."""
    found = []
    for word in keys:
        key = Key(word) if word in NAMED or word.startswith(("ctrl-", "alt-")) else None
        found += [press(state, one, 0.0) for one in ([key] if key else [Key("text", char) for char in word])]
    return found


def shown(state: State, width: int = 80, height: int = 24, now: float = 1.0, glyphs: Glyphs | None = None) -> str:
    return "\n".join(line.plain.rstrip() for line in draw(state, width, height, now, glyphs or Glyphs()).lines)


# ---- keys ----------------------------------------------------------------------------------------------------------


def test_bytes_become_keys() -> None:
    assert names("a甲".encode()) == ["a", "甲"]
    assert names(b"\x1b[A\x1bOB\x1b[1;5C\x1b[5~\x1b[3~\r\x7f\x03\x04") == (
        ["up", "down", "right", "pageup", "delete", "enter", "backspace", "ctrl-c", "ctrl-d"]
    )
    assert names(b"\x1b[?1;2c\x1b[99~x") == ["x"]


def test_ctrl_c_ends_a_paste_whose_end_got_lost() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x1b[200~half a question") == []
    assert decoder.feed(b" and \x03 within a piece is text") == []
    assert decoder.feed(b"\x03") == [Key("ctrl-c")]
    assert decoder.feed(b"a") == [Key("text", "a")]


def test_a_paste_is_one_key_and_holds_no_commands() -> None:
    keys = Decoder().feed("\x1b[200~甲\r乙\x03\x1b[A\x1b[201~z".encode())
    assert keys == [Key("paste", "甲\n乙\x03\x1b[A"), Key("text", "z")]


def test_a_lone_escape_is_told_from_a_sequence_by_waiting() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x1b") == []
    assert decoder.is_waiting
    assert decoder.flush() == [Key("escape")]
    assert decoder.feed(b"\x1b") + decoder.feed(b"[B") == [Key("down")]
    assert not decoder.is_waiting


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=5))
def test_keys_do_not_depend_on_how_the_bytes_come(data: bytes, cuts: list[int]) -> None:
    whole, parts = Decoder(), Decoder()
    places = sorted({0, len(data), *(min(cut, len(data)) for cut in cuts)})
    pieces = [data[start:end] for start, end in itertools.pairwise(places)]
    assert whole.feed(data) == [key for piece in pieces for key in parts.feed(piece)]


# ---- editing -------------------------------------------------------------------------------------------------------


def edited(*keys: str, single: bool = False) -> Editor:
    editor = Editor(is_single=single)
    for word in keys:
        for key in [Key(word)] if word in NAMED or word.startswith("ctrl-") else [Key("text", word)]:
            editor.press(key)
    return editor


def test_editing_keys() -> None:
    assert edited("甲乙", "left", "和", "end", "backspace").text == "甲和"
    assert edited("one two", "ctrl-w").text == "one "
    assert edited("ab", "enter", "cd", "ctrl-u").text == "ab\n"
    assert edited("ab", "enter", "cd", "home", "delete").text == "ab\nd"
    assert edited("a", "enter", "b", single=True).text == "ab"


def test_up_and_down_keep_the_cell_not_the_character() -> None:
    editor = edited("甲乙丙", "enter", "abcdef", "up")
    assert editor.text[: editor.cursor] == "甲乙丙"
    editor = edited("abcdef", "enter", "甲乙", "up")
    assert editor.text[: editor.cursor] == "abcd"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from((*NAMED, "甲", "a", "é", "长长长长长长", "\t")), max_size=40), st.integers(2, 12))
def test_the_cursor_is_always_in_view(words: list[str], width: int) -> None:
    editor = edited(*words)
    assert 0 <= editor.cursor <= len(editor.text)
    view = editor.view(width, 3)
    assert 0 <= view.row < len(view.lines) <= 3
    assert 0 <= view.column < width


# ---- what a key does -----------------------------------------------------------------------------------------------


def test_writing_and_asking() -> None:
    state = a_state()
    press(state, Key("paste", TEXT), 0.0)
    assert typed(state, "ctrl-d") == [Action(Todo.ASK)]
    assert state.stage is Stage.SOLVE
    assert state.question is not None
    assert state.question.options == ("甲", "乙", "丙")


def test_a_text_that_is_no_problem_stays_with_its_error() -> None:
    state = a_state()
    press(state, Key("paste", "no options"), 0.0)
    assert typed(state, "ctrl-d") == [None]
    assert (state.stage, state.is_bad, state.editor.text) == (Stage.WRITE, True, "no options")
    assert "no options found" in shown(state)


def test_ctrl_c_cancels_and_twice_leaves() -> None:
    state = busy_state()
    assert press(state, Key("ctrl-c"), 10.0) == Action(Todo.CANCEL)
    assert press(state, Key("ctrl-c"), 11.0) == Action(Todo.LEAVE)
    state = a_state()
    assert press(state, Key("ctrl-c"), 10.0) is None
    assert press(state, Key("ctrl-c"), 13.0) is None
    assert "again leaves" in shown(state)


def test_while_samples_grow_only_looking_and_cancelling_work() -> None:
    state = busy_state()
    assert typed(state, *"nmrosaq", "escape", "left") == [None] * 9
    assert (state.stage, state.prompt) == (Stage.SOLVE, None)
    typed(state, "c")
    assert state.stage is Stage.READ


def test_follow_ups() -> None:
    state = done_state()
    state.source = TEXT
    typed(state, "m", "backspace", "7")
    assert state.prompt is not None
    assert typed(state, "enter") == [Action(Todo.ASK, "7")]
    typed(state, "r", "ctrl-u")
    assert typed(state, "fixed:3", "enter")[-1] == Action(Todo.ASK)
    assert state.settings.rule == "fixed:3"
    typed(state, "o", "tab")
    assert typed(state, "enter") == [Action(Todo.ASK)]
    assert state.settings.models == ("n",)
    typed(state, "s", "ctrl-u", "out.txt")
    assert typed(state, "enter") == [Action(Todo.SAVE, "out.txt")]
    typed(state, "a")
    assert state.stage is Stage.WRITE
    press(state, Key("paste", "谁在中间？\nA. 甲\nB. 乙"), 0.0)
    assert typed(state, "ctrl-d") == [Action(Todo.ASK)]
    assert state.position == 1
    assert state.question is not None
    assert state.question.problem.startswith("三人排队")
    typed(state, "escape")
    assert (state.stage, state.editor.text) == (Stage.WRITE, TEXT)


def test_a_cancelled_question_is_asked_again_by_enter_an_answered_one_is_read() -> None:
    state = failed_state()
    assert "Enter ask again" in shown(state)
    assert typed(state, "enter") == [Action(Todo.ASK)]
    state = done_state()
    assert typed(state, "enter") == [None]
    assert state.stage is Stage.READ


def test_a_rule_or_model_that_is_none_leaves_the_line_open() -> None:
    state = done_state()
    typed(state, "r", "ctrl-u", "leed:3", "enter")
    assert state.prompt is not None
    assert "did you mean 'lead:3'" in shown(state, width=120)
    typed(state, "escape", "o", "ctrl-u", "zzz", "enter")
    assert state.prompt is not None
    assert state.prompt.field is Field.MODEL
    assert "served: m, n" in shown(state, width=120)


def test_browsing_finds_and_opens() -> None:
    state = a_state()
    problems = tuple(
        dataclasses.replace(problem_of(TEXT.replace("甲", name), f"p{name}"), id=f"p{name}") for name in "天地玄黄"
    )
    state.browse(problems, "f.jsonl")
    typed(state, "/", "玄", "enter")
    assert state.row == 2
    assert "▸ p玄#0" in shown(state)
    assert typed(state, "enter") == [Action(Todo.ASK)]
    typed(state, "escape")
    assert state.stage is Stage.BROWSE
    typed(state, "/", "nowhere", "enter")
    assert state.is_bad


# ---- pictures ------------------------------------------------------------------------------------------------------


def busy_state(text: str = "想", votes: tuple[int, ...] = ()) -> State:
    """A state whose question grows two chains, behind as many finished ones as there are votes."""
    state = a_state()
    state.problem, state.stage = problem_of(TEXT, "p"), Stage.SOLVE
    question = state.problem.questions[0]
    watch = Watch(question, 0.0)
    for sample in samples_of(question.id, votes):
        watch.on(Arrived(question, sample, is_stored=False), 1.0)
    watch.on(Launched(question, 2), 1.0)
    for index in (len(votes), len(votes) + 1):
        request = dataclasses.replace(a_request(question), index=index, permutation=(0, 1, 2))
        watch.opened(request)
        watch.grew(request, text)
    state.watches[question] = watch
    return state


def samples_of(question_id: str, votes: tuple[int, ...]) -> list[Sample]:
    found, _ = solved([*votes, *[0] * 6], SamplingSettings(models=("m",), rule=f"fixed:{max(1, len(votes))}"))
    return [dataclasses.replace(sample, question_id=question_id) for sample in found.samples][: len(votes)]


def done_state() -> State:
    state = a_state()
    state.problem, state.stage = problem_of(TEXT, "p"), Stage.SOLVE
    question = state.problem.questions[0]
    found, _ = solved([0, 1, 0, 0], question=dataclasses.replace(a_question(n_options=3), id=question.id))
    watch = Watch(question, 0.0)
    watch.on(Concluded(dataclasses.replace(found, question=question)), 2.0)
    state.watches[question] = watch
    return state


def test_growing_chains_stand_side_by_side_with_votes_and_reason() -> None:
    picture = shown(busy_state(votes=(0, 1)))
    assert "votes   A B · ·" in picture
    assert "why     A and B are level: rule lead:3 needs at least 3 more" in picture
    assert "┌─ 3 · … · 1 token ─" in picture
    assert any(line.count("│ 想") == 2 for line in picture.split("\n"))
    assert "^C cancel" in picture


def test_the_answer_comes_with_share_winner_and_dissent() -> None:
    picture = shown(done_state())
    assert "answer  A 甲   3 of 4 votes, 75 %" in picture
    assert "votes   A B A A" in picture
    assert "stopped A leads B by 2: rule lead:2 is content" in picture
    assert "winner · 1 · A" in picture
    assert "dissent · 2 · B" in picture
    assert "4 samples · 40 tokens · 2.0 s" in picture


def test_samples_drawn_before_do_not_count_as_speed() -> None:
    state = busy_state(votes=())
    (question, watch) = next(iter(state.watches.items()))
    for sample in samples_of(question.id, (0, 0, 0, 0)):
        watch.on(Arrived(question, dataclasses.replace(sample, index=sample.index + 2), is_stored=True), 1.0)
    wanted = "4 samples · 2 growing · 42 tokens · 2.0 s · 1 tokens/s · 4 of the samples drawn before"
    assert wanted in shown(state, 100, now=2.0)


def test_a_heading_without_room_loses_whole_parts() -> None:
    title = Text("1 · A asked for · 64 tokens")
    assert box(title, [], 26, 3, Glyphs())[0].plain == "┌─ 1 · A asked for ──────┐"
    assert box(title, [], 8, 3, Glyphs())[0].plain == "┌─ 1 ──┐"
    assert box(Text("长长长"), [], 9, 3, Glyphs())[0].plain == "┌─ 长长 ┐"


def test_an_ascii_terminal_gets_ascii_pictures() -> None:
    state = busy_state("ab")
    problem = problem_of("P.\nQ?\nA. x\nB. y", "p")
    (watch,) = state.watches.values()
    state.problem, state.watches = problem, {problem.questions[0]: watch}
    assert shown(state, glyphs=PLAIN_GLYPHS).isascii()


def test_model_text_is_never_markup_nor_a_control_code() -> None:
    picture = shown(busy_state("[red]x[/red]\x1b[2J\x9b\u202e"))
    assert "[red]x[/red]␛[2J" in picture.replace("│", "")
    assert "\x1b" not in picture
    assert "\u202e" not in picture


@pytest.mark.parametrize("size", [(80, 24), (160, 50), (40, 12), (41, 13), (200, 12), (40, 80), (20, 5), (1, 1)])
def test_every_picture_fits(size: tuple[int, int]) -> None:
    width, height = size
    for state in (a_state(), busy_state("长" * 300, (0, 1, 2)), done_state(), failed_state(), reading_state()):
        for glyphs in (Glyphs(), PLAIN_GLYPHS):
            picture = draw(state, width, height, 1.0, glyphs)
            assert len(picture.lines) == height
            assert all(line.cell_len <= width for line in picture.lines)


def failed_state() -> State:
    state = busy_state()
    assert state.watch is not None
    state.watch.fail("there is no model to ask: " + "长" * 100, 1.0)
    return state


def reading_state() -> State:
    state = done_state()
    state.stage, state.scroll = Stage.READ, 10**6
    return state


def a_wild_problem(words: str) -> Problem:
    return problem_of(f"{words}\n\nQ?\nA. {words} x\nB. y", "p")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from((*NAMED, *"cnaramros/?q", "甲", "\n")), max_size=25),
    st.integers(1, 170),
    st.integers(1, 60),
)
def test_any_keys_leave_a_picture_that_fits(words: list[str], width: int, height: int) -> None:
    state = done_state()
    state.browse((a_wild_problem("长" * 90), a_wild_problem("\x1b[2J\u202ea b")), "f")
    for word in words:
        typed(state, word)
        picture = draw(state, width, height, 1.0, Glyphs())
        assert len(picture.lines) == height
        assert all(line.cell_len <= width for line in picture.lines)
        assert all(ord(char) >= 32 for line in picture.lines for char in line.plain)
        if picture.cursor is not None:
            assert 0 <= picture.cursor[0] < height
            assert 0 <= picture.cursor[1] < width
