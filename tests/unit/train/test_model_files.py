"""Model folders: what is written is readable by whoever the umask lets."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from train.model_files import follow_umask, new_folder


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
