"""What one command makes the next one takes: every file that synth writes goes through every command that reads such.

A maker is one file, a taker one reader; each pair is a test. A new form of output is a line in ``MADE``, a new reader a
line in ``TAKERS``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from solver.problems.jsonl import load_problems, require_good
from synth.check.data_set import CheckArgs, check
from tests.golden.command import INPUTS, good
from tests.golden.making import KINDS, made, model
from train.export.trainer_configs import write_export
from train.quantize.calibration import read_chats
from train.sft.recipe import SftRecipe

What = Literal["rows", "problems", "both"]
"""Rows that hold a chain to learn, problems to be asked, or problems that hold their chains."""
FORMS: dict[str, What] = {"messages": "rows", "alpaca": "rows", "contest": "both"}
MADE: dict[str, What] = {
    "generate/contest.jsonl": "both",
    "generate/messages.jsonl": "rows",
    "generate/questions.jsonl": "rows",
    **{f"distill/{part}.{form}.jsonl": what for part in ("train", "dev") for form, what in FORMS.items()},
    "distill/explained.jsonl": "rows",
    **{f"augment/{part}.{form}.jsonl": what for part in ("train", "dev") for form, what in FORMS.items()},
    "augment/accepted.jsonl": "problems",
    "perturb/perturbed.jsonl": "problems",
    "proven/perturbed.jsonl": "problems",
}
"""File -> what it holds."""
BROKEN = {"malformed_row", "label_out_of_range", "label_mismatch", "no_conclusion", "open_think", "special_tokens"}
"""Findings that speak of rows written wrongly; others are about what the scripted models say."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the commands of synth write."""
    folder = tmp_path_factory.mktemp("made")
    for form in ("contest", "messages", "questions"):
        out = folder / "generate" / f"{form}.jsonl"
        good("synth", "generate", "--count", 12, "--seed", 4, "--processes", 1, "--format", form, "--out", out)
    for name, kind in (("distill", KINDS["ladder"]), ("augment", KINDS["augment"]), ("perturb", KINDS["perturb"])):
        with model(kind) as (server, _):
            assert made(kind, folder / name, server.url).code == 0
    good("synth", "perturb", INPUTS / "generated.jsonl", "--out", folder / "proven", "--limit", 6)
    return folder


def _recipe(path: Path) -> SftRecipe:
    return SftRecipe.load("embedded-lora", [f"data.train={path}", "data.eval_share=0"])


def _checks(path: Path, out: Path) -> None:
    report = check(CheckArgs(files=(path,), processes=1))
    assert report.rows
    assert not BROKEN & {one.kind for one in report.problems}, report.problems


def _tunes(path: Path, out: Path) -> None:
    pytest.importorskip("transformers")
    from train.sft import sft

    assert sft.prepare(_recipe(path), out).rows.train


def _calibrates(path: Path, out: Path) -> None:
    assert read_chats(path)


def _exports_to_swift(path: Path, out: Path) -> None:
    assert write_export(_recipe(path), "ms-swift", out).rows


def _exports_to_factory(path: Path, out: Path) -> None:
    assert write_export(_recipe(path), "llama-factory", out).rows


def _evaluates(path: Path, out: Path) -> None:
    loaded = load_problems([path])
    require_good(loaded)
    assert loaded.problems


def _distills(path: Path, out: Path) -> None:
    assert "easy" in good("synth", "distill", "embedded", path, "--dry-run", "--out", out).out


def _augments(path: Path, out: Path) -> None:
    assert "writer" in good("synth", "augment", "augment", path, "--dry-run", "--out", out).out


def _perturbs(path: Path, out: Path) -> None:
    good("synth", "perturb", path, "--kind", "rename", "--limit", 3, "--out", out)
    assert (out / "perturbed.jsonl").is_file()


TAKERS: dict[str, tuple[set[What], Callable[[Path, Path], None]]] = {
    "check": ({"rows", "problems", "both"}, _checks),
    "sft": ({"rows", "both"}, _tunes),
    "quantize": ({"rows", "both"}, _calibrates),
    "export to ms-swift": ({"rows", "both"}, _exports_to_swift),
    "export to LLaMA-Factory": ({"rows", "both"}, _exports_to_factory),
    "eval": ({"problems", "both"}, _evaluates),
    "distill": ({"problems", "both"}, _distills),
    "augment": ({"problems", "both"}, _augments),
    "perturb": ({"problems", "both"}, _perturbs),
}
"""Taker -> what it takes, and how it is tried."""
PAIRS = [(made, taker) for made, what in MADE.items() for taker, (takes, _) in TAKERS.items() if what in takes]


@pytest.mark.parametrize(("name", "taker"), PAIRS)
def test_what_one_command_makes_the_next_one_takes(folder: Path, tmp_path: Path, name: str, taker: str) -> None:
    path = folder / name
    assert path.stat().st_size, f"{name} is empty: the pair tests nothing"
    TAKERS[taker][1](path, tmp_path / "out")


def test_no_file_of_rows_or_problems_is_left_out_of_the_pairs(folder: Path) -> None:
    # What is no row and no problem: what was decided, and why something was left out.
    reports = {"decisions.jsonl", "disputed.jsonl", "rejected.jsonl", "malformed.jsonl", "missed.jsonl"}
    written = {str(path.relative_to(folder)) for path in folder.rglob("*.jsonl") if path.name not in reports}
    assert written == set(MADE)


def test_every_maker_says_what_it_wrote_and_what_takes_it(tmp_path: Path) -> None:
    out = tmp_path / "rows.jsonl"
    told = good("synth", "generate", "--count", 3, "--processes", 1, "--format", "messages", "--out", out).err
    assert f"synth: wrote {out}, {out}.card.md\nsynth: next: python -m synth check {out}\n" in told
    told = good("synth", "check", out).err
    assert f"next: python -m train sft embedded-lora data.train={out} --out runs/sft" in told
    told = good("synth", "perturb", INPUTS / "generated.jsonl", "--limit", 2, "--out", tmp_path).err
    assert f"next: python -m harness eval {tmp_path / 'perturbed.jsonl'}" in told
    told = good(
        "train", "export", "embedded-lora", f"data.train={out}", "--to", "ms-swift", "--out", tmp_path / "x"
    ).err
    assert f"train: next: cd {tmp_path / 'x'} && swift sft sft.yaml" in told
