"""The rank that an engine is started with for its adapters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from solver.backends.lora import rank_of, served_rank
from solver.base.errors import UsageError


def an_adapter(folder: Path, config: object) -> Path:
    """Write an adapter's configuration."""
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("config", "rank"),
    [({"r": 16}, 16), ({"r": 8, "rank_pattern": {"q_proj": 24}}, 24), ({"r": 8, "rank_pattern": None}, 8)],
)
def test_the_largest_rank_of_an_adapter_counts(tmp_path: Path, config: dict[str, object], rank: int) -> None:
    assert rank_of(an_adapter(tmp_path, config)) == rank


@pytest.mark.parametrize("config", [{}, {"r": None}, [], {"r": 8, "rank_pattern": [1]}])
def test_an_adapter_without_a_rank_is_named(tmp_path: Path, config: object) -> None:
    with pytest.raises(UsageError, match=r"adapter_config\.json tells no rank"):
        rank_of(an_adapter(tmp_path, config))
    with pytest.raises(UsageError, match="tells no rank"):
        rank_of(tmp_path / "none")


def test_a_rank_is_rounded_up_to_what_the_engine_accepts() -> None:
    assert [served_rank([rank]) for rank in (1, 2, 16, 17, 512)] == [1, 8, 16, 32, 512]
    assert served_rank([4, 40, 8]) == 64
    with pytest.raises(UsageError, match=r"rank 600.*merge it first"):
        served_rank([8, 600])
