"""The champion's table over this project's own commands; engines are stood in for, and nothing is trained."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bench.champion.plan import Plan, located
from bench.champion.runner import Runner, journal, state_of
from bench.champion.stages import layout_of
from bench.champion.table import report_of
from solver.backends.engine_config import EngineConfig
from tests.support.checkout import ROOT
from tests.support.command import problems_file
from tests.support.scripted_server import Reply, ScriptedServer

ADAPTERS = ("b", "a")


class _Engine(ScriptedServer):
    """Answers like a model, and takes adapters."""

    log = "Model loading took 1.5 GiB memory"

    def _route(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        if path == "/v1/load_lora_adapter":
            return Reply(body={})
        return super()._route(method, path, headers, body)

    async def open(self) -> None:
        await self.start()

    async def close(self) -> None:
        await self.stop()

    def failure(self) -> None: ...


def test_real_commands_lead_to_a_table_and_what_cannot_be_made_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ADAPTERS:
        (tmp_path / name).mkdir()
        (tmp_path / name / "adapter_config.json").write_text("{}")
    files = {name: str(problems_file(tmp_path, n, name=f"{name}.jsonl")) for name, n in (("learn", 6), ("choose", 2))}
    values: dict[str, Any] = {
        "base": "org/not-here",
        "questions": {
            **files,
            "held": str(problems_file(tmp_path, 4, name="held.jsonl")),
            "puzzles": "synth generate --count 2 --chains words --format messages --processes 1",
        },
        "members": {name: {"adapter": str(tmp_path / name)} for name in ADAPTERS},
        "asked": "--preset none --rule fixed:4 --max-samples 4 --no-close",
        "four_bits": "--calibration own={rows}:1",
        "forms_of": ("base",),
        "speed": "--limit 4 --rule fixed:2",
        "per_device": 3,
    }
    plan = located(Plan(**values))
    layout = layout_of(plan)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def engine(config: EngineConfig) -> _Engine:
        return _Engine(models=("base", *ADAPTERS))

    state = asyncio.run(Runner(plan, layout, state_of(layout, journal()), ("cpu",), engine=engine).run())
    # The base is in no cache: no four bits, and nobody asks them.
    assert state.failed == {"base-int4"}
    assert {stage.name for stage in layout.stages} - state.done == {"base-int4", "base-int4-held"}
    assert state_of(layout, journal()).done == state.done
    report = report_of(plan, layout, state, journal())
    assert [(row["member"], row["form"], row["n"]) for row in report["members"]] == [
        ("base", "16 bits", 8),
        ("b", "adapter", 8),
        ("a", "adapter", 8),
    ]
    assert report["champion"] in ADAPTERS
    assert report["ensembles"]["n_questions"] == 8
    assert report["speed"]["ratio"] > 0
    told = {row["stage"]: row["command"] for row in report["stages"]}
    assert told["at-once"].startswith(f"python -m harness eval {plan.questions.held} --endpoint http://127.0.0.1:")
    assert (tmp_path / "rows" / "mixed.jsonl").is_file()
