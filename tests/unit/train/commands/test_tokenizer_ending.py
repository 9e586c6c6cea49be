"""``train tokenizer`` ends with what it wrote and with the command that goes on with it."""

from __future__ import annotations

from pathlib import Path

from tests.golden.command import good


def test_a_tokenizer_is_followed_by_the_training_that_uses_it(tmp_path: Path) -> None:
    told = good("train", "tokenizer", "--out", "tok", "--items", 12, "--vocab", 500, folder=tmp_path).err
    assert "train: wrote tok\ntrain: next: python -m train pretrain data.tokenizer=tok --out runs/pre\n" in told
    assert (tmp_path / "tok" / "tokenizer.json").is_file()
