"""What a memory limit comes to is settled, or refused, before an engine is made."""

from __future__ import annotations

import asyncio
import sys

import pytest

from solver.backends import engine_plan
from solver.backends.engine_config import EngineConfig
from solver.backends.engine_plan import Engine, PlannedEngine
from solver.backends.memory.plan import GIB
from solver.backends.protocol import Listener, Progress, Wanted
from solver.backends.settings import BackendSettings
from solver.base.errors import UsageError
from tests.support.checkout import ROOT


class MadeError(Exception):
    """The engine would be made now."""


def opened(monkeypatch: pytest.MonkeyPatch, *, limit_gib: float, device: str, card_gib: int | None = None) -> list[str]:
    """Open an engine of the embedded model on a machine with 23 GiB; return what was said before it was made."""
    monkeypatch.setattr(engine_plan, "installed_device", lambda python=sys.executable: device)
    monkeypatch.setattr(engine_plan, "memory_bytes", lambda: 23 * GIB)
    monkeypatch.setattr(engine_plan, "card_bytes", lambda: None if card_gib is None else card_gib * GIB)
    lines: list[str] = []
    settings = BackendSettings.of(serve=str(ROOT / "models/embedded"), vram_gb=limit_gib)

    def make(config: EngineConfig, progress: Progress) -> Engine:
        raise MadeError

    with pytest.raises(MadeError):
        asyncio.run(PlannedEngine(Wanted(settings=settings, slots=8, listener=Listener(say=lines.append)), make).open())
    return lines


def test_a_limit_above_a_cpu_machine_s_memory_is_refused_before_an_engine_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(UsageError, match=r"--vram-gb 32: this machine has 23\.0 GiB of memory"):
        opened(monkeypatch, limit_gib=32, device="cpu")


def test_a_limit_that_the_machine_has_is_planned_for_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert any("plan for 8.00 GiB" in line for line in opened(monkeypatch, limit_gib=8, device="cpu"))


def test_a_limit_without_a_card_is_refused_where_vllm_is_a_gpu_build(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="nvidia-smi shows no card"):
        opened(monkeypatch, limit_gib=8, device="cuda")


def test_a_limit_above_the_card_is_told_as_what_the_card_has(monkeypatch: pytest.MonkeyPatch) -> None:
    (said,) = [line for line in opened(monkeypatch, limit_gib=32, device="cuda", card_gib=24) if "plan for" in line]
    assert "plan for 32" not in said
