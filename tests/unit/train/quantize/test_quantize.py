"""Quantising without a backend: packed tensors, plans that are refused, and how agreement is counted."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch

from solver.base.errors import NotInstalled
from tests.unit.train.test_merge import base_folder, write_tensors
from train.cli import main
from train.errors import BackendError, BaseError
from train.quantize import gptq, report
from train.quantize.calibration import Document, Source
from train.quantize.gptq import QuantizePlan, check_plan
from train.quantize.gptq_backends.job import Job, interpreter_of, run_worker
from train.quantize.gptq_tensors import unpacked, weight_of
from train.quantize.report import Packed, Read, agreement, measure


def packed(values: torch.Tensor, bits: int) -> torch.Tensor:
    """Pack integers [n, m] along the first dimension into int32 words."""
    each = 32 // bits
    words = torch.zeros(values.shape[0] // each, values.shape[1], dtype=torch.int64)
    for place in range(each):
        words |= values[place::each].long() << (bits * place)
    return torch.where(words >= 2**31, words - 2**32, words).to(torch.int32)


@pytest.mark.parametrize("bits", [4, 8])
def test_packed_weights_come_back(bits: int) -> None:
    generator = torch.Generator().manual_seed(0)
    whole = torch.randint(0, 2**bits, (64, 32), generator=generator)
    zeros = torch.full((2, 32), 2 ** (bits - 1))
    scales = torch.rand(2, 32, generator=generator)
    groups = torch.arange(64) // 32
    parts = {
        "qweight": packed(whole, bits),
        "qzeros": packed((zeros - 1).T, bits).T.contiguous(),
        "scales": scales,
        "g_idx": groups.to(torch.int32),
    }
    wanted = ((whole - zeros[groups]).float() * scales[groups]).T
    assert torch.equal(weight_of(parts, bits=bits), wanted)
    assert not torch.equal(weight_of(parts, bits=bits, is_v2=True), wanted)


def test_words_with_the_highest_bit_set_are_unpacked_unsigned() -> None:
    assert unpacked(torch.tensor([[-1]], dtype=torch.int32), 4, along=0).tolist() == [[15]] * 8


def plan(**changes: object) -> QuantizePlan:
    """A plan of the defaults."""
    return QuantizePlan(**({"model": "m", "out": Path("nowhere/out")} | changes))  # type: ignore[arg-type]


def test_activation_reordering_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(BaseError, match=r"vLLM 0\.32 refuses"):
        check_plan(plan(desc_act=True), base_folder(tmp_path / "base"))


def test_a_group_that_does_not_divide_names_one_that_does(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "base")
    write_tensors(base / "model.safetensors", {"model.layers.0.mlp.up_proj.weight": (64, 192)})
    with pytest.raises(BaseError, match=r"64 x 192: .*use --group-size 64"):
        check_plan(plan(), base)
    check_plan(plan(group_size=64), base)


def test_quantising_twice_is_refused(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "base", quantization_config={"quant_method": "gptq"})
    with pytest.raises(BaseError, match="quantised already"):
        check_plan(plan(), base)


def test_another_family_is_refused(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "base", model_type="llama")
    with pytest.raises(BaseError, match="only qwen2"):
        check_plan(plan(), base)


def test_a_missing_environment_comes_with_its_command(tmp_path: Path) -> None:
    with pytest.raises(NotInstalled, match=r"--backend auto-gptq --make-env .*none"):
        interpreter_of("auto-gptq", tmp_path / "none")


def test_a_worker_that_dies_is_not_waited_for_because_of_what_it_started(tmp_path: Path) -> None:
    """What a killed worker has forked lives on, with its end of the pipe."""
    python, over = tmp_path / "python", tmp_path / "over"
    python.write_text(
        f"#!{sys.executable}\nimport os, signal, time\nos.write(int(os.environ['LOGIC_VOTE_PROGRESS_FD']), b'1 2\\n')\n"
        "child = os.fork()\nif child == 0:\n    time.sleep(20)\n"
        f"    open({str(over)!r}, 'w').close()\n    os._exit(0)\n"
        "print(child, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    python.chmod(0o755)
    job = Job(model="m", out="o", rows=((1,),), bits=4, group_size=128, damp=0.05, seed=1, device="cpu")
    seen: list[tuple[int, int]] = []
    log = tmp_path / "log"
    with pytest.raises(BackendError, match="exit code -9"):
        run_worker("auto-gptq", job, python=str(python), log=log, tick=lambda *counts: seen.append(counts))
    os.kill(int(log.read_text()), signal.SIGKILL)
    assert (seen, over.exists()) == ([(1, 2)], False)


def test_a_worker_that_dies_shows_its_last_words(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(
        f"#!{sys.executable}\nimport os, sys\nprint('1 2', flush=True)\nprint('out of luck', file=sys.stderr)\n"
        "os.write(int(os.environ['LOGIC_VOTE_PROGRESS_FD']), b'1 2\\n')\nsys.exit(3)\n"
    )
    python.chmod(0o755)
    job = Job(model="m", out="o", rows=((1,),), bits=4, group_size=128, damp=0.05, seed=1, device="cpu")
    seen: list[tuple[int, int]] = []
    with pytest.raises(BackendError, match="exit code 3; its last words:\n  1 2\n  out of luck"):
        run_worker("auto-gptq", job, python=str(python), log=tmp_path / "log", tick=lambda *counts: seen.append(counts))
    assert seen == [(1, 2)]


def test_agreement_counts_answer_tokens_and_whole_continuations() -> None:
    documents = (Document((1,), (2, 3), "x"), Document((1,), (2, 3), "x"))
    before = Read((1.0, 1.0), ((2, 3), (2, 3)), ((5, 6), (5, 6)))
    after = Read((1.5, 1.5), ((2, 3), (2, 9)), ((5, 6), (5, 7)))
    found = agreement(before, after, documents)
    assert found["top1_agreement"] == 0.75
    assert found["continuations_equal"] == 0.5
    assert (found["nll_before"], found["nll_change"], found["nll_change_error"]) == (0.5, 0.25, 0.0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["quantize"], "needs a MODEL and --out"),
        (["quantize", "m", "--out", "o", "--min-tokens", "10"], "use 256 or more"),
        (["quantize", "--make-env", "x"], "belongs to --backend auto-gptq"),
        (["quantize", "m", "--out", "o", "--calibration", "nothing"], "neither NAME=FILE:WEIGHT"),
        (["quantize", "/no/such", "--out", "o"], "model folder /no/such does not exist"),
        (["quantize", "nowhere", "--out", "o"], "nowhere does not exist (a model of a hub is named OWNER/NAME)"),
    ],
)
def test_bad_usage_exits_with_2_and_says_why(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_the_default_source_is_the_generator() -> None:
    assert plan().sources == (Source("synth", None, 1.0),)


def test_a_worker_gets_the_job_as_json(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\ncp "$3" seen.json\n')
    python.chmod(0o755)
    job = Job(model="m", out="o", rows=((1, 2),), bits=4, group_size=64, damp=0.05, seed=1, device="cpu")
    run_worker("auto-gptq", job, python=str(python), log=tmp_path / "log")
    assert json.loads((tmp_path / "seen.json").read_text())["rows"] == [[1, 2]]


def quantised_pair(folder: Path) -> tuple[Path, Path]:
    """Write a model of one tiny block, and a folder of the same in four bits; return both."""
    from safetensors.torch import load_file, save_file
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=64, hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=1,
        num_key_value_heads=1, max_position_embeddings=64, tie_word_embeddings=True,
    )  # fmt: skip
    plain, small = folder / "plain", folder / "small"
    Qwen2ForCausalLM(config).save_pretrained(plain)
    tensors = load_file(plain / "model.safetensors")
    for name in [name for name in tensors if name.endswith("_proj.weight")]:
        weight = tensors.pop(name).float()
        scale = weight.abs().max() / 7
        whole = (weight / scale).round().clamp(-8, 7).T + 8
        layer = name.removesuffix(".weight")
        n_in, n_out = whole.shape
        tensors[f"{layer}.qweight"] = packed(whole, 4)
        tensors[f"{layer}.qzeros"] = packed(torch.full((n_out, 1), 7), 4).T.contiguous()
        tensors[f"{layer}.scales"] = torch.full((1, n_out), float(scale))
        tensors[f"{layer}.g_idx"] = torch.zeros(n_in, dtype=torch.int32)
    small.mkdir()
    save_file(tensors, small / "model.safetensors", metadata={"format": "pt"})
    settings = json.loads((plain / "config.json").read_text(encoding="utf-8"))
    settings["quantization_config"] = {"bits": 4, "group_size": 32, "quant_method": "gptq"}
    (small / "config.json").write_text(json.dumps(settings), encoding="utf-8")
    return plain, small


def test_a_layer_is_spread_out_twice_however_many_documents_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, small = quantised_pair(tmp_path)
    documents = [Document((1 + n, 2), (3, 4, 5 + n), "d") for n in range(12)]
    spread: list[str] = []
    weight = Packed.weight

    def counted(self: Packed, layer: str, device: object = "cpu") -> torch.Tensor:
        spread.append(layer)
        return weight(self, layer, device)

    monkeypatch.setattr(Packed, "weight", counted)
    monkeypatch.setattr(report, "free_memory", lambda device: 1e12)
    kept = measure(plain, small, documents, device="cpu", new_tokens=4)
    assert len(spread) == 2 * 7
    spread.clear()
    monkeypatch.setattr(report, "free_memory", lambda device: 0.0)
    ticks: list[tuple[int, int]] = []
    anew = measure(plain, small, documents, device="cpu", new_tokens=4, tick=lambda *one: ticks.append(one))
    assert len(spread) == (report._WATCHED + 1) * 7
    assert ticks == [(done, 24) for done in range(25)]
    assert anew["held_out"] == kept["held_out"]
    assert kept["held_out"]["top1_agreement"] > 0.3
    few = measure(plain, small, documents[: report._WATCHED], device="cpu", new_tokens=4)
    assert anew["layers"] == few["layers"]
    assert all(0 < one["output"] < 0.5 for one in few["layers"])


def test_a_folder_whose_measuring_is_cut_off_stays_with_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(gptq, "run_worker", lambda *_, **__: None)
    monkeypatch.setattr(gptq, "assemble", lambda source, raw, out, plan: (out / "config.json").write_text("{}"))
    monkeypatch.setattr(gptq, "measure", cut_off)
    out = tmp_path / "small"
    with pytest.raises(KeyboardInterrupt):
        gptq.quantize(plan(model="models/embedded", out=out, rows=2, held_out=2, max_tokens=256))
    assert json.loads((out / "quantize.json").read_text(encoding="utf-8"))["bits"] == 4
    assert "held_out" not in json.loads((out / "quantize.json").read_text(encoding="utf-8"))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["small"]
