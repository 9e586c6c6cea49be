"""The store: durable, never twice, locked, and unharmed by a kill."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from solver.base.errors import RunLocked, StoreError
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request, Status
from solver.scheduling.store import Store, read_samples
from tests.support.scripted_sampler import a_question, a_sample


def a_request(index: int = 0) -> Request:
    return Request(
        question=a_question(),
        model="m",
        prompt="p",
        sampling=Sampling(temperature=1.0, top_p=1.0, max_tokens=9),
        permutation=(0, 1, 2, 3),
        index=index,
        seed=None,
    )


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    samples = [a_sample(a_request(index), index % 4) for index in range(5)]
    with Store(tmp_path) as store:
        asyncio.run(store.append(samples))
        assert list(store.samples()) == samples
    assert list(read_samples(tmp_path)) == samples


def test_a_finished_sample_is_never_replaced_but_a_failed_one_is(tmp_path: Path) -> None:
    first = a_sample(a_request(), 1)
    failed = a_sample(a_request(1), None, status=Status.FAILED)
    with Store(tmp_path) as store:
        asyncio.run(store.append([first, failed]))
        asyncio.run(store.append([a_sample(a_request(), 2), a_sample(a_request(1), 3)]))
        assert [sample.option_class for sample in store.samples()] == [1, 3]


def test_broken_characters_survive(tmp_path: Path) -> None:
    odd = dataclasses.replace(a_sample(a_request(), 1), text="a\ud800\x00\u2028b")
    with Store(tmp_path) as store:
        asyncio.run(store.append([odd]))
        (found,) = store.samples()
    assert found.text == "a?\x00\u2028b"


def test_a_second_process_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    with Store(tmp_path):
        code = f"from solver.scheduling.store import Store; from pathlib import Path; Store(Path({str(tmp_path)!r}))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert f"process {os.getpid()}" in done.stderr
        assert "RunLocked" in done.stderr
        with pytest.raises(RunLocked, match="is in use by"):
            Store(tmp_path)
    Store(tmp_path).close()


def test_a_read_only_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot keep samples there"):
        Store(tmp_path / "file" / "run")


def test_a_folder_without_samples_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is it a run folder"):
        list(read_samples(tmp_path))


_WRITER = """
import asyncio, sys
from pathlib import Path
from solver.scheduling.store import Store
from tests.support.scripted_sampler import a_sample
from tests.unit.solver.scheduling.test_store import a_request
async def run():
    with Store(Path(sys.argv[1])) as store:
        for index in range(100000):
            await store.append([a_sample(a_request(index), index % 4)])
            print(index, flush=True)
asyncio.run(run())
"""


@pytest.mark.parametrize("delay_s", [0.05, 0.2, 0.5])
def test_after_a_kill_everything_that_counted_is_there(tmp_path: Path, delay_s: float) -> None:
    child = subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    child.stdout.readline()
    time.sleep(delay_s)
    child.send_signal(signal.SIGKILL)
    acknowledged = [int(line) for line in child.stdout.read().split()]
    child.wait()
    child.stdout.close()
    found = {sample.index for sample in read_samples(tmp_path)}
    assert set(range(max(acknowledged, default=0) + 1)) <= found
    Store(tmp_path).close()
