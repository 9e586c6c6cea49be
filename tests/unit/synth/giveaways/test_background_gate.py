"""The gate beside the making: it begins while problems are made, and is left where the command is."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from solver.problems.question import Problem
from synth.generate.bulk import collecting_seldom, generate
from synth.generate.order import Order, items
from synth.giveaways.background_gate import GateBeside

pytest.importorskip("numpy")

from synth.giveaways import gate as gates


def _problems(count: int) -> list[Problem]:
    return [one.problem for one in items(Order(count=count, seed=1, families=("kinship",)), range(count))]


@pytest.mark.parametrize(("count", "first", "handed"), [(230, 100, 100), (230, 120, 150), (60, 100, 60)])
def test_the_first_problems_are_handed_over_once_and_before_the_last_are_made(
    tmp_path: Path, count: int, first: int, handed: int
) -> None:
    got: list[int] = []
    done: list[int] = []
    generate(
        Order(count=count, seed=1, families=("kinship",)),
        tmp_path / "out.jsonl",
        processes=1,
        first=first,
        with_first=lambda problems: got.extend((len(problems), len(done))),
        tick=done.append,
    )
    assert got == [handed, (handed - 1) // 50]
    assert done[-1] == count


def test_what_it_finds_is_what_the_gate_finds() -> None:
    problems = _problems(500)
    with GateBeside() as beside:
        assert beside.passed() is None
        beside.begin(problems)
        assert beside.passed() == gates.gate(problems)


def test_problems_of_one_family_are_not_said_to_be_of_none() -> None:
    passed = gates.gate(_problems(60), fewest=1)
    assert passed is not None
    assert "famil" not in passed.line
    assert passed.line.startswith(f"{passed.found.questions} questions; answered without reading ")


def test_who_leaves_does_not_wait_for_the_last_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on, ticks = threading.Event(), threading.Event(), list[int]()

    def slow(problems: list[Problem], tick: Callable[[int], None]) -> None:
        begun.set()
        assert go_on.wait(60)
        for done in range(5):
            tick(done)
            ticks.append(done)

    def shutdown(self: ThreadPoolExecutor) -> None:
        # Who leaves waits for the thread from here on.
        go_on.set()
        wait_for_thread(self)

    monkeypatch.setattr(gates, "gate", slow)
    wait_for_thread = ThreadPoolExecutor.shutdown
    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", shutdown)

    def leave() -> None:
        with GateBeside() as beside:
            beside.begin(_problems(3))
            assert begun.wait(60)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    assert ticks == []


def test_the_collector_is_as_it_was_when_the_making_ends_in_an_error() -> None:
    before = gc.get_threshold()

    def fail() -> None:
        with collecting_seldom():
            assert gc.get_threshold() != before
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert gc.get_threshold() == before
