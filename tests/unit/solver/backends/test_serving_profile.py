"""The serving profile: what fits into a limit, what is lowered, what is refused, and the engine's own words."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from harness.run.config import EvalConfig
from solver.backends.cards import card_bytes, card_used_bytes
from solver.backends.engine_config import EngineConfig
from solver.backends.engine_plan import fitted
from solver.backends.memory.engine_report import EngineReport, check_lines, parse_report, plan_lines, used_line
from solver.backends.memory.model_shape import ModelShape, shape_of
from solver.backends.memory.plan import GIB, Limits, profile_of
from solver.backends.vllm import command_of
from solver.base.errors import UsageError
from solver.base.places import EMBEDDED_MODEL

CARD = int(139.8 * GIB)
QWEN_32B = {
    "architectures": ["Qwen2ForCausalLM"],
    "hidden_size": 5120,
    "intermediate_size": 27648,
    "num_hidden_layers": 64,
    "num_attention_heads": 40,
    "num_key_value_heads": 8,
    "vocab_size": 152064,
    "max_position_embeddings": 32768,
    "tie_word_embeddings": False,
}
LOG = """\
(EngineCore pid=7) INFO 11-21 20:00:00 [gpu_model_runner.py:5256] Model loading took 18.2 GiB memory and 9.1 seconds
(EngineCore pid=7) INFO 11-21 20:00:30 [gpu_worker.py:509] Available KV cache memory: 11.54 GiB
(EngineCore pid=7) INFO 11-21 20:00:30 [kv_cache_utils.py:2146] GPU KV cache size: 47,248 tokens
(EngineCore pid=7) INFO 11-21 20:00:50 [gpu_model_runner.py:6657] Graph capturing finished in 14 secs, took 0.71 GiB
"""


def a_model(folder: Path, **changes: object) -> Path:
    """Write a configuration without weights."""
    (folder / "config.json").write_text(json.dumps({**QWEN_32B, **changes}), encoding="utf-8")
    return folder


def int4(folder: Path) -> ModelShape:
    return shape_of(a_model(folder, quantization_config={"quant_method": "gptq", "bits": 4, "group_size": 128}))


def test_the_measured_reference_is_met(tmp_path: Path) -> None:
    """One H200, vLLM 0.24, 32 GiB: 18.15 GiB of weights, 0.59 of graphs, at most 1.92 of anything else."""
    made = profile_of(int4(tmp_path), Limits(limit_bytes=32 * GIB, card_bytes=CARD, max_num_seqs=128))
    assert made.weight_bytes / GIB == pytest.approx(18.2, abs=0.05)
    assert 18.15 + 0.59 + 1.92 + made.kv_cache_bytes / GIB <= 32
    assert made.kv_bytes_per_token == 262_144
    assert made.max_num_batched_tokens == 2048
    fewer = profile_of(
        int4(tmp_path), Limits(limit_bytes=32 * GIB, card_bytes=CARD, max_num_seqs=256, max_num_batched_tokens=16384)
    )
    assert made.kv_tokens == pytest.approx(46_000, rel=0.01)
    assert fewer.kv_tokens < made.kv_tokens


def test_a_7b_model_in_16_bits_stays_within_the_limit_too(tmp_path: Path) -> None:
    """The same card: 14.28 GiB of weights, 0.46 of graphs, at most 2.28 of anything else (256 chains)."""
    sizes = {"hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28}
    shape = shape_of(a_model(tmp_path, **sizes, num_key_value_heads=4))
    made = profile_of(shape, Limits(limit_bytes=32 * GIB, card_bytes=CARD, max_num_seqs=256))
    assert made.max_num_batched_tokens == 4096
    assert 31 <= 14.28 + 0.46 + 2.28 + made.kv_cache_bytes / GIB <= 32


def test_adapters_are_planned_for(tmp_path: Path) -> None:
    """Seven B, four adapters of rank 16, on the same card: 14.58 GiB loaded, 0.77 of graphs, 31.75 GiB without them."""
    sizes = {"hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28}
    shape = shape_of(a_model(tmp_path, **sizes, num_key_value_heads=4))
    limits = Limits(limit_bytes=32 * GIB, card_bytes=CARD, max_num_seqs=256)
    without, made = (profile_of(shape, replace(limits, adapters=count, adapter_rank=16)) for count in (0, 4))
    assert without.adapter_bytes == 0
    assert made.adapter_bytes / GIB == pytest.approx(14.58 - 14.28, abs=0.005)
    assert made.graph_bytes / GIB == pytest.approx(0.77, abs=0.15)
    # The card held 32.21 GiB with the cache of the plan without them.
    assert 32.21 - (without.kv_cache_bytes - made.kv_cache_bytes) / GIB < 31.75
    assert "adapters 0.30 GiB" in plan_lines(made)[0]
    assert "adapters" not in plan_lines(without)[0]
    (line,) = check_lines(made, EngineReport(weight_bytes=int(14.58 * GIB)))
    assert "weights and adapters 14.58 GiB (planned 14.6" in line
    with pytest.raises(UsageError, match=r"does not fit.*adapters 9\.\d+ GiB"):
        profile_of(shape, replace(limits, limit_bytes=24 * GIB, adapters=8, adapter_rank=256))
    on_cpu = profile_of(shape, Limits(limit_bytes=64 * GIB, card_bytes=None, adapters=2))
    assert on_cpu.adapter_bytes == 2 * shape.adapter_bytes(16)


def test_the_parts_never_exceed_the_limit(tmp_path: Path) -> None:
    shape = int4(tmp_path)
    for gib in (24, 32, 48, 80):
        made = profile_of(shape, Limits(limit_bytes=gib * GIB, card_bytes=CARD, max_num_seqs=64))
        parts = made.weight_bytes + made.context_bytes + made.work_bytes + made.graph_bytes
        assert parts + made.kv_tokens * made.kv_bytes_per_token <= gib * GIB
        assert made.gpu_memory_utilization is not None
        assert made.gpu_memory_utilization * CARD <= gib * GIB
        assert made.max_model_len <= made.kv_tokens


def test_an_8_bit_cache_holds_twice_the_tokens(tmp_path: Path) -> None:
    limits = Limits(limit_bytes=32 * GIB, card_bytes=CARD)
    wide = profile_of(int4(tmp_path), limits)
    narrow = profile_of(int4(tmp_path), replace(limits, kv_dtype="fp8"))
    assert narrow.kv_bytes_per_token * 2 == wide.kv_bytes_per_token
    assert narrow.kv_tokens == pytest.approx(2 * wide.kv_tokens, rel=0.05)


def test_a_small_cache_lowers_the_window_and_the_chains_and_says_so(tmp_path: Path) -> None:
    made = profile_of(int4(tmp_path), Limits(limit_bytes=22 * GIB, card_bytes=CARD, max_num_seqs=128))
    assert made.max_num_seqs < 128
    assert made.max_model_len < 32_768
    told = " ".join(plan_lines(made))
    assert "max_num_seqs lowered from 128" in told
    assert "max_model_len lowered from 32,768" in told


def test_what_does_not_fit_is_refused_with_the_limit_that_would_do(tmp_path: Path) -> None:
    shape = int4(tmp_path)
    with pytest.raises(
        UsageError, match=r"does not fit into 16.00 GiB: weights 18.\d+ GiB.*it needs ([\d.]+) GiB"
    ) as told:
        profile_of(shape, Limits(limit_bytes=16 * GIB, card_bytes=CARD))
    needed = float(str(told.value).partition("it needs ")[2].split()[0])
    assert profile_of(shape, Limits(limit_bytes=int((needed + 0.1) * GIB), card_bytes=CARD)).kv_tokens >= 2048
    with pytest.raises(UsageError, match="does not fit"):
        profile_of(shape_of(a_model(tmp_path)), Limits(limit_bytes=32 * GIB, card_bytes=CARD))


def test_a_limit_above_the_card_is_cut_to_it(tmp_path: Path) -> None:
    made = profile_of(int4(tmp_path), Limits(limit_bytes=64 * GIB, card_bytes=32 * GIB))
    assert made.limit_bytes <= 0.95 * 32 * GIB
    assert "the card has 32.00 GiB" in plan_lines(made)[2]


def test_weights_on_disk_win_over_the_computed_ones(tmp_path: Path) -> None:
    assert not int4(tmp_path).is_exact
    (tmp_path / "model.safetensors").write_bytes(b"x" * 1000)
    assert (shape_of(tmp_path).weight_bytes, shape_of(tmp_path).is_exact) == (1000, True)
    a_model(tmp_path, torch_dtype="float32")
    assert shape_of(tmp_path).weight_bytes == 500


def test_the_computed_weights_of_the_embedded_model_are_those_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((EMBEDDED_MODEL / "config.json").read_bytes())
    computed, exact = shape_of(tmp_path), shape_of(EMBEDDED_MODEL)
    assert exact.is_exact
    assert computed.weight_bytes == pytest.approx(exact.weight_bytes, rel=0.01)


def test_a_config_that_lacks_a_number_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"hidden_size": 8}', encoding="utf-8")
    with pytest.raises(UsageError, match="num_attention_heads"):
        shape_of(tmp_path)
    with pytest.raises(UsageError, match=r"config\.json"):
        shape_of(tmp_path / "none")


def test_on_a_cpu_the_cache_is_whole_gibibytes_of_what_is_left() -> None:
    shape = shape_of(EMBEDDED_MODEL)
    made = profile_of(shape, Limits(limit_bytes=4 * GIB, card_bytes=None))
    assert made.cpu_kv_gib == 2
    assert made.gpu_memory_utilization is None
    with pytest.raises(UsageError, match="main memory"):
        profile_of(shape, Limits(limit_bytes=2 * GIB, card_bytes=None))


def test_the_engine_log_is_read_and_held_against_the_plan(tmp_path: Path) -> None:
    report = parse_report(LOG)
    assert report.kv_tokens == 47_248
    assert report.weight_bytes == int(18.2 * GIB)
    assert report.graph_bytes == int(0.71 * GIB)
    newer = parse_report("CPU KV cache size: 1,024 tokens, Maximum concurrency for 4,096 tokens per request: 0.25x")
    assert newer == EngineReport(kv_tokens=1024)
    made = profile_of(int4(tmp_path), Limits(limit_bytes=32 * GIB, card_bytes=CARD, max_num_seqs=256))
    (line,) = check_lines(made, report)
    assert "weights 18.20 GiB (planned 18.2" in line
    assert "47,248 tokens of KV cache (planned" in line
    assert check_lines(made, EngineReport()) == ("engine reports nothing of its memory",)


def test_a_profile_becomes_the_engines_command_line(tmp_path: Path) -> None:
    made = profile_of(int4(tmp_path), Limits(limit_bytes=32 * GIB, card_bytes=CARD, kv_dtype="fp8"))
    config = fitted(EngineConfig(model="m", kv_cache_dtype="fp8"), made)
    words = command_of(config, 1, "cuda")
    assert words[words.index("--gpu-memory-utilization") + 1] == str(made.gpu_memory_utilization)
    assert words[words.index("--max-num-batched-tokens") + 1] == "2048"
    assert words[words.index("--kv-cache-memory-bytes") + 1] == str(made.kv_cache_bytes)
    assert made.kv_cache_bytes == made.kv_tokens * made.kv_bytes_per_token
    assert words[words.index("--kv-cache-dtype") + 1] == "fp8"
    assert not {"--kv-cache-dtype", "--kv-cache-memory-bytes"} & {*command_of(config, 1, "cpu")}
    spread = fitted(EngineConfig(model="m", extra_args=("--tensor-parallel-size=4",)), made)
    assert "--kv-cache-memory-bytes" not in command_of(spread, 1, "cuda")


@pytest.mark.parametrize(
    ("told", "expected"),
    [("143771, 616\n", (143771 - 616) * 2**20), ("32607, [N/A]\n", 32607 * 2**20), ("", None), ("no devices\n", None)],
)
def test_the_cards_memory_is_what_cuda_counts(monkeypatch: pytest.MonkeyPatch, told: str, expected: int | None) -> None:
    done = subprocess.CompletedProcess([], 0, stdout=told)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    assert card_bytes() == expected


def test_what_the_card_holds_is_told_beside_the_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, stdout="32805\n"))
    used = card_used_bytes()
    assert used == 32805 * 2**20
    made = profile_of(int4(tmp_path), Limits(limit_bytes=32 * GIB, card_bytes=CARD))
    assert used_line(made, used).startswith("the card holds 32.04 GiB at the end, limit 32.00 GiB: 0.04 GiB OVER it")
    assert "OVER" not in used_line(made, 32 * GIB)


def test_a_16_bit_cache_leaves_old_run_folders_continuable() -> None:
    assert EvalConfig.of(kv_cache_dtype="auto").digest == EvalConfig().digest == EvalConfig.of(vram_gb=32).digest
    assert EvalConfig.of(kv_cache_dtype="fp8").digest != EvalConfig().digest
    assert "kv_cache_dtype" not in EvalConfig().binding
    with pytest.raises(UsageError, match="kv_cache_dtype"):
        EvalConfig.of(kv_cache_dtype="int3")
