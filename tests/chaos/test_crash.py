"""Crashes of every kind: kills, cut-off files, full disks, folders that cannot be written, two at once.

``CHAOS_KILLS`` (12; every night 100) kills of a real ``python -m harness eval`` in one run folder after another. A seed
gives the same schedule of delays each time, though not the same interleaving.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from solver.base.errors import StoreError
from solver.sampling.sample import Sample
from solver.scheduling.store import FILE, Store, read_samples
from tests.chaos.invariants import WORDS, accounted, evaluate, no_trace, samples_of, votes_of
from tests.property.test_schedule_property import plan_of
from tests.support.command import ended, heard_out, problems_file, seeds_of, serving, started, wait_until
from tests.support.fault_server import Flaky
from tests.support.scripted_sampler import a_question, a_sample
from tests.support.scripted_server import Call, MadeUp, Reply, ScriptedServer

KILLS = int(os.environ.get("CHAOS_KILLS", "12"))
"""With the other tests that kill, more than fifty."""
RULE = ("--rule", "lead:2", "--max-samples", "6")


def stored(run: Path) -> dict[tuple[str, str, int], Sample]:
    """Return the durable samples; none before there is a store."""
    try:
        return samples_of(run)
    except StoreError:
        return {}


class Killer:
    """A script: after a number of calls the process that makes them is killed, a moment later, and so at any point."""

    def __init__(self) -> None:
        self.kill: Callable[[], None] = lambda: None
        self.calls_left, self.delay_s = -1, 0.0

    def aim(self, process: subprocess.Popen[str], calls: int, delay_s: float) -> None:
        """Kill the process ``delay_s`` after so many calls."""
        self.kill, self.calls_left, self.delay_s = process.kill, calls, delay_s

    def __call__(self, call: Call) -> None:
        """Count a call; the answer is the made-up one."""
        self.calls_left -= 1
        if self.calls_left == 0:
            asyncio.get_running_loop().call_later(self.delay_s, self.kill)


def test_many_kills_lose_nothing_and_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng, killer = random.Random(8), Killer()
    data, undisturbed = problems_file(tmp_path, 100), tmp_path / "undisturbed"
    with serving(killer, latency_s=0.01) as server:
        server.keeps_calls = False
        assert evaluate(capsys, data, "--endpoint", server.url, "--run", undisturbed, *RULE).code == 0
        expected = votes_of(accounted(undisturbed, data))
        run, rounds, kills, landed = tmp_path / "run", 0, 0, 0
        words = [data, "--endpoint", server.url, *RULE, *WORDS[:-3], "--no-close"]
        while kills < KILLS:
            before = stored(run)
            process = started(*words, "--run", run, display="none")
            if rng.random() < 0.2:  # while it starts: imports, the lock, the configuration
                time.sleep(rng.uniform(0, 1))
                process.kill()
            else:
                killer.aim(process, rng.randrange(1, 40), rng.uniform(0, 0.03))
            ended(process, 300)
            if process.returncode == -signal.SIGKILL:
                kills += 1
                after = stored(run)
                assert before.items() <= after.items(), "a stored sample is gone or was replaced"
                landed += len(after) > len(before)
            else:
                assert process.returncode == 0
                assert votes_of(accounted(run, data)) == expected
                rounds += 1
                run = tmp_path / f"run{rounds}"
        assert evaluate(capsys, data, "--endpoint", server.url, "--run", run, *RULE).code == 0
        assert votes_of(accounted(run, data)) == expected
    # The schedule must hit runs at work, not only starting ones.
    assert landed >= KILLS / 3


def test_kills_while_the_server_misbehaves_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(9)
    data, run = problems_file(tmp_path, 8), tmp_path / "run"
    with serving() as server:
        assert evaluate(capsys, data, "--endpoint", server.url, "--run", tmp_path / "good", *RULE).code == 0
        expected = votes_of(accounted(tmp_path / "good", data))
        server.script = Flaky(9, 0.3, in_a_row=1)
        words = [data, "--endpoint", server.url, "--run", run, *RULE]
        before: dict[tuple[str, str, int], Sample] = {}
        for _ in range(5):
            process = started(*words, *WORDS[:-3], "--no-close", "request_timeout_s=1", display="none")
            calls = server.number + rng.randrange(1, 12)
            wait_until(lambda calls=calls, process=process: server.number >= calls or process.poll() is not None)  # type: ignore[misc]
            process.kill()
            ended(process, 300)
            heard_out(server)
            after = stored(run)
            finished = {key: sample for key, sample in before.items() if sample.error is None}
            assert finished.items() <= after.items()
            before = after
        server.script = None
        server.calls.clear()
        assert evaluate(capsys, *words).code == 0
        asked = seeds_of(server.calls)
        assert len(asked) == len(set(asked))
    assert votes_of(accounted(run, data)) == expected


# ---- power cuts -----------------------------------------------------------------------------------------------------


def filled(folder: Path, batches: int = 12, size: int = 5) -> list[list[Sample]]:
    """Fill a store, one commit a batch, and copy the open files away as a power cut would leave them at best."""
    plan = plan_of("fixed:5")
    from solver.sampling.sample import Request

    groups = []
    for batch in range(batches):
        question = a_question(f"p{batch}#0")
        requests = [
            Request(
                question=question,
                model="m",
                prompt="x",
                sampling=plan,
                permutation=(0, 1, 2, 3),
                index=index,
                seed=index,
            )
            for index in range(size)
        ]
        groups.append([a_sample(request, request.index % 4) for request in requests])
    live = folder / "live"
    with Store(live) as store:

        async def fill() -> None:
            for group in groups:
                await store.append(group)

        asyncio.run(fill())
        shutil.copytree(live, folder / "image")
    return groups


def test_a_log_cut_at_any_byte_gives_whole_commits_and_goes_on(tmp_path: Path) -> None:
    groups = filled(tmp_path)
    image, rng = tmp_path / "image", random.Random(1)
    wal = (image / f"{FILE}-wal").read_bytes()
    assert len(wal) > 20_000
    sizes = []
    for cut in [0, 1, 31, 32, 33, len(wal) - 1, *(rng.randrange(len(wal)) for _ in range(60))]:
        folder = tmp_path / "cut"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copy(image / FILE, folder / FILE)
        (folder / f"{FILE}-wal").write_bytes(wal[:cut])
        with Store(folder) as store:
            found = list(store.samples())
            sizes.append(len(found))
            whole, rest = divmod(len(found), len(groups[0]))
            assert rest == 0
            # A prefix of what was committed, in whole commits, nothing invented.
            wanted = {sample.key: sample for group in groups[:whole] for sample in group}
            assert {sample.key: sample for sample in found} == wanted
            asyncio.run(append_all(store, groups))
        assert len(list(read_samples(folder))) == sum(map(len, groups))
    assert len(set(sizes)) > 5


def test_a_log_with_noise_in_it_is_never_believed(tmp_path: Path) -> None:
    groups = filled(tmp_path)
    image, rng = tmp_path / "image", random.Random(2)
    wal = (image / f"{FILE}-wal").read_bytes()
    known = {sample.key: sample for group in groups for sample in group}
    for _ in range(40):
        folder = tmp_path / "noise"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copy(image / FILE, folder / FILE)
        start = rng.randrange(len(wal))
        noisy = wal[:start] + rng.randbytes(min(512, len(wal) - start)) + wal[start + 512 :]
        (folder / f"{FILE}-wal").write_bytes(noisy)
        with Store(folder) as store:
            assert {sample.key: sample for sample in store.samples()}.items() <= known.items()


async def append_all(store: Store, groups: list[list[Sample]]) -> None:
    """Append every group again; what is there stays."""
    for group in groups:
        await store.append(group)


def test_a_cut_database_is_refused_or_whole_never_read_in_part(tmp_path: Path) -> None:
    groups = filled(tmp_path)
    image, rng = tmp_path / "image", random.Random(3)
    connection = sqlite3.connect(image / FILE)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    whole = (image / FILE).read_bytes()
    total, refused = sum(map(len, groups)), 0
    for cut in [1, 50, 100, 511, 512, 4095, 4096, len(whole) - 1, *(rng.randrange(1, len(whole)) for _ in range(40))]:
        folder = tmp_path / "cut"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / FILE).write_bytes(whole[:cut])
        try:
            with Store(folder) as store:
                assert len(list(store.samples())) == total
        except StoreError as error:
            assert "--run" in str(error)  # noqa: PT017 (not to raise may be right, too)
            refused += 1
    assert refused


def test_a_damaged_store_is_a_message_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, run = problems_file(tmp_path, 4), tmp_path / "run"
    with serving() as server:
        words = [data, "--endpoint", server.url, "--run", run, *RULE]
        assert evaluate(capsys, *words).code == 0
        for size in (3000, 4096, 5000):
            with (run / FILE).open("r+b") as file:
                file.truncate(size)
            for leftover in run.glob(f"{FILE}-*"):
                leftover.unlink()
            ran = evaluate(capsys, *words)
            assert ran.code == 1
            assert "--run" in ran.err


def test_files_cut_by_a_power_loss_do_not_stop_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """attempts.jsonl is appended to, so any tail of it may be missing or be zeros."""
    data, run, rng = problems_file(tmp_path, 3), tmp_path / "run", random.Random(4)
    with serving() as server:
        words = [data, "--endpoint", server.url, "--run", run, *RULE]
        assert evaluate(capsys, *words).code == 0
        expected = votes_of(accounted(run, data))
        path = run / "attempts.jsonl"
        whole = path.read_bytes()
        for _ in range(12):
            cut = rng.randrange(len(whole) + 1)
            path.write_bytes(whole[:cut] + rng.choice([b"", b"\0" * 300, b'{"started_at": NaN, "wall_s": "x"}\n']))
            for name in ("results.jsonl", "submission.jsonl", "summary.json"):
                (run / name).unlink(missing_ok=True)
            assert evaluate(capsys, *words).code == 0
            assert votes_of(accounted(run, data)) == expected
            summary = json.loads((run / "summary.json").read_text())
            assert summary["wall_s"] >= 0


# ---- full disks, folders that cannot be written ---------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, kib: int) -> Iterator[Path]:
    """Mount a disk of some KiB; skips where this is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("kib", [4, 40, 100, 220])
def test_a_full_disk_stops_with_a_message_and_room_continues(
    kib: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = problems_file(tmp_path, 40)
    with serving() as server, small_disk(tmp_path / "disk", kib) as disk:
        words = [data, "--endpoint", server.url, "--run", disk / "run", *RULE]
        ran = evaluate(capsys, *words)
        assert ran.code == 1, ran.err
        assert "full" in ran.err or "No space left" in ran.err
        had = stored(disk / "run")
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        assert evaluate(capsys, *words).code == 0
        assert had.items() <= stored(disk / "run").items()
        accounted(disk / "run", data)


def limited() -> None:
    """Let no file of this process grow beyond 60 KB; a write that tries is an error and no signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))


def test_a_file_that_may_not_grow_stops_with_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, run = problems_file(tmp_path, 40), tmp_path / "run"
    with serving() as server:
        words = [str(data), "--endpoint", server.url, "--run", str(run), *RULE]
        command = [sys.executable, "-m", "harness", "eval", *words, *WORDS]
        done = subprocess.run(command, capture_output=True, text=True, timeout=200, preexec_fn=limited)
        no_trace(done.stderr)
        assert done.returncode == 1
        assert str(run) in done.stderr
        had = stored(run)
        assert evaluate(capsys, *words).code == 0
        assert had.items() <= stored(run).items()


def test_standard_output_on_a_full_device_is_a_message(tmp_path: Path) -> None:
    data, run = problems_file(tmp_path, 2), tmp_path / "run"
    with serving() as server, Path("/dev/full").open("w") as full:
        words = [str(data), "--endpoint", server.url, "--run", str(run), *RULE]
        command = [sys.executable, "-m", "harness", "eval", *words, *WORDS, "--json"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=200)
    no_trace(done.stderr)
    assert done.returncode == 1
    accounted(run, data)


def test_a_folder_that_cannot_be_written_is_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = problems_file(tmp_path, 2)
    (tmp_path / "file").write_text("in the way")
    places = [tmp_path / "file" / "run", Path("/proc/run")]
    if os.geteuid() == 0:
        with small_disk(tmp_path / "disk", 1000) as disk:
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            ran = evaluate(capsys, data, "--endpoint", "http://127.0.0.1:9", "--run", disk / "run")
            assert (ran.code, "Read-only" in ran.err) == (1, True), ran.err
    for place in places:
        ran = evaluate(capsys, data, "--endpoint", "http://127.0.0.1:9", "--run", place)
        assert (ran.code, str(place) in ran.err) == (1, True), ran.err


# ---- two at once ----------------------------------------------------------------------------------------------------


class Held(MadeUp):
    """A script: the made-up answers, all of them held back until it is over, so that no run ends before."""

    def __init__(self) -> None:
        super().__init__()
        self.is_over = False

    def __call__(self, call: Call) -> Reply:
        """Reply to a call."""
        return replace(super().__call__(call), may_go=lambda: self.is_over)


def test_the_second_process_is_refused_with_the_first_ones_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, run, held = problems_file(tmp_path, 4), tmp_path / "run", Held()
    with serving(held) as server:
        words = [data, "--endpoint", server.url, "--run", run, *RULE]
        first = started(*words, *WORDS[:-3], "--no-close", display="none")
        wait_for_calls(server, 1)
        ran = evaluate(capsys, *words)
        assert ran.code == 1
        assert f"process {first.pid}" in ran.err
        first.kill()
        ended(first)
        # The lock dies with its holder.
        held.is_over = True
        assert evaluate(capsys, *words).code == 0
    accounted(run, data)


def test_of_eight_processes_at_once_one_works_and_seven_name_it(tmp_path: Path) -> None:
    data, run, held = problems_file(tmp_path, 2), tmp_path / "run", Held()
    with serving(held) as server:
        words = [data, "--endpoint", server.url, "--run", run, *RULE, *WORDS[:-3], "--no-close"]
        processes = [started(*words, display="none") for _ in range(8)]
        wait_until(lambda: sum(process.poll() is not None for process in processes) == 7, timeout_s=200)
        winner = next(process for process in processes if process.poll() is None)
        for process in processes:
            if process is not winner:
                done = ended(process, 200)
                assert done.code == 1
                assert f"process {winner.pid}" in done.err or "another process" in done.err
        held.is_over = True
        assert ended(winner, 200).code == 0
    accounted(run, data)


def wait_for_calls(server: ScriptedServer, count: int) -> None:
    """Wait until the server was asked."""
    wait_until(lambda: server.number >= count)
