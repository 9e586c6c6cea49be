"""JSON that the other commands print, on small inputs: answers, extraction, the gateway, checks, plans, exports."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from solver.base.places import BENCHMARK_1
from tests.golden.answers import Answers
from tests.golden.command import INPUTS, ROOT, good, ran
from tests.golden.fields import lines_of, record, without
from tests.golden.runs import NOWHERE
from tests.support.command import serving

UNTOLD = frozenset({"seconds", "latency_s", "created", "id"})
"""Fields that tell a time, or a number that is drawn."""
_HOW = (
    *("--prompt", INPUTS / "prompt.txt", "--temperature", 0.8, "--top-p", 0.9, "--max-tokens", 150, "--seed", 9),
    *("--ensemble", "plurality", "--seeded", "--logprobs"),
)
_LEAD = ("--rule", "lead:2", "--max-samples", 6)
_DATA, _ROWS = INPUTS / "problems.jsonl", INPUTS / "rows.jsonl"


def of(name: str, folder: Path) -> Any:
    """Return what one command says; ``folder`` is for work."""
    folder.mkdir(parents=True, exist_ok=True)
    # The folder of work may lie anywhere.
    return json.loads(json.dumps(_SAY[name](folder)).replace(str(folder), "WORK"))


def _answer(_: Path) -> Any:
    with serving(Answers(), models=("one", "two")) as server:
        asked = ("answer", "--endpoint", server.url, *_HOW)
        lines = ran("solver", *asked, _DATA, *_LEAD, "--model", "one", "--limit", 20, "--json")
        both = ran("solver", *asked, _DATA, "--rule", "fixed:2", "--model", "one", "--model", "two", "--limit", 6)
        text = (ROOT / INPUTS / "puzzle.txt").read_bytes()
        pasted = ran("solver", *asked, *_LEAD, "--model", "two", "--shuffle-options", "--chains", stdin=text)
    # A question's id is told here; it is no drawn number.
    return [[ending.code, without(ending.rows, UNTOLD - {"id"})] for ending in (lines, both, pasted)]


def _extract(_: Path) -> Any:
    return good("solver", "extract", stdin=(ROOT / INPUTS / "outputs.jsonl").read_bytes()).rows


def _gateway(_: Path) -> Any:
    text = (ROOT / INPUTS / "puzzle.txt").read_text(encoding="utf-8")

    def asked(model: str, **fields: Any) -> dict[str, Any]:
        return {"model": model, "messages": [{"role": "user", "content": text}], **fields}

    with serving(Answers(), models=("scripted",)) as server, _gateway_over(server.url) as post:
        replies = {
            "plain": post(asked("vote")),
            "rule in the name": post(asked("vote:fixed:5")),
            "model and cap in the name": post(asked("scripted@lead:3/8")),
            "settings in the body": post(asked("vote", temperature=0.5, seed=3, vote={"rule": "fixed:3"})),
            "no options": post({"model": "vote", "messages": [{"role": "user", "content": "你好"}]}),
            "unknown model": post(asked("nobody")),
            "unknown rule": post(asked("vote:nonsense:3")),
            "models": post(None, "/v1/models"),
        }
    # Names of models are told; names of replies are drawn.
    return {name: without(reply, UNTOLD if name != "models" else UNTOLD - {"id"}) for name, reply in replies.items()}


@contextmanager
def _gateway_over(url: str) -> Iterator[Callable[..., Any]]:
    """Run ``solver serve`` as a process; yields what sends a request to it."""
    words = ["serve", "--port", "0", "--endpoint", url, *map(str, (*_HOW, *_LEAD)), "--quiet"]
    environment = {name: value for name, value in os.environ.items() if name != "GATEWAY_API_KEY"}
    process = subprocess.Popen(
        [sys.executable, "-m", "solver", *words], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    said, address = "", ""

    def post(body: object, path: str = "/v1/chat/completions") -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{address}{path}", data, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:
                return [reply.status, json.load(reply)]
        except urllib.error.HTTPError as error:
            with error:
                return [error.code, json.load(error)]

    try:
        assert process.stderr is not None
        # It listens once it has said where.
        while not address:
            said += (line := process.stderr.readline())
            assert line, said
            found = re.search(r"(http://[\d.]+:\d+)/v1 serves", line)
            address = found[1] if found else ""
        yield post
    finally:
        process.send_signal(signal.SIGTERM)
        said += process.communicate(timeout=60)[1]
        assert "Traceback" not in said, said


def _check(folder: Path) -> Any:
    findings = folder / "findings.jsonl"
    words = ("--processes", 1, "--json", "--findings", findings, "--source", "mine=Apache-2.0")
    # Recorded when benchmark 1 was the only one.
    bad = ran("synth", "check", _ROWS, _DATA, *words, "--no-builtin", "--against", BENCHMARK_1)
    found = lines_of(findings)
    fine = ran("synth", "check", _ROWS, "--no-builtin", *words)
    told = [[ending.code, without(ending.rows, UNTOLD - {"id"})] for ending in (bad, fine)]
    return [*told, found]


def _plan(_: Path) -> Any:
    big = ("champion-qwen2.5-32b", "--gpu", "h200", "--rows", 20000, "--row-tokens", 1200)
    small = ("baseline-qwen2-7b", "lora.rank=16", "optim.batch=2", "--rows", 500)
    asked = (
        big,
        (*big, "--gpus", 2, "--bits", 4, "--logits", "full"),
        (*small, "--gpu", "rtx-4090"),
        (*small, "--full"),
    )
    endings = [ran("train", "plan", *words, "--json") for words in asked]
    return [[ending.code, without(ending.rows, UNTOLD)] for ending in endings]


def _train_export(folder: Path) -> Any:
    told: dict[str, Any] = {}
    for tool, recipe in (("ms-swift", "baseline-qwen2-7b"), ("llama-factory", "champion-qwen2.5-32b")):
        words = (recipe, f"data.train={_ROWS}", "--to", tool, "--out", folder / tool)
        told[tool] = [good("train", "export", *words).rows]
        for path in sorted((ROOT / folder / tool).iterdir()):
            # The line that tells whether somebody changed the file is younger than what was recorded.
            text = re.sub(r"^# Written by train export.*\n", "", path.read_text(encoding="utf-8"))
            # Of rows, the first few are enough.
            told[f"{tool}/{path.name}"] = "".join(
                text.splitlines(keepends=True)[: 4 if path.suffix == ".jsonl" else None]
            )
    return told


def _forecasts(folder: Path) -> Any:
    always = ("--out", folder / "none", "--endpoint", NOWHERE, "--dry-run")
    ladder = good("synth", "distill", INPUTS / "ladder.yaml", _DATA, *always, "--json").rows
    augment = good("synth", "augment", INPUTS / "augment.yaml", _DATA, *always).out
    return [ladder, augment]


_SAY: dict[str, Callable[[Path], Any]] = {
    "answer": _answer,
    "extract": _extract,
    "gateway": _gateway,
    "check": _check,
    "plan": _plan,
    "train-export": _train_export,
    "forecasts": _forecasts,
}
NAMES = tuple(_SAY)


def make(folder: Path) -> None:
    """Record all of them."""
    for name in NAMES:
        record(f"small/{name}", of(name, folder / name))
