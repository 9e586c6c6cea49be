"""What can be said of merging and of packed tensors without loading a model."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Mapping
from math import prod
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from solver.backends.engine_config import EngineConfig, check_folders
from solver.base.errors import UsageError
from solver.base.files import new_folder
from train.adapter_fit import adapter_config, check_fit
from train.cli import main
from train.errors import AdapterError, BaseError, CheckpointError, DiskError
from train.lora.callbacks import Stamp, check_stamp
from train.merge import MergePlan, base_of, merge
from train.model_files import BYTES, check_room, check_unquantised, fingerprint, tensors_of

HIDDEN = 8
BASE = {
    "model.embed_tokens.weight": (16, HIDDEN),
    "model.layers.0.self_attn.q_proj.weight": (HIDDEN, HIDDEN),
    "model.norm.weight": (HIDDEN,),
}
LORA = {
    "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight": (2, HIDDEN),
    "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight": (HIDDEN, 2),
}


def write_tensors(file: Path, shapes: Mapping[str, tuple[int, ...]], *, fill: int = 0) -> None:
    """Write a safetensors file of bf16 tensors."""
    header, offset = {}, 0
    for name, shape in shapes.items():
        size = prod(shape) * BYTES["BF16"]
        header[name] = {"dtype": "BF16", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    file.write_bytes(struct.pack("<Q", len(text)) + text + bytes([fill]) * offset)


def base_folder(folder: Path, *, fill: int = 0, **config: Any) -> Path:
    """Make a base of one layer."""
    folder.mkdir()
    write_tensors(folder / "model.safetensors", BASE, fill=fill)
    (folder / "config.json").write_text(json.dumps({"model_type": "qwen2", "dtype": "bfloat16"} | config))
    return folder


def adapter_folder(folder: Path, base: Path | str, shapes: Mapping[str, tuple[int, ...]] = LORA) -> Path:
    """Make an adapter that names a base."""
    folder.mkdir()
    write_tensors(folder / "adapter_model.safetensors", shapes)
    (folder / "adapter_config.json").write_text(
        json.dumps({"peft_type": "LORA", "base_model_name_or_path": str(base), "r": 2})
    )
    return folder


def test_an_adapter_fits_its_own_base(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "base")
    adapter = adapter_folder(tmp_path / "adapter", base)
    check_fit(adapter, adapter_config(adapter), base)


def test_an_adapter_of_a_wider_base_is_refused(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "base")
    wide = {name: tuple(16 if size == HIDDEN else size for size in shape) for name, shape in LORA.items()}
    adapter = adapter_folder(tmp_path / "adapter", base, wide)
    with pytest.raises(AdapterError, match=r"16 wide where .* has 8.*another base"):
        check_fit(adapter, adapter_config(adapter), base)


def test_an_adapter_of_a_deeper_base_is_refused(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "base")
    deep = {name.replace("layers.0", "layers.7"): shape for name, shape in LORA.items()}
    adapter = adapter_folder(tmp_path / "adapter", base, deep)
    with pytest.raises(AdapterError, match=r"layers\.7.*no such layer"):
        check_fit(adapter, adapter_config(adapter), base)


def test_an_adapter_of_another_base_of_the_same_shape_is_refused(tmp_path: Path) -> None:
    own, other = base_folder(tmp_path / "own"), base_folder(tmp_path / "other", fill=1)
    adapter = adapter_folder(tmp_path / "adapter", own)
    assert fingerprint(own) != fingerprint(other)
    with pytest.raises(AdapterError, match="another model"):
        check_fit(adapter, adapter_config(adapter), other)


def test_a_moved_base_is_known_by_its_fingerprint(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "base")
    adapter = adapter_folder(tmp_path / "adapter", "/gone")
    (adapter / "base.json").write_text(json.dumps({"fingerprint": fingerprint(base)}))
    check_fit(adapter, adapter_config(adapter), base)
    (adapter / "base.json").write_text(json.dumps({"fingerprint": "0" * 16}))
    with pytest.raises(AdapterError, match=r"base\.json says 0{16}"):
        check_fit(adapter, adapter_config(adapter), base)


def test_an_adapter_on_tied_embeddings_is_refused(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "base", tie_word_embeddings=True)
    shapes = LORA | {"base_model.model.lm_head.lora_A.weight": (2, HIDDEN)}
    adapter = adapter_folder(tmp_path / "adapter", base, shapes)
    with pytest.raises(AdapterError, match="ties its input and output"):
        check_fit(adapter, adapter_config(adapter), base)


@pytest.mark.parametrize("sign", ["config", "file", "tensor"])
def test_a_quantised_base_is_refused_however_it_shows(tmp_path: Path, sign: str) -> None:
    config: dict[str, Any] = {"quantization_config": {"quant_method": "gptq"}} if sign == "config" else {}
    base = base_folder(tmp_path / "base", **config)
    if sign == "file":
        (base / "quantize_config.json").write_text("{}")
    if sign == "tensor":
        write_tensors(base / "model.safetensors", BASE | {"model.layers.0.self_attn.q_proj.qweight": (1, HIDDEN)})
    adapter = adapter_folder(tmp_path / "adapter", base)
    with pytest.raises(BaseError, match="quantised already"):
        merge(MergePlan(adapter=adapter, out=tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_adapter_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match=r"adapter_config\.json: cannot be read: no such file; give the folder"):
        adapter_config(tmp_path)


def test_a_base_that_is_gone_asks_for_its_place(tmp_path: Path) -> None:
    adapter = adapter_folder(tmp_path / "adapter", tmp_path / "gone")
    with pytest.raises(BaseError, match="--base"):
        base_of(MergePlan(adapter=adapter, out=tmp_path / "out"), adapter_config(adapter))


def test_a_cut_file_of_weights_is_noticed(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "base")
    file = base / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(BaseError, match="no whole safetensors file"):
        tensors_of(base)


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    base = base_folder(tmp_path / "base")
    index = {"weight_map": {"a": "model.safetensors", "b": "model-2.safetensors"}}
    (base / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(BaseError, match=r"lacks model-2\.safetensors"):
        tensors_of(base)


def test_a_plain_base_is_not_refused(tmp_path: Path) -> None:
    check_unquantised(base_folder(tmp_path / "base"), doing="merging into")


def test_too_little_disk_says_how_much_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_room(tmp_path / "a" / "b", 1, what="it")
    with pytest.raises(DiskError, match=r"needs 1050000000\.0 GB .* are free"):
        check_room(tmp_path / "a" / "b", 10**18, what="it")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=200_000))
    with pytest.raises(DiskError, match=r"needs 42\.0 MB .* 0\.2 MB are free"):
        check_room(tmp_path, 40_000_000, what="it")


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail() -> None:
        with new_folder(tmp_path / "out") as folder:
            (folder / "half").write_text("")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_full_folder_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("")
    with pytest.raises(UsageError, match="exists already"), new_folder(tmp_path / "out"):
        pass
    assert (tmp_path / "out" / "mine").exists()


def test_a_good_end_gives_the_folder_its_name(tmp_path: Path) -> None:
    with new_folder(tmp_path / "deep" / "out") as folder:
        (folder / "file").write_text("x")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]


@pytest.mark.parametrize("command", ["merge", "quantize"])
@pytest.mark.parametrize("seed", ["-1", "4294967296", "1.5", "one"])
def test_a_seed_that_no_library_takes_is_refused_at_once(
    command: str, seed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "x", "--out", "y", f"--seed={seed}"])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert f"argument --seed: cannot be {seed!r}: it should be " in told
    assert "from 0 to 4,294,967,295" in told


def test_the_folder_of_a_training_run_is_answered_with_its_adapter(tmp_path: Path) -> None:
    """``train merge runs/sft``, and ``--adapter a=runs/sft``, where ``runs/sft/adapter`` is meant."""
    (tmp_path / "run").mkdir()
    adapter = adapter_folder(tmp_path / "run" / "adapter", "base")
    with pytest.raises(AdapterError, match=rf"; did you mean {adapter}\?$"):
        adapter_config(tmp_path / "run")
    base = base_folder(tmp_path / "base")
    with pytest.raises(UsageError, match=rf"has no adapter_config\.json; did you mean {adapter}\?$"):
        check_folders(EngineConfig(model=str(base), adapters=(("a", str(tmp_path / "run")),)))
    with pytest.raises(AdapterError, match="give the folder that training saved the adapter in"):
        adapter_config(base)


def test_a_run_of_another_recipe_is_refused_with_where_its_own_stands() -> None:
    stamp = Stamp(recipe="a", rows="r", base="b", adapter="", processes=1)
    check_stamp(stamp._asdict(), stamp, "runs/s")
    with pytest.raises(CheckpointError, match=r"another recipe; .*\(its settings are in runs/s/recipe\.json\)"):
        check_stamp(stamp._replace(recipe="z")._asdict(), stamp, "runs/s")
