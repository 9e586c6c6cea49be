"""What a running evaluation looks like, and the counters behind it."""

from __future__ import annotations

import pytest
from rich.console import Console

from harness.run.live.state import Running
from harness.run.live.view import line, remaining_s, render
from solver.base.display.live import mode_of
from solver.base.display.theme import PLAIN_GLYPHS, clock
from solver.sampling.sample import Status
from solver.sampling.stats import Stats
from solver.scheduling.events import Arrived, Decided, Launched
from solver.voting.tally import verdict_of
from tests.support.scripted_sampler import a_question, a_request, a_sample


def a_running() -> Running:
    return Running(
        expected=40, started_at=100.0, decided=10, labelled=10, sampled=10, answered=10, right=7, samples=50,
        hits=[1.0] * 7 + [0.0] * 3, clusters=[f"p{n}" for n in range(10)],
        tokens=5000, stored=3, failed=1, decided_samples=50, wire=Stats(in_flight=4, retries=2),
    )  # fmt: skip


def test_events_are_counted() -> None:
    running, question = Running(expected=2, started_at=0.0), a_question(gold="A")
    running.on(Launched(question, 3))
    request = a_request(question)
    running.on(Arrived(question, a_sample(request, 0), is_stored=False))
    running.on(Arrived(question, a_sample(request, None, status=Status.FAILED, tokens=0), is_stored=False))
    running.on(Arrived(question, a_sample(request, 0), is_stored=True))
    running.on(Decided(question, verdict_of(question.id, [0, 0], stop_reason="lead 2")))
    running.on(Decided(question, verdict_of(question.id, [], stop_reason="failed")))
    assert (running.samples, running.tokens, running.stored, running.failed) == (2, 10, 1, 1)
    assert (running.decided, running.labelled, running.right, running.unanswered) == (2, 2, 1, 1)
    assert running.reasons == {"lead 2": 1, "failed": 1}


def test_a_question_without_a_vote_is_not_said_to_have_one() -> None:
    """A deadline that ends before the first sample leaves verdicts without votes, which count as wrong."""
    running = Running(expected=3)
    voted, open_one, silent = (a_question(f"p{n}#0", gold="A") for n in range(3))
    running.on(Arrived(voted, a_sample(a_request(voted), 0), is_stored=False))
    running.on(Decided(voted, verdict_of(voted.id, [0], stop_reason="deadline", model=a_request(voted).model)))
    running.on(Arrived(open_one, a_sample(a_request(open_one), None), is_stored=False))
    running.on(Decided(silent, verdict_of(silent.id, [], stop_reason="deadline")))
    assert (running.scored, running.voted) == (3, 1)
    assert "of 3, 1 with votes" in line(running, 1.0)
    assert "1 with votes, 1 of 2 decided right · 1 without an answer" in render(running, 1.0, 120).plain


def test_before_the_first_sample_there_is_no_accuracy_so_far() -> None:
    running, question = Running(expected=2), a_question(gold="A")
    running.on(Decided(question, verdict_of(question.id, [], stop_reason="deadline")))
    assert running.accuracy() is None
    assert "accuracy so far - of 1, 0 with votes" in line(running, 1.0)
    assert "%" not in render(running, 1.0, 120).plain.split("\n", 1)[1]


def test_a_phase_begins_its_own_clock() -> None:
    running = Running(expected=2, started_at=0.0)
    running.enter("engine: loading")
    text = line(running, running.started_at + 2.0)
    assert text.startswith("engine: loading: 0/2 decided")
    assert text.endswith("2s")


def test_the_line_says_what_matters() -> None:
    text = line(a_running(), 110.0)
    assert text == (
        "sampling: 10/40 decided · accuracy so far 70.0 % (34.2 to 91.3) of 10 with votes · 50 samples, "
        "5.0 a question · 3 from the store · 500 tokens/s · 4 in flight"
        " · 2 retries · 1 failed · 10s · about 30s left"
    )


def test_the_line_holds_at_the_very_start_and_end() -> None:
    empty = Running(expected=0, started_at=5.0)
    assert "0/0 decided" in line(empty, 5.0)
    assert remaining_s(empty, 5.0) == 0
    done = Running(expected=3, started_at=0.0, decided=3, samples=9)
    assert "left" not in line(done, 9.0)


@pytest.mark.parametrize("width", [1, 20, 40, 80, 300])
def test_the_panel_never_exceeds_the_terminal(width: int) -> None:
    console = Console(width=width, force_terminal=False)
    with console.capture() as capture:
        console.print(render(a_running(), 110.0, width))
    lines = capture.get().splitlines()
    assert all(len(text) <= width for text in lines)
    assert width < 80 or any("10 / 40 decided · 25 %" in text for text in lines)
    assert width < 80 or any("10s · about 30s left" in text for text in lines)


def test_the_accuracy_so_far_has_an_interval_that_knows_of_problems() -> None:
    running = Running(expected=8, started_at=0.0)
    for problem in range(4):
        for place in range(2):
            question = a_question(f"p{problem}#{place}", gold="A")
            votes = [0, 0] if problem else [1, 1]
            running.on(Decided(question, verdict_of(question.id, votes, stop_reason="lead 2")))
    found = running.accuracy()
    assert found is not None
    assert (found.value, found.n, found.n_clusters) == (0.75, 8, 4)
    assert found is running.accuracy()
    assert "accuracy so far 75.0 % (" in line(running, 1.0)
    assert running.samples_each == 2


def test_the_accuracy_so_far_counts_the_hard_questions_that_are_still_open() -> None:
    running = Running(expected=4)
    easy, hard = (
        [a_question(f"p{n}#0", gold="A") for n in range(2)],
        [a_question(f"q{n}#0", gold="A") for n in range(2)],
    )
    for question, votes in [*((one, (0, 0)) for one in easy), *((one, (1, 0, 1)) for one in hard)]:
        for vote in votes:
            running.on(Arrived(question, a_sample(a_request(question), vote), is_stored=False))
    for one in easy:
        running.on(Decided(one, verdict_of(one.id, [0, 0], stop_reason="lead 2", model=a_request(one).model)))
    found = running.accuracy()
    assert found is not None
    assert (found.value, found.n, running.decided, running.voted) == (0.5, 4, 2, 4)
    assert "of 4 with votes" in line(running, 1.0)
    # A late sample of a decided question opens nothing again; the verdict replaces the votes.
    running.on(Arrived(easy[0], a_sample(a_request(easy[0]), 1), is_stored=False))
    verdict = verdict_of(hard[0].id, [1, 0, 1, 0, 0], stop_reason="cap", model=a_request(hard[0]).model)
    running.on(Decided(hard[0], verdict))
    found = running.accuracy()
    assert found is not None
    assert (found.value, found.n) == (0.75, 4)


def test_trouble_is_told_only_where_there_is_some_and_ascii_terminals_get_ascii() -> None:
    calm = Running(expected=4, started_at=0.0, decided=1, reasons={"lead 3": 1})
    text = render(calm, 5.0, 80, PLAIN_GLYPHS).plain
    assert text.isascii()
    assert "lead 3 ######## 1" in text
    assert "trouble" not in text
    calm.failed = 2
    assert "0 retries · 2 samples failed" in render(calm, 5.0, 80).plain


@pytest.mark.parametrize(("seconds", "text"), [(0, "0s"), (59.9, "59s"), (60, "1m00s"), (3600, "1h00m")])
def test_durations_read_well(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_the_flag_wins_and_auto_is_plain_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mode_of("live") == "live"
    assert mode_of("none") == "none"
    monkeypatch.setenv("CI", "1")
    assert mode_of("auto") == "plain"


def test_questions_with_an_answer_are_told_while_none_is_settled() -> None:
    running = Running(expected=9)
    for place in range(3):
        request = a_request(a_question(f"w{place}#0"))
        running.on(Arrived(request.question, a_sample(request, None if place == 2 else 0), is_stored=place == 1))
    assert "0/9 decided · 2 open with an answer" in line(running, running.started_at + 1)
    running.on(Decided(a_question("w0#0"), verdict_of("w0#0", [0], stop_reason="deadline")))
    assert "1/9 decided · 1 open with an answer" in line(running, running.started_at + 1)
