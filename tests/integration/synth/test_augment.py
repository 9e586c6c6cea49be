"""``python -m synth augment`` as a process: killed, resumed, stopped by its budget, against a server that counts."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.support.checkout import ROOT
from tests.support.command import serving, wait_until
from tests.support.scripted_server import Call, Reply, ScriptedServer, choice_of, completion_of

PLAN = """models:
  m: {price: {prompt: 1, completion: 2}}
writer: {model: m, shots: 1, attempts: 3}
panel:
  solvers:
    - {model: m, prompt: cot, samples: 2}
    - {model: m, prompt: concise, samples: 2}
  duels: 1
"""


def _answer(call: Call) -> Reply:
    """Write a question, or find 苹果 among the options."""
    lines = call.prompt.splitlines()
    if lines[-1].startswith("###"):
        number = call.body["seed"] % 1000
        text = '{"question": "第%d盒里放着什么？", "options": ["香蕉", "苹果", "橙子"]}' % number  # noqa: UP031
        # Every third output is no JSON.
        text = text if number % 3 else text[:-1]
    else:
        right = next(line[0] for line in lines if line.endswith(". 苹果"))
        text = f"看题目。\n“苹果”是选项{right}。\n答案是：{right}"
    return Reply(body=completion_of(choice_of(text), completion_tokens=20))


def _problems(folder: Path) -> Path:
    path = folder / "problems.jsonl"
    rows = [
        {
            "id": f"p{number}",
            "problem": f"桌上有苹果、香蕉、橙子，第{number}盒里放着苹果。",
            "questions": [{"question": "第几盒里有什么？", "options": ["苹果", "香蕉"], "answer": "A"}],
        }
        for number in range(12)
    ]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return path


def _started(folder: Path, server: ScriptedServer, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "synth", "augment", str(folder / "plan.yaml"), str(_problems(folder))]
    command += ["--out", str(folder / "out"), "--endpoint", server.url, "--model", "scripted", *more]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _identity(call: Call) -> str:
    return json.dumps([call.prompt, call.body.get("seed"), call.n], ensure_ascii=False)


def _done(folder: Path) -> int:
    """Return how many requests the journal has the replies of."""
    with contextlib.closing(sqlite3.connect(folder / "out" / "journal.sqlite")) as journal:
        return int(journal.execute("SELECT count(*) FROM records WHERE kind = 'done'").fetchone()[0])


def test_killed_and_resumed_no_answered_request_is_paid_again_and_the_number_is_exact(tmp_path: Path) -> None:
    answered: Counter[str] = Counter()
    is_hanging = True

    def script(call: Call) -> Reply:
        # After 40 answers the server falls silent, so that at the kill all that was answered has arrived.
        if is_hanging and sum(answered.values()) >= 40:
            return Reply(fault="hang")
        answered[_identity(call)] += 1
        return _answer(call)

    with serving(script) as server:
        process = _started(tmp_path, server, "--accept", "9")
        # All that was answered is on disk.
        wait_until(lambda: server.number > 40 and _done(tmp_path) == sum(answered.values()) >= 40, 300)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        is_hanging = False
        resumed = _started(tmp_path, server, "--accept", "9", "--json")
        out, err = resumed.communicate(timeout=300)
    assert resumed.returncode == 0, err
    report = json.loads(out)
    assert report["accepted"] == 9
    assert [identity for identity, count in answered.items() if count > 1] == []
    lines = (tmp_path / "out" / "accepted.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 9
    assert {json.loads(line)["questions"][0]["answer"] for line in lines} == {"B"}
    malformed = (tmp_path / "out" / "malformed.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(malformed) == report["malformed"]
    assert not os.path.exists(tmp_path / "out" / ".accepted.jsonl.tmp")


def test_a_limit_stops_cleanly_a_changed_plan_is_refused_and_exhaustion_is_said(tmp_path: Path) -> None:
    with serving(_answer) as server:
        process = _started(tmp_path, server, "--max-requests", "30")
        _, err = process.communicate(timeout=300)
        assert process.returncode == 1
        assert "--max-requests 30 reached" in err
        assert server.number == 30
        process = _started(tmp_path, server, "--accept", "500")
        out, err = process.communicate(timeout=300)
        assert process.returncode == 1
        assert "exhausted: 500 questions were asked for, 36 attempts at 12 problems" in err
        assert "36 attempts" in out
        before = server.number
        plan = tmp_path / "plan.yaml"
        (tmp_path / "other").mkdir()
        command = [
            sys.executable,
            "-m",
            "synth",
            "augment",
            str(tmp_path / "other.yaml"),
            str(tmp_path / "problems.jsonl"),
        ]
        (tmp_path / "other.yaml").write_text(plan.read_text().replace("duels: 1", "duels: 2"), encoding="utf-8")
        command += ["--out", str(tmp_path / "out"), "--endpoint", server.url, "--model", "scripted"]
        refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "panel.duels: 1 there, 2 now" in refused.stderr
    assert server.number == before
