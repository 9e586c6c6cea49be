"""Model folders: what is written is readable by whoever the umask lets."""

from __future__ import annotations

import json
import os
import signal
import stat
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from solver.base.files import follow_umask, new_folder
from train.errors import BaseError
from train.model_files import header_of, tensors_of


@pytest.fixture(params=[0o022, 0o027])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield int(request.param)
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _like_safetensors(path: Path) -> None:
    """Write a file as safetensors does, for its owner alone."""
    path.parent.mkdir(exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def test_the_files_of_a_new_model_folder_follow_the_umask(tmp_path: Path, umask: int) -> None:
    with new_folder(tmp_path / "merged") as folder:
        _like_safetensors(folder / "model.safetensors")
    assert _mode(tmp_path / "merged" / "model.safetensors") == 0o666 & ~umask
    assert _mode(tmp_path / "merged") == 0o777 & ~umask


def test_files_in_folders_below_follow_the_umask_too_and_the_umask_stays(tmp_path: Path, umask: int) -> None:
    _like_safetensors(tmp_path / "adapter" / "adapter_model.safetensors")
    follow_umask(tmp_path)
    assert _mode(tmp_path / "adapter" / "adapter_model.safetensors") == 0o666 & ~umask
    now = os.umask(umask)
    assert now == umask


def test_the_weights_of_a_pretrained_model_follow_the_umask(tmp_path: Path, umask: int) -> None:
    torch = pytest.importorskip("torch")
    from solver.base.places import EMBEDDED_MODEL
    from train.pretrain import model_folder
    from train.pretrain.recipe import ModelShape

    model_folder.write(
        tmp_path / "model", state={"x": torch.zeros(2)}, shape=ModelShape(), tokenizer_folder=EMBEDDED_MODEL
    )
    (weights,) = (tmp_path / "model").glob("*.safetensors")
    assert _mode(weights) == 0o666 & ~umask


def _safetensors(path: Path, header: object, room: int = 16, length: int | None = None) -> Path:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(raw) if length is None else length) + raw + bytes(room))
    return path


_PART = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}


@pytest.mark.parametrize(
    ("header", "length"),
    [
        ({"a": _PART}, 1 << 63),
        ({"a": _PART}, 1 << 40),
        ([1], None),
        (b"[" * 100_000, None),
        ({"a": {**_PART, "data_offsets": [0, 1 << 40]}}, None),
        ({"a": {**_PART, "data_offsets": [8, 0]}}, None),
        ({"a": {**_PART, "data_offsets": [-8, 0]}}, None),
        ({"a": {**_PART, "data_offsets": ["0", "8"]}}, None),
        ({"a": {**_PART, "shape": [1 << 40]}}, None),
        ({"a": {**_PART, "shape": [-2]}}, None),
        ({"a": {**_PART, "shape": None}}, None),
        ({"a": {**_PART, "dtype": 4}}, None),
        ({"a": None}, None),
        ({"a": _PART, "b": {**_PART, "data_offsets": [4, 12]}}, None),
    ],
)
def test_a_header_that_cannot_be_true_is_refused(header: object, length: int | None, tmp_path: Path) -> None:
    with pytest.raises(BaseError, match=r"a\.safetensors is no whole safetensors file"):
        header_of(_safetensors(tmp_path / "a.safetensors", header, length=length))


def test_tensors_side_by_side_are_taken_in_any_order(tmp_path: Path) -> None:
    header = {"b": {**_PART, "data_offsets": [8, 16]}, "a": _PART, "__metadata__": {"format": "pt"}}
    assert list(header_of(_safetensors(tmp_path / "a.safetensors", header))) == ["b", "a"]


@pytest.mark.parametrize(
    "names",
    [
        {"a": "../a"},
        {"a": "/etc/passwd"},
        {"a": ""},
        {"a": 1},
        ["a"],
        {"a": "x/y"},
        {"a": ".."},
        {"a": "\0"},
        {"a": "x" * 300},
    ],
)
def test_an_index_names_files_of_its_own_folder_only(names: object, tmp_path: Path) -> None:
    _safetensors(tmp_path / "a", {"a": _PART})
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": names}), encoding="utf-8")
    with pytest.raises(BaseError, match=r"model\.safetensors\.index\.json"):
        tensors_of(folder)


@pytest.mark.parametrize("named", ["x" * 5000, "\0", "/dev/zero", 7, None])
def test_a_base_that_an_adapter_makes_up_is_no_folder(named: object, tmp_path: Path) -> None:
    from train.adapter_fit import _check_same

    _check_same(tmp_path, {"base_model_name_or_path": named}, tmp_path)


WRITING = """
import sys, time
from pathlib import Path
from solver.base.files import new_folder
with new_folder(Path(sys.argv[1])) as folder:
    (folder / "model.safetensors").write_text("half")
    print(folder.name, flush=True)
    time.sleep(60)
"""


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    out = tmp_path / "merged"
    beside = tmp_path / ".merged-2.7.tmp"
    beside.mkdir()
    with subprocess.Popen([sys.executable, "-c", WRITING, str(out)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        name = writer.stdout.readline().strip()
        with new_folder(tmp_path / "merged") as folder:
            assert (tmp_path / name / "model.safetensors").exists()
            (folder / "mine").write_text("")
        writer.send_signal(signal.SIGKILL)
    assert (tmp_path / name / "model.safetensors").exists()
    (out / "mine").unlink()
    with new_folder(out):
        assert not (tmp_path / name).exists()
    assert sorted(tmp_path.iterdir()) == [beside, out]
