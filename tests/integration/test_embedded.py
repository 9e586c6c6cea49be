"""The embedded model on a real vLLM: the ids that training saw, and answers worth scoring."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from solver.backends.engine_config import EngineConfig
from solver.backends.vllm import VllmServer
from solver.base.places import BENCHMARK_2, EMBEDDED_MODEL
from solver.problems.jsonl import load_problems, questions_of
from solver.problems.prompt import load_template, render
from tests.support.checkout import ROOT
from train.pretrain import tokenizer
from train.pretrain.documents import chat_prompt

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the embedded model for this module; gives the base URL."""
    log = tmp_path_factory.mktemp("embedded") / "engine.log"
    config = EngineConfig(model=str(EMBEDDED_MODEL), log_path=log, is_eager=True, max_num_seqs=64)
    with asyncio.Runner() as runner:
        engine = VllmServer(config)
        runner.run(engine.open())
        yield engine.url
        runner.run(engine.close())


def test_the_server_cuts_text_as_training_did(server: str) -> None:
    tok = tokenizer.load(EMBEDDED_MODEL)
    template = load_template("cot")
    for question in questions_of(load_problems([BENCHMARK_2]).problems)[:40]:
        prompt = render(template, question)
        body = {"model": "embedded", "messages": [{"role": "user", "content": prompt}], "add_generation_prompt": True}
        request = urllib.request.Request(
            f"{server.removesuffix('/v1')}/tokenize", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as reply:
            served = json.loads(reply.read())["tokens"]
        assert served == tok.encode(chat_prompt(prompt), add_special_tokens=False).ids


def test_it_answers_easy_puzzles_and_always_answers(server: str, tmp_path: Path) -> None:
    data = tmp_path / "easy.jsonl"
    make = [
        "-m",
        "synth",
        "generate",
        "--count",
        "20",
        "--seed",
        "77",
        "--difficulty",
        "2",
        "--lang",
        "zh",
        "--no-check",
    ]
    subprocess.run([sys.executable, *make, "--out", str(data)], cwd=ROOT, check=True, capture_output=True)
    command = [sys.executable, "-m", "harness", "eval", str(data), "--endpoint", server, "--rule", "lead:2"]
    # Prompt, temperature, top-p and the bound on length come from the preset: the server says which folder it serves.
    command += ["--max-samples", "6", "--run", str(tmp_path / "run"), "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "preset embedded, chosen by its config.json" in done.stderr
    result = json.loads(done.stdout)
    assert (result["prompt"], result["notices"]) == ("cot", [])
    assert result["complete"] is True
    assert result["no_answer_rate"] == 0.0
    # 96.7 % greedy at this level at the end of training (n = 329).
    assert result["accuracy"] >= 0.75
    assert result["accuracy"] > result["random_baseline"] + 0.2
