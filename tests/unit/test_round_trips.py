"""What one command makes the next one takes: every file and folder that one writes goes to every command that reads.

A maker is one file or run, a taker one command; each pair of them is a test. What a taker is for it takes; all else it
refuses in a line, and neither does half of its work nor asks a model. A new form of output is a line in ``MADE``, a new
reader a line in ``TAKERS``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from synth.check.data_set import CheckArgs, check
from tests.golden.answers import Answers
from tests.golden.command import INPUTS, good, ran
from tests.golden.making import KINDS, made, model
from tests.support.command import serving
from train.quantize.calibration import read_chats

What = Literal["rows", "problems", "both", "pairs", "labels", "votes", "log", "run", "imported", "task", "parquet"]
"""Rows that hold a chain to learn, problems to be asked, or problems that hold their chains; pairs of a right and a
wrong answer, answers with a label; letters of samples, another tool's log, a run, a run made of such a log; questions
in another tool's form."""
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
    "proven/perturbed.jsonl": "both",
    **{f"harvest/train.{form}.jsonl": what for form, what in FORMS.items()},
    "harvest/train.dpo.jsonl": "pairs",
    "harvest/train.kto.jsonl": "labels",
    "mix/rows.jsonl": "rows",
    "mix/pairs.jsonl": "pairs",
    "mix/labels.jsonl": "labels",
    "mix/problems.jsonl": "problems",
    "submission.jsonl": "problems",
    "combined.jsonl": "problems",
    "mended.jsonl": "problems",
    "votes/votes.jsonl": "votes",
    "inspect": "log",
    "lm-eval": "log",
    "runs/a": "run",
    "runs/again": "run",
    "import/inspect": "imported",
    "import/lm-eval": "imported",
    "task/generated.jsonl": "task",
    "evalscope/generated_val.jsonl": "task",
    "verl/train.parquet": "parquet",
}
"""File or folder -> what it holds."""
BROKEN = {"malformed_row", "label_out_of_range", "label_mismatch", "no_conclusion", "open_think", "special_tokens"}
"""Findings that speak of rows written wrongly; others are about what the scripted models say."""
DATA = INPUTS / "generated.jsonl"
_LEARNT: set[What] = {"rows", "both"}
_ASKED: set[What] = {"problems", "both"}
_RUNS: set[What] = {"run", "imported"}


class Taker(NamedTuple):
    """A command, and what it is for."""

    takes: set[What]
    words: tuple[object, ...]
    """With ``{it}``, ``{out}``, ``{url}`` and ``{other}``, another run on the same data."""
    may_find: bool = False
    """Exit code 1 says that something was found in what was taken."""
    leaves: frozenset[What] = frozenset()
    """What is tried with neither: questions in another form, which are found by looking; a folder without runs."""


_FOUND: frozenset[What] = frozenset({"task", "parquet", "pairs", "labels"})
_ANY_FORM: set[What] = _ASKED | {"task", "parquet"}
"""Questions in whatever form ``harness eval`` reads too."""
_LORA = ("embedded-lora", "data.train={it}", "data.eval_share=0")
_FEW = ("data.train={it}", "data.eval_share=0", "optim.accumulation=1")
TAKERS: dict[str, Taker] = {
    "check": Taker(
        _LEARNT | _ASKED | {"pairs", "labels"}, ("synth", "check", "{it}", "--processes", 1, "--no-builtin"), True
    ),
    "mix": Taker(
        _LEARNT | _ASKED | {"pairs", "labels"},
        ("synth", "mix", "{it}", "--out", "{out}.jsonl"),
        leaves=frozenset({"votes", "task", "log", "run", "imported", "parquet"}),
    ),
    "sft": Taker(_LEARNT, ("train", "sft", *_LORA, "--out", "{out}", "--check")),
    "dpo": Taker(
        {"pairs"},
        ("train", "dpo", "embedded-dpo", "data.train={it}", "data.eval_share=0", "--out", "{out}", "--check"),
    ),
    "grpo": Taker(_ASKED | {"task"}, ("train", "grpo", "embedded-grpo", *_FEW, "--out", "{out}", "--check")),
    "export to ms-swift": Taker(_LEARNT, ("train", "export", *_LORA, "--to", "ms-swift", "--out", "{out}")),
    "export to LLaMA-Factory": Taker(_LEARNT, ("train", "export", *_LORA, "--to", "llama-factory", "--out", "{out}")),
    "eval": Taker(
        _ASKED,
        ("harness", "eval", "{it}", "--endpoint", "{url}", "--rule", "fixed:1", "--limit", 2, "--run", "{out}"),
        leaves=_FOUND,
    ),
    "answer": Taker(
        _ASKED, ("solver", "answer", "{it}", "--endpoint", "{url}", "--rule", "fixed:1", "--json"), leaves=_FOUND
    ),
    "distill": Taker(_ANY_FORM, ("synth", "distill", "embedded", "{it}", "--dry-run", "--out", "{out}")),
    "augment": Taker(_ANY_FORM, ("synth", "augment", "augment", "{it}", "--dry-run", "--out", "{out}")),
    "perturb": Taker(_ANY_FORM, ("synth", "perturb", "{it}", "--kind", "rename", "--limit", 2, "--out", "{out}")),
    "giveaways": Taker(_ASKED, ("synth", "giveaways", "{it}"), True, leaves=_FOUND),
    "export of questions": Taker(
        _ASKED, ("harness", "export", "{it}", "--to", "lm-eval-task", "-o", "{out}"), leaves=_FOUND
    ),
    "replay": Taker(_RUNS | {"votes"}, ("harness", "replay", "{it}", "--rule", "lead:2")),
    "audit": Taker(_RUNS | {"votes"}, ("harness", "audit", "{it}", "--data", DATA, "-o", "{out}.jsonl")),
    "compare": Taker(_RUNS, ("harness", "compare", "{it}", "{other}")),
    "combine": Taker(_RUNS, ("harness", "combine", "{it}", "{other}", "-o", "{out}.jsonl")),
    "report": Taker(_RUNS, ("harness", "report", "{it}", "-o", "{out}.html")),
    "submit": Taker(_RUNS, ("harness", "submit", "{it}", "-o", "{out}.jsonl")),
    "leaderboard": Taker(_RUNS, ("harness", "leaderboard", "{it}", "{other}"), leaves=frozenset({"log"})),
    "export to Inspect": Taker({"run"}, ("harness", "export", "{it}", "--to", "inspect", "-o", "{out}")),
    "export to lm-eval": Taker({"run"}, ("harness", "export", "{it}", "--to", "lm-eval", "-o", "{out}")),
    "export of votes": Taker(_RUNS, ("harness", "export", "{it}", "--to", "votes", "-o", "{out}")),
    "import": Taker({"log"}, ("harness", "import", "{it}", "-o", "{out}")),
    "harvest": Taker(
        {"run"}, ("synth", "harvest", "{it}", "--data", DATA, "--out", "{out}"), leaves=frozenset({"imported"})
    ),
    "reproduce": Taker({"run"}, ("harness", "reproduce", "{it}", "--endpoint", "{url}", "--run", "{out}"), True),
}
"""Command -> what it takes, and how it is asked."""
ONE_OF: dict[str, str] = {what: name for name, what in reversed(MADE.items())}
"""One for each kind; what a command is not for is the same for all files of a kind."""
FITS = [(name, taker) for name, what in MADE.items() for taker, one in TAKERS.items() if what in one.takes]
REFUSED = [
    (name, taker)
    for what, name in ONE_OF.items()
    for taker, one in TAKERS.items()
    if what not in one.takes and what not in one.leaves
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the commands write."""
    folder = tmp_path_factory.mktemp("made")
    for form in ("contest", "messages", "questions"):
        out = folder / "generate" / f"{form}.jsonl"
        words = ("--count", 12, "--seed", 4, "--processes", 1, "--no-check", "--format", form)
        good("synth", "generate", *words, "--out", out)
    for name, kind in (("distill", KINDS["ladder"]), ("augment", KINDS["augment"]), ("perturb", KINDS["perturb"])):
        with model(kind) as (server, _):
            assert made(kind, folder / name, server.url).code == 0
    good("synth", "perturb", DATA, "--out", folder / "proven", "--limit", 6)
    with serving(Answers(sure=0.5, silent=0.0), models=("base",)) as server:
        for name, seed in (("a", 1), ("b", 2)):
            asked = ("--endpoint", server.url, "--rule", "fixed:4", "--seeded", "--seed", seed)
            good("harness", "eval", DATA, *asked, "--run", folder / "runs" / name)
        good("harness", "reproduce", folder / "runs/a", "--endpoint", server.url, "--run", folder / "runs/again")
    runs = [folder / "runs" / name for name in "ab"]
    every = [word for form in (*FORMS, "dpo", "kto") for word in ("--format", form)]
    good("synth", "harvest", runs[0], "--data", DATA, "--out", folder / "harvest", *every)
    for name, parts in {
        "rows": ("generate/messages.jsonl", "harvest/train.messages.jsonl=0.5"),
        "pairs": ("harvest/train.dpo.jsonl=2",),
        "labels": ("harvest/train.kto.jsonl",),
        "problems": ("generate/contest.jsonl", "augment/accepted.jsonl"),
    }.items():
        good("synth", "mix", *(folder / part for part in parts), "--out", folder / "mix" / f"{name}.jsonl")
    good("harness", "submit", runs[0], "-o", folder / "submission.jsonl")
    good("harness", "combine", *runs, "-o", folder / "combined.jsonl")
    good("harness", "audit", *runs, "--data", DATA, "--min-strength", 0.01, "-o", folder / "disputed.jsonl")
    good("harness", "audit", "--apply", folder / "disputed.jsonl", DATA, "-o", folder / "mended.jsonl")
    for to in ("inspect", "lm-eval", "votes"):
        good("harness", "export", runs[0], "--to", to, "-o", folder / to)
    for to in ("inspect", "lm-eval"):
        good("harness", "import", folder / to, "-o", folder / "import" / to)
    good("harness", "export", DATA, "--to", "lm-eval-task", "-o", folder / "task")
    good("harness", "export", DATA, "--to", "evalscope", "-o", folder / "evalscope")
    pytest.importorskip("pyarrow")
    good("synth", "export", "--env", "verl", "--count", 3, "--out", folder / "verl")
    return folder


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server for what is asked."""
    with serving(Answers(sure=0.9, silent=0.0), models=("base",)) as server:
        yield server.url


def _words(taker: str, it: Path, folder: Path, out: Path, url: str) -> list[str]:
    places = {"it": it, "out": out, "url": url, "other": folder / "runs/b"}
    return [str(word).format(**places) for word in TAKERS[taker].words]


@pytest.mark.parametrize(("name", "taker"), FITS)
def test_what_one_command_makes_the_next_one_takes(
    folder: Path, tmp_path: Path, url: str, name: str, taker: str
) -> None:
    if TAKERS[taker].words[0] == "train":
        pytest.importorskip("transformers")
    path = folder / name
    assert path.is_dir() or path.stat().st_size, f"{name} is empty: the pair tests nothing"
    if path.is_dir() and taker == "reproduce":
        path = Path(shutil.copytree(path, tmp_path / "copy"))
    ended = ran(*_words(taker, path, folder, tmp_path / "out", url))
    assert ended.code in ((0, 1) if TAKERS[taker].may_find else (0,)), ended.err


@pytest.mark.parametrize(("name", "taker"), REFUSED)
def test_what_a_command_is_not_for_is_refused_in_words(
    folder: Path, tmp_path: Path, url: str, name: str, taker: str
) -> None:
    ended = ran(*_words(taker, folder / name, folder, tmp_path / "out", url))
    assert ended.code in (1, 2), ended.out
    told = "\n".join(line for line in ended.err.splitlines() if "next:" not in line)
    assert told.strip()
    assert not any(word in told for word in ("Errno", "KeyError", "codec can't"))
    assert not (tmp_path / "out" / "results.jsonl").exists()


@pytest.mark.parametrize("name", [name for name, what in MADE.items() if what in TAKERS["check"].takes])
def test_no_row_is_written_wrongly(folder: Path, name: str) -> None:
    report = check(CheckArgs(files=(folder / name,), processes=1))
    assert report.rows
    assert not BROKEN & {one.kind for one in report.problems}, report.problems


@pytest.mark.parametrize("name", [name for name, what in MADE.items() if what in _LEARNT])
def test_rows_calibrate_quantisation(folder: Path, name: str) -> None:
    pytest.importorskip("transformers")
    assert read_chats(folder / name)


def test_no_file_of_rows_or_problems_is_left_out_of_the_pairs(folder: Path) -> None:
    # What is no row and no problem: what was decided, and why something was left out.
    reports = {"decisions.jsonl", "disputed.jsonl", "rejected.jsonl", "malformed.jsonl", "missed.jsonl"}
    reports |= {"rejected_chains.jsonl"}
    held = [folder / name for name, what in MADE.items() if what in ("run", "imported", "log")] + [folder / "runs/b"]
    written = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.jsonl")
        if path.name not in reports and not any(one in path.parents for one in held)
    }
    assert written == {name for name in MADE if name.endswith(".jsonl")}


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
