"""``kill -9`` of a distillation, at random moments: what is in the journal is never asked again."""

from __future__ import annotations

import hashlib
import json
import random
import re
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.golden.command import Ended
from tests.support.checkout import ROOT
from tests.support.command import ended, serving, wait_until
from tests.support.scripted_server import Call, Reply, choice_of, completion_of, shown_letters
from tests.unit.synth.distill.test_distill import PLAN, problems

KILLS = 3
SLOTS = 4


def mark_of(call: Call, place: int) -> str:
    """Return what a chain is known by: its prompt and its own seed."""
    return hashlib.sha256(f"{call.body['seed'] + place}/{call.prompt}".encode()).hexdigest()


def script(call: Call) -> Reply:
    """Answer by the mark, so that the same chain says the same, and says which one it is."""
    choices = []
    for place in range(call.n):
        mark = mark_of(call, place)
        letters = shown_letters(call.prompt)
        text = f"先看条件，再逐一检验每个选项。[{mark}]\n答案是：{letters[int(mark, 16) % len(letters)]}"
        choices.append({**choice_of(text, logprobs=False), "index": place})
    return Reply(body=completion_of(*choices, completion_tokens=20 * call.n), delay_s=0.03)


def stored(out: Path) -> set[str]:
    """Return the marks of the chains that the journal has."""
    path = out / "journal.sqlite"
    if not path.exists():
        return set()
    try:
        with sqlite3.connect(path) as connection:
            bodies = [row[0] for row in connection.execute("SELECT body FROM records WHERE kind = 'reply'")]
    except sqlite3.OperationalError:
        return set()
    return {match[1] for body in bodies if (match := re.search(r"\[(\w{64})\]", json.loads(body)["text"]))}


def has_stored_or_ended(out: Path, wanted: int, process: subprocess.Popen[str]) -> bool:
    return len(stored(out)) >= wanted or process.poll() is not None


def started(folder: Path, out: Path, url: str, *words: object) -> subprocess.Popen[str]:
    config = folder / "plan.yaml"
    config.write_text(PLAN.format(url=url).replace("model: scripted", f"model: scripted, concurrency: {SLOTS}"))
    data = problems(folder, 20)
    command = [sys.executable, "-m", "synth", "distill", str(config), str(data), "--out", str(out)]
    return subprocess.Popen(
        [*command, "--display", "none", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, out: Path, url: str, *words: object) -> Ended:
    return ended(started(folder, out, url, *words), 300)


def test_kills_at_random_moments_pay_nothing_twice_and_change_no_result(tmp_path: Path) -> None:
    out, rng = tmp_path / "out", random.Random()
    with serving(script) as server:
        asked: list[str] = []
        for _ in range(KILLS):
            before = stored(out)
            server.calls.clear()
            wanted = len(before) + rng.randrange(1, 25)
            process = started(tmp_path, out, server.url)
            wait_until(partial(has_stored_or_ended, out, wanted, process), 300)
            process.kill()
            ended(process)
            now = [mark_of(call, place) for call in server.calls for place in range(call.n)]
            assert not before & set(now), "a chain was paid for that the journal already had"
            assert before <= stored(out), "a stored chain is gone"
            asked += now
        before = stored(out)
        server.calls.clear()
        assert run(tmp_path, out, server.url).code == 0
        now = [mark_of(call, place) for call in server.calls for place in range(call.n)]
        assert not before & set(now)
        # What was asked twice was in flight at a kill, and its reply never reached us.
        asked += now
        assert len(asked) - len(set(asked)) <= KILLS * SLOTS
        assert set(now) | before == stored(out) <= set(asked)
        server.calls.clear()
        assert run(tmp_path, tmp_path / "whole", server.url).code == 0
    for name in ("train.messages.jsonl", "dev.contest.jsonl", "decisions.jsonl", "disputed.jsonl"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["complete"]
    assert 0 <= report["requests_in_doubt"] <= KILLS * SLOTS
