"""No command writes over what it reads, nor over a file that is none of its own, however the name is spelt.

A new command is a line in ``FILES``, ``FOLDERS`` or ``NO_OUTPUT``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from logic_vote import PROGRAMS
from tests.golden.command import INPUTS, ROOT, Ended, good, ran
from tests.support.run_folders import a_run

FILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "harness combine": ("runs/a/submission.jsonl", ("runs/a", "runs/b", "-o", "{out}")),
    "harness combine, the data": ("runs/a/problems.jsonl", ("runs/a", "runs/b", "-o", "{out}")),
    "harness submit": ("runs/a/submission.jsonl", ("runs/a", "-o", "{out}")),
    "harness submit, the data": ("runs/a/problems.jsonl", ("runs/a", "-o", "{out}")),
    "harness submit, the results": ("runs/a/results.jsonl", ("runs/a", "-o", "{out}")),
    "harness report": ("runs/a/results.jsonl", ("runs/a", "-o", "{out}")),
    "harness report, the data": ("problems.jsonl", ("runs/a", "--data", "problems.jsonl", "-o", "{out}")),
    "harness audit": ("problems.jsonl", ("runs/a", "--data", "problems.jsonl", "-o", "{out}")),
    "harness audit, decisions": ("fixes.jsonl", ("runs/a", "--decisions", "fixes.jsonl", "-o", "{out}")),
    "harness audit, applied": ("problems.jsonl", ("--apply", "fixes.jsonl", "problems.jsonl", "-o", "{out}")),
    "harness audit, applied over the decisions": (
        "fixes.jsonl",
        ("--apply", "fixes.jsonl", "problems.jsonl", "-o", "{out}"),
    ),
    "harness tune": (
        "mine.yaml",
        ("problems.jsonl", "--endpoint", "http://127.0.0.1:9/v1", "--config", "mine.yaml", "--out", "{out}"),
    ),
    "harness board": ("rows.jsonl", ("rows.jsonl", "-o", "{out}")),
    "synth mix": ("rows.jsonl", ("rows.jsonl", "--out", "{out}")),
    "synth check": ("rows.jsonl", ("rows.jsonl", "-o", "{out}")),
    "synth check, findings": ("rows.jsonl", ("rows.jsonl", "--findings", "{out}")),
    "synth check, a benchmark": ("problems.jsonl", ("rows.jsonl", "--against", "problems.jsonl", "-o", "{out}")),
}
"""Command -> a file that it reads, and words with ``{out}`` for what it is told to write."""
FOLDERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "harness eval": ("submission.jsonl", ("{read}", "--endpoint", "http://127.0.0.1:9/v1", "--run", "{out}")),
    "synth distill": ("train.contest.jsonl", ("embedded", "{read}", "--out", "{out}")),
    "synth augment": ("accepted.jsonl", ("augment", "{read}", "--out", "{out}")),
    "synth perturb": ("perturbed.jsonl", ("{read}", "--out", "{out}")),
    "synth harvest": ("train.contest.jsonl", ("runs/a", "--data", "{read}", "--out", "{out}")),
    "synth export": ("reward.py", ("--env", "verl", "--count", "1", "--prompt", "{read}", "--out", "{out}")),
    "train sft": ("over_length.jsonl", ("embedded-lora", "data.train={read}", "--out", "{out}")),
    "train dpo": ("over_length.jsonl", ("embedded-dpo", "data.train={read}", "--out", "{out}")),
    "train grpo": ("over_length.jsonl", ("embedded-grpo", "data.train={read}", "--out", "{out}")),
    "train pretrain": ("model", ("--recipe", "tiny", "--init-from", "{read}", "--out", "{out}")),
    "train export": ("train.jsonl", ("embedded-lora", "data.train={read}", "--to", "ms-swift", "--out", "{out}")),
}
"""Command -> the name of something that it reads and would write, and words with ``{out}`` for the folder of both."""
FOREIGN: dict[str, tuple[str, ...]] = {
    "harness combine": ("runs/a", "runs/b", "-o", "{out}"),
    "harness submit": ("runs/a", "-o", "{out}"),
    "harness report": ("runs/a", "-o", "{out}"),
    "harness audit": ("runs/a", "-o", "{out}"),
    "harness audit, applied": ("--apply", "fixes.jsonl", "problems.jsonl", "-o", "{out}"),
    "synth generate": ("--count", "1", "--processes", "1", "--no-check", "--out", "{out}"),
    "synth benchmark": ("--out", "{out}"),
    "synth mix": ("rows.jsonl", "--out", "{out}"),
    "synth check": ("rows.jsonl", "-o", "{out}"),
    "synth check, findings": ("rows.jsonl", "--findings", "{out}"),
}
"""Command -> words with ``{out}`` for a file that is there and is somebody's."""
NO_OUTPUT = {
    *("solver terminal", "solver answer", "solver serve", "solver extract"),
    *("harness replay", "harness compare", "harness leaderboard", "harness forecast", "harness doctor"),
    *("synth families", "synth giveaways", "train plan"),
}
"""Commands that are told no place to write to; the terminal appends."""
OTHERWISE = {
    "harness benchmarks": "a cache",
    "harness fetch": "a cache",
    "harness export": "its own test below",
    "harness tune": "a run folder, and a preset made of it",
    "harness import": "a run folder, which must be new",
    "harness reproduce": "a run folder, which must be new",
    "harness reread": "a run folder, which must be new",
    "synth harvest": "a folder, not looked at here yet",
    "train grpo": "a run folder, not looked at here yet",
    "train merge": "--out must not exist",
    "train quantize": "--out must not exist",
    "train tokenizer": "its own test below",
}
SPELLINGS: dict[str, Callable[[Path, Path], Path]] = {
    "as it is": lambda path, place: path,
    "through its folder's parent": lambda path, place: path.parent / ".." / path.parent.name / path.name,
    "a link": lambda path, place: _made(place / f"link{path.suffix}", lambda link: link.symlink_to(path.resolve())),
    "a hard link": lambda path, place: _made(place / f"hard{path.suffix}", lambda link: os.link(path, link)),
}


def _made(path: Path, make: Callable[[Path], object]) -> Path:
    make(path)
    return path


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spared")
    for name in "ab":
        a_run(folder / "runs" / name, n=6, text="题")
        (folder / "runs" / name / "submission.jsonl").write_bytes(
            (folder / "runs" / name / "problems.jsonl").read_bytes()
        )
    shutil.copy(folder / "runs/a/problems.jsonl", folder / "problems.jsonl")
    shutil.copy(ROOT / INPUTS / "rows.jsonl", folder / "rows.jsonl")
    (folder / "mine.yaml").write_text("max_samples: 4\n", encoding="utf-8")
    (folder / "fixes.jsonl").write_text('{"id": "p0#0", "answer": "B", "question_id": "p0#0"}\n', encoding="utf-8")
    return folder


@pytest.fixture
def place(template: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "place"
    shutil.copytree(template, folder)
    for config in folder.glob("runs/*/config.json"):
        config.write_text(config.read_text(encoding="utf-8").replace(str(template), str(folder)), encoding="utf-8")
    return folder


def ran_in(place: Path, command: str, words: tuple[str, ...], **values: object) -> Ended:
    package, name = command.partition(",")[0].split()
    return ran(package, name, *(word.format(**values) for word in words), folder=place)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("command", FILES)
def test_a_file_that_is_read_is_not_written_over(place: Path, command: str, spelling: str) -> None:
    name, words = FILES[command]
    before = (place / name).read_bytes()
    ending = ran_in(place, command, words, out=SPELLINGS[spelling](place / name, place))
    assert ending.code == 2, ending.err
    assert "which this command reads" in ending.err
    assert (place / name).read_bytes() == before


@pytest.mark.parametrize("is_linked", [False, True], ids=["as it is", "a link"])
@pytest.mark.parametrize("command", FOLDERS)
def test_what_is_read_from_the_folder_that_is_written_stays(place: Path, command: str, is_linked: bool) -> None:
    name, words = FOLDERS[command]
    (place / "out").mkdir()
    read = place / "out" / name
    if command == "train pretrain":
        read.mkdir()
        before = b""
    else:
        before = (place / ("rows.jsonl" if command.startswith("train") else "problems.jsonl")).read_bytes()
        read.write_bytes(before)
    out = place / "out"
    if is_linked:
        out = place / "linked"
        out.symlink_to(place / "out")
    ending = ran_in(place, command, words, read=read, out=out)
    assert ending.code == 2, ending.err
    assert "which this command reads" in ending.err
    assert [path.name for path in (place / "out").iterdir()] == [name]
    assert read.is_dir() or read.read_bytes() == before


@pytest.mark.parametrize("command", FOREIGN)
def test_a_file_that_somebody_wrote_is_not_written_over(place: Path, command: str) -> None:
    notes = place / "notes.md"
    notes.write_text("# what I found in three weeks\n", encoding="utf-8")
    ending = ran_in(place, command, FOREIGN[command], out=notes)
    assert ending.code == 2, ending.err
    assert "is there already" in ending.err
    assert notes.read_text(encoding="utf-8") == "# what I found in three weeks\n"


@pytest.mark.parametrize("command", [command for command in FOREIGN if command != "synth benchmark"])
def test_what_a_command_wrote_it_writes_again(place: Path, command: str) -> None:
    for _ in range(2):
        ending = ran_in(place, command, FOREIGN[command], out=place / "again")
        assert ending.code in (0, 1), ending.err


@pytest.mark.parametrize("command", sorted({*FOREIGN, *FOLDERS}))
def test_a_place_that_cannot_be_is_refused_before_anything_is_done(place: Path, command: str) -> None:
    words = FOREIGN[command] if command in FOREIGN else FOLDERS[command][1]
    read = place / ("rows.jsonl" if command.startswith("train") else "problems.jsonl")
    ending = ran_in(place, command, words, read=read, out=place / "rows.jsonl" / "below")
    # As every fault of the disk.
    assert ending.code == 1, ending.err
    assert "below" in ending.err


@pytest.mark.parametrize("command", sorted({*FOREIGN, *FOLDERS}))
def test_a_dash_makes_no_file_of_that_name(place: Path, command: str) -> None:
    words = FOREIGN[command] if command in FOREIGN else FOLDERS[command][1]
    read = place / ("rows.jsonl" if command.startswith("train") else "problems.jsonl")
    ending = ran_in(place, command, words, read=read, out="-")
    assert (ending.code, (place / "-").exists()) == (2, False), ending.err
    assert "does not mean stdout here; name a " in ending.err


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("synth generate", FOREIGN["synth generate"]),
        ("harness board", ("votes.jsonl", "-o", "{out}")),
    ],
)
def test_nothing_is_written_beside_a_pipe(place: Path, command: str, words: tuple[str, ...]) -> None:
    """``/dev/stdout`` is a place for one file; its neighbours would go to ``/dev``."""
    os.mkfifo(place / "pipe")
    ending = ran_in(place, command, words, out=place / "pipe")
    assert ending.code == 2, ending.err
    assert "is a pipe or a device" in ending.err


def test_every_command_is_looked_at() -> None:
    named = {one.partition(",")[0] for one in (*FILES, *FOLDERS, *FOREIGN)} | NO_OUTPUT | OTHERWISE.keys()
    assert named == {f"{program.package} {name}" for program in PROGRAMS for name in program.commands}


def test_decisions_outlive_a_new_audit(place: Path) -> None:
    good("harness", "audit", "runs/a", "-o", "disputed.jsonl", "--min-strength", 0, folder=place)
    rows = [json.loads(line) for line in (place / "disputed.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows
    rows[0] |= {"decision": rows[0]["proposed"], "remark": "I looked at it twice"}
    gone = {"question_id": "p9#0", "gold": "A", "proposed": "B", "decision": "keep"}
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in (*rows, gone))
    (place / "disputed.jsonl").write_text(text, encoding="utf-8")
    good("harness", "audit", "runs/a", "-o", "disputed.jsonl", "--min-strength", 0, folder=place)
    after = [json.loads(line) for line in (place / "disputed.jsonl").read_text(encoding="utf-8").splitlines()]
    assert after[0] == rows[0]
    assert after[-1] == gone
    assert len(after) == len(rows) + 1


def test_an_audit_against_decisions_leaves_them_as_they_are(place: Path) -> None:
    (place / "disputed.jsonl").write_bytes((place / "fixes.jsonl").read_bytes())
    good("harness", "audit", "runs/a", "--decisions", "disputed.jsonl", folder=place)
    assert (place / "disputed.jsonl").read_bytes() == (place / "fixes.jsonl").read_bytes()


def test_a_configuration_that_somebody_changed_is_not_exported_over(place: Path) -> None:
    words = ("export", "champion-qwen2.5-32b", "data.train=rows.jsonl", "--to", "ms-swift", "--out", "swift")
    for _ in range(2):
        good("train", *words, folder=place)
    config = place / "swift/sft.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "my_option: 1\n", encoding="utf-8")
    ending = ran("train", *words, folder=place)
    assert (ending.code, "is there already" in ending.err) == (2, True)
    assert "my_option: 1" in config.read_text(encoding="utf-8")


@pytest.mark.parametrize("tool", ["inspect", "lm-eval"])
def test_a_run_is_exported_again_but_not_over_what_somebody_wrote(place: Path, tool: str) -> None:
    for _ in range(2):
        written = good("harness", "export", "runs/a", "--to", tool, "-o", "logs", folder=place).out.splitlines()
    notes = place / written[0]
    notes.write_text("my notes\n", encoding="utf-8")
    ending = ran("harness", "export", "runs/a", "--to", tool, "-o", "logs", folder=place)
    assert (ending.code, notes.read_text(encoding="utf-8")) == (2, "my notes\n")


def test_a_tokenizer_is_not_put_under_the_weights_of_a_model(place: Path) -> None:
    (place / "model").mkdir()
    (place / "model/model.safetensors").touch()
    assert ran("train", "tokenizer", "--out", "model", "--items", 20, folder=place).code != 0
    assert [path.name for path in (place / "model").iterdir()] == ["model.safetensors"]


@pytest.mark.parametrize("command", sorted(FOREIGN.keys() - {"synth benchmark"}))  # which takes a minute
def test_the_folder_of_what_is_written_is_made_where_there_is_none(place: Path, command: str) -> None:
    out = place / "new" / "folder" / "out.jsonl"
    ending = ran_in(place, command, FOREIGN[command], out=out)
    # Somebody who checks rows is also told what is wrong with them.
    assert ending.code in ((0, 1) if command.startswith("synth check") else (0,)), ending.err
    assert out.is_file()
