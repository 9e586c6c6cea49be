"""The Ray Data variant on a local cluster of two workers: the same bytes as the plain run, and nothing paid twice."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.integration.synth.test_distill_kill import mark_of, run, script
from tests.support.command import serving

pytestmark = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed (extra ray)")
FILES = ("train.messages.jsonl", "dev.alpaca.jsonl", "train.contest.jsonl", "decisions.jsonl", "disputed.jsonl")


def test_two_workers_write_what_the_plain_run_writes(tmp_path: Path) -> None:
    with serving(script) as server:
        assert run(tmp_path, tmp_path / "plain", server.url).code == 0
        plain = sorted(mark_of(call, place) for call in server.calls for place in range(call.n))
        server.calls.clear()
        words = ("--ray", 2, "--shards", 5)
        assert run(tmp_path, tmp_path / "ray", server.url, *words).code == 0
        assert sorted(mark_of(call, place) for call in server.calls for place in range(call.n)) == plain
        server.calls.clear()
        # Another number of workers finds every reply again: a question stays in its shard.
        assert run(tmp_path, tmp_path / "ray", server.url, "--ray", 1, "--shards", 5).code == 0
        assert not server.calls
    for name in FILES:
        assert (tmp_path / "ray" / name).read_bytes() == (tmp_path / "plain" / name).read_bytes()
