"""Commands over finished runs end with what they wrote and with the command that goes on with it."""

from __future__ import annotations

import json
import re
import shlex
import sys
from itertools import pairwise
from pathlib import Path
from unittest import mock

import pytest

from harness.commands.over_runs import export
from logic_vote import PROGRAMS
from solver.base.cli import parser_of
from tests.golden.command import INPUTS, ROOT, good, ran
from tests.support.command import serving

HARNESS = next(one for one in PROGRAMS if one.package == "harness")
ENDINGS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "submit": (("runs/a", "-o", "s.jsonl"), "s.jsonl", "leaderboard runs"),
    "combine": (("runs/a", "runs/b", "-o", "s.jsonl"), "s.jsonl", "report runs/a runs/b"),
    "report": (("runs/a", "-o", "a.html"), "a.html", "submit runs/a -o submission.jsonl"),
    "export inspect": (("runs/a", "--to", "inspect", "-o", "x"), "x/", "inspect view --log-dir x"),
    "export lm-eval": (("runs/a", "--to", "lm-eval", "-o", "x"), "x/", "python -m harness import x"),
    "export votes": (("runs/a", "--to", "votes", "-o", "x"), "x/votes.jsonl", "replay x/votes.jsonl --rule lead:3"),
    "export lm-eval-task": (("p.jsonl", "--to", "lm-eval-task", "-o", "x"), "x/p.yaml", "--include_path x --tasks p"),
    "export evalscope": (("p.jsonl", "--to", "evalscope", "-o", "x"), "x/", '"local_path": "x", "subset_list": ["p"]'),
    "import": (("there",), "runs/", "python -m harness report runs/"),
    "forecast": (("p.jsonl", "--max-samples", "3", "--run", "f"), "f/forecast.json", "eval --from-forecast f/forecast"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("endings")
    (folder / "p.jsonl").write_bytes((ROOT / INPUTS / "generated.jsonl").read_bytes())
    with serving() as server:
        for name, seed in (("a", 1), ("b", 2)):
            words = ("p.jsonl", "--limit", 6, "--seed", seed, "--endpoint", server.url, "--run", f"runs/{name}")
            good("harness", "eval", *words, folder=folder)
    good("harness", "export", "runs/a", "--to", "inspect", "-o", "there", folder=folder)
    return folder


@pytest.mark.parametrize("case", ENDINGS)
def test_a_command_ends_with_what_it_wrote_and_what_goes_on_with_it(folder: Path, case: str) -> None:
    words, wrote, then = ENDINGS[case]
    with serving() as server:
        asked = ("--endpoint", server.url) if case == "forecast" else ()
        told = good("harness", case.partition(" ")[0], *words, *asked, folder=folder).err.splitlines()
    assert any(line.startswith("harness: wrote ") and wrote in line for line in told), told
    (following,) = [line for line in told if line.startswith("harness: next: ")]
    assert then in following
    # It can be pasted: the shell takes it apart, and a command of ours knows its words.
    _, _, *words_then = shlex.split(following.removeprefix("harness: next: "))
    if words_then[0] == "harness":
        parser_of(next(one for one in PROGRAMS if one.package == "harness").load(words_then[1]), "x").parsed(
            words_then[2:]
        )


NAMED = {
    "compare": (("runs/a", "runs/b"), "python -m harness report runs/a runs/b"),
    "replay": (("runs/a", "--rule", "fixed:1", "--rule", "fixed:2"), "python -m harness eval p.jsonl --endpoint"),
    "leaderboard": (("runs/a", "runs/b"), "python -m harness compare runs/"),
    "leaderboard of a folder": (("runs",), "python -m harness"),
    "combine": (
        ("runs/a", "runs/b"),
        "python -m harness combine runs/a runs/b --ensemble plurality -o submission.jsonl",
    ),
}


@pytest.mark.parametrize("command", NAMED)
def test_a_command_that_only_looks_names_what_goes_on_from_there(folder: Path, command: str) -> None:
    words, then = NAMED[command]
    (*_, last) = good("harness", command.partition(" ")[0], *words, folder=folder).err.splitlines()
    assert last.startswith(f"harness: next: {then}")
    _, name, *others = shlex.split(last.partition("python -m ")[2])
    parser_of(HARNESS.load(name), "x").parsed(others)
    assert all((folder / word).is_dir() for word in others if word.startswith("runs/"))


def goes_on(folder: Path, line: str, url: str) -> None:
    """Run a line that a command ended with, as it is printed; the server that it names is gone, this one is there."""
    words = shlex.split(line.partition(": next: ")[2])
    if words[:2] != ["python", "-m"]:
        return
    words = [url if before == "--endpoint" else word for before, word in pairwise(words)][1:]
    good(words[0], *words[1:], folder=folder)


@pytest.mark.parametrize("command", NAMED)
def test_what_goes_on_runs_as_it_is_printed(folder: Path, command: str) -> None:
    (*_, last) = good("harness", command.partition(" ")[0], *NAMED[command][0], folder=folder).err.splitlines()
    with serving() as server:
        goes_on(folder, last, server.url)


def test_replay_goes_on_with_what_was_asked_and_where(folder: Path, tmp_path: Path) -> None:
    rule = ("--rule", "fixed:2")
    (*_, last) = good("harness", "replay", "runs/a", "runs/b", *rule, folder=folder).err.splitlines()
    words = shlex.split(last)
    asked = words[words.index("eval") + 1 : words.index("--rule")]
    assert [asked[0], asked[1]] == ["p.jsonl", "--endpoint"]
    # Records name no problems, and runs on several files no one file: nothing that would ask others is printed.
    good("harness", "export", "runs/a", "--to", "votes", "-o", "letters", folder=folder)
    (tmp_path / "other").mkdir()
    binding = json.loads((folder / "runs/a/config.json").read_text(encoding="utf-8"))
    binding["binding"]["data"] = ["q.jsonl"]
    (tmp_path / "other/config.json").write_text(json.dumps(binding), encoding="utf-8")
    (tmp_path / "other/results.jsonl").write_bytes((folder / "runs/a/results.jsonl").read_bytes())
    for files in (["letters/votes.jsonl"], ["runs/a", str(tmp_path / "other")]):
        told = good("harness", "replay", *files, *rule, folder=folder).err
        assert "next:" not in told
        assert told.endswith("harness: for a run: --rule fixed:2 --max-samples 8\n"), told


def test_an_evaluation_names_the_page_once(folder: Path) -> None:
    with serving() as server:
        words = ("p.jsonl", "--limit", 2, "--endpoint", server.url, "--run", "runs-once/a")
        ended = good("harness", "eval", *words, folder=folder)
    assert (ended.out + ended.err).count("harness report") == 1
    assert ended.err.endswith("harness: next: python -m harness report runs-once/a\n")


def test_every_form_of_an_export_is_among_them() -> None:
    assert {f"export {name}" for name in export._NEXT} <= ENDINGS.keys()
    tried = {words[2] for name, (words, _, _) in ENDINGS.items() if name.startswith("export ")}
    actions = parser_of(HARNESS.load("export"), "export")._actions
    assert set(next(one.choices or () for one in actions if "--to" in one.option_strings)) == tried


SYNTH: dict[str, tuple[tuple[str, ...], str]] = {
    "rows": (("mix", "rows.jsonl", "--out", "m.jsonl"), "synth check m.jsonl"),
    "pairs": (("mix", "pairs.jsonl", "--out", "m.jsonl"), "train dpo embedded-dpo data.train=m.jsonl"),
    "problems": (("mix", "p.jsonl", "--out", "m.jsonl"), "train grpo embedded-grpo data.train=m.jsonl"),
    "verl": (("export", "--env", "verl", "--count", "1", "--out", "env"), "data.val_files=env/train.parquet"),
    "verifiers": (("export", "--env", "verifiers", "--count", "1", "--out", "env"), "pip install -e env"),
    "gym": (("export", "--env", "reasoning-gym", "--count", "1", "--out", "env"), "PYTHONPATH=env python -c"),
}


@pytest.mark.parametrize("case", SYNTH)
def test_mixtures_and_environments_end_with_what_takes_them(folder: Path, case: str) -> None:
    words, then = SYNTH[case]
    (folder / "rows.jsonl").write_bytes((ROOT / INPUTS / "rows.jsonl").read_bytes())
    turns = {"prompt": [{"role": "user", "content": "?"}]}
    pair = {**turns, "chosen": [{"role": "assistant", "content": "A"}], "rejected": turns["prompt"]}
    (folder / "pairs.jsonl").write_text(json.dumps(pair) + "\n", encoding="utf-8")
    told = good("synth", *words, folder=folder).err
    assert re.search(rf"^synth: next: .*{re.escape(then)}", told, re.MULTILINE), told


def test_letters_read_from_a_pipe_are_counted_beside_it(folder: Path) -> None:
    rows = [{"output": "答案是：B", "n_options": 4}, {"output": "我不知道", "n_options": 4}]
    told = good("solver", "extract", stdin="".join(json.dumps(row) + "\n" for row in rows).encode(), folder=folder)
    assert told.err == "solver: 2 outputs, 1 without a letter: the rule says why\n"
    assert len(told.rows) == 2


def test_what_was_only_checked_says_how_it_is_done(folder: Path) -> None:
    pytest.importorskip("trl")
    (folder / "learn.jsonl").write_bytes((ROOT / INPUTS / "rows.jsonl").read_bytes())
    words = ("sft", "embedded-lora", "data.train=learn.jsonl", "--out", "runs/sft")
    told = good("train", *words, "--check", folder=folder)
    assert told.err.splitlines()[-1] == f"train: next: python -m train {' '.join(words)}"


def test_what_was_harvested_is_told_without_brackets_of_a_program(folder: Path) -> None:
    told = good("synth", "harvest", "runs/a", "--data", "p.jsonl", "--out", "own", folder=folder).out
    assert "runs: runs/a\n" in told
    assert not re.search(r"[{}\[\]']", told), told


@pytest.mark.parametrize("command", ["sft", "dpo", "grpo"])
@pytest.mark.parametrize("base", ["models/no-such", "/no/such", "nowhere"])
def test_a_slip_in_a_bases_name_is_told_before_anything_large_is_imported(
    folder: Path, command: str, base: str
) -> None:
    (folder / "learn.jsonl").write_bytes((ROOT / INPUTS / "rows.jsonl").read_bytes())
    recipe = {"sft": "embedded-lora"}.get(command, f"embedded-{command}")
    words = (recipe, f"base.model={base}", "data.train=learn.jsonl", "--out", "runs/slip")
    with mock.patch.dict(sys.modules, dict.fromkeys(("train.lora.run", "transformers", "torch"))):
        told = ran("train", command, *words, folder=folder)
    assert told.code != 0
    assert told.err.startswith(f"train: base.model '{base}' is no folder here")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize("command", ["sft", "dpo", "grpo"])
@pytest.mark.parametrize(
    "words",
    [
        ("data.train=[learn.jsonl,./learn.jsonl]",),
        ("data.train=learn.jsonl", "data.eval=learn.jsonl", "data.eval_share=0"),
    ],
)
def test_no_file_is_learnt_from_twice_nor_measured_on(folder: Path, command: str, words: tuple[str, ...]) -> None:
    (folder / "learn.jsonl").write_bytes((ROOT / INPUTS / "rows.jsonl").read_bytes())
    recipe = {"sft": "embedded-lora"}.get(command, f"embedded-{command}")
    base = f"base.model={ROOT / 'models/embedded'}"
    told = ran("train", command, recipe, base, *words, "--out", "runs/twice", folder=folder)
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "training was given the same file twice" in told.err


@pytest.mark.parametrize("base", ["/no/such", "no-such"])
def test_no_command_that_fetches_from_a_hub_is_advised_for_what_no_hub_can_have(folder: Path, base: str) -> None:
    (folder / "lost").mkdir(exist_ok=True)
    (folder / "lost" / "adapter_config.json").write_text(
        json.dumps({"peft_type": "LORA", "base_model_name_or_path": base})
    )
    (folder / "lost" / "adapter_model.safetensors").touch()
    for words in (("lost",), ("lost", "--base", base)):
        told = ran("train", "merge", *words, "--out", "merged", folder=folder)
        assert told.code == 2
        assert f"model folder {base} does not exist" in told.err
        assert "fetch" not in told.err
