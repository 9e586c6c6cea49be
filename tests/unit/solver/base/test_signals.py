"""Ctrl-C and SIGTERM: the first finishes well, the second leaves at once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from solver.base.signals import SIGNALS, Interrupts
from tests.support.checkout import ROOT


def send(number: int = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_asks_the_work_to_finish(number: int) -> None:
    said: list[str] = []

    async def work() -> str:
        with Interrupts(lambda: said.append("stopping")) as interrupts:
            ended = asyncio.Event()
            interrupts.finish = ended.set
            send(number)
            await asyncio.wait_for(ended.wait(), 60)
            return "finished"

    assert asyncio.run(work()) == "finished"
    assert said == ["stopping"]


def test_a_way_to_finish_may_take_its_time() -> None:
    async def work() -> None:
        with Interrupts() as interrupts:
            ended = asyncio.Event()

            async def finish() -> None:
                await asyncio.sleep(0)
                ended.set()

            interrupts.finish = finish
            send()
            await asyncio.wait_for(ended.wait(), 60)

    asyncio.run(work())


@pytest.mark.parametrize("finishes", [True, False])
def test_the_next_signal_leaves_and_so_does_the_first_where_nothing_can_finish(finishes: bool) -> None:
    is_closed = False

    async def work() -> None:
        nonlocal is_closed
        with Interrupts() as interrupts:
            if finishes:
                interrupts.finish = lambda: send(signal.SIGINT)
            send()
            try:
                await asyncio.sleep(30)
            finally:
                is_closed = True

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(work())
    assert is_closed


def test_without_a_loop_the_second_signal_is_a_keyboard_interrupt() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with Interrupts() as interrupts:
        interrupts.finish = lambda: None
        send()
        assert interrupts.count == 1
        with pytest.raises(KeyboardInterrupt):
            send()
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_another_way_to_leave_takes_the_place_of_cancelling() -> None:
    left: list[int] = []
    with Interrupts() as interrupts:
        interrupts.leave = lambda: left.append(1)
        send()
    assert left == [1]


HANGING = """
import asyncio, os, signal
from solver.base.signals import Interrupts
async def work():
    with Interrupts() as interrupts:
        interrupts.finish = lambda: None
        for _ in range(3):
            os.kill(os.getpid(), signal.SIGINT)
            while True:
                try:
                    await asyncio.sleep(0.05)
                    break
                except asyncio.CancelledError:
                    pass
asyncio.run(work())
"""


def test_the_third_signal_waits_for_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", HANGING], cwd=ROOT, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
