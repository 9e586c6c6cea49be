"""Every command over hostile names, on terminals of three encodings and on a real one: nothing steers either stream.

The names of files, folders, models, families, splits and ids all hold control codes, marks that turn the direction of
writing, and half a surrogate pair. Whether a command can do its work is not asked here: it ends with an exit code of
ours, without a trace, and what it says is harmless.
"""

from __future__ import annotations

import io
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest

from logic_vote import PROGRAMS
from solver.base.cli import main
from solver.base.text_safety import cleaned
from tests.support.checkout import ROOT
from tests.support.command import serving

EVIL = "e\x1b]0;owned\x07\x1b[2J\x9b2J\u202e\u2066\u200fb"
"""Retitles the window, rings, clears the screen and turns the direction of writing."""
COMMANDS = [f"{program.package} {name}" for program in PROGRAMS for name in program.commands]
SAMPLING = ("--prompt", "direct", "--max-tokens", "50", "--no-close", "--rule", "fixed:2", "--slots", "4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """What the commands are given."""

    folder: Path
    url: str
    """Of a server whose models are called so, too."""

    @property
    def data(self) -> Path:
        return self.folder / f"{EVIL}.jsonl"

    @property
    def run(self) -> Path:
        return self.folder / f"run {EVIL}"


def words_of(command: str, here: Hostile, out: Path) -> list[object]:
    """Return a command's words."""
    data, run, url, folder = here.data, here.run, here.url, here.folder
    ask = ("--endpoint", url, *SAMPLING)
    quiet = ("--display", "none")
    table: dict[str, list[object]] = {
        "solver terminal": ["--open", data, *ask],
        "solver answer": [data, *ask],
        "solver serve": ["--endpoint", "http://127.0.0.1:9/v1", "--model", EVIL, "--prompt", folder / f"{EVIL}.txt"],
        "solver extract": [],
        "harness eval": [data, *ask, "--run", out / "run", "--details"],
        "harness tune": [data, "--endpoint", url, "--run", out / "run", "--out", out / "t.yaml", "--cap", "2", *quiet],
        "harness replay": [run, "--rule", "fixed:1", "--permutations", "2", "--pool-by", "question_id"],
        "harness reread": [run, "-o", out / EVIL],
        "harness board": [run, "--orders", "1", "--min-samples", "2", "-o", out / "b.md"],
        "harness forecast": [data, *ask, "--run", out / "pilot", *quiet],
        "harness compare": [run, run],
        "harness combine": [run, run, "-o", out / "c.jsonl"],
        "harness report": [run, "-o", out / f"r {EVIL}.html"],
        "harness export": [run, "--to", "lm-eval", "-o", out / EVIL],
        "harness import": [folder / "logs", "-o", out / EVIL],
        "harness leaderboard": [folder],
        "harness audit": [run, "--data", data, "-o", out / f"{EVIL}.jsonl", "--min-strength", "-1"],
        "harness submit": [run, "-o", out / f"{EVIL}.jsonl"],
        "harness doctor": ["--endpoint", url, "--model", EVIL],
        "harness benchmarks": ["--fetch", EVIL],
        "harness fetch": [f"{EVIL}/{EVIL}"],
        "harness reproduce": [run, "--endpoint", "http://127.0.0.1:9/v1", "--run", out / EVIL, *quiet],
        "synth generate": ["--count", "2", "--families", EVIL, "--out", out / f"{EVIL}.jsonl"],
        "synth families": [],
        "synth benchmark": ["--out", data / EVIL],
        "synth distill": [folder / f"{EVIL}.yaml", data, "--out", out / EVIL, "--endpoint", url, *quiet],
        "synth harvest": [run, "--data", data, "--out", out / EVIL],
        "synth check": [data, data, "--no-builtin", "--processes", "1", "--findings", out / "f.jsonl"],
        "synth giveaways": [data],
        "synth augment": ["augment", data, "--out", out / EVIL, "--endpoint", url, "--accept", "1", "--limit", "1"],
        "synth mix": [f"{data}=1", data, "--total", "2", "--out", out / f"{EVIL}.jsonl"],
        "synth export": ["--env", "verifiers", "--count", "1", "--family", EVIL, "--out", out / EVIL],
        "synth perturb": [data, "--out", out / EVIL],
        "train tokenizer": ["--out", data / EVIL, "--source", "toy", "--items", "40", "--vocab", "300"],
        "train pretrain": ["--recipe", folder / f"{EVIL}.yaml", "--out", out / EVIL],
        "train sft": ["embedded-lora", f"base.model={folder / 'model'}", f"data.train={data}", "--out", out / EVIL],
        "train dpo": ["embedded-dpo", f"base.model={EVIL}", f"data.train={data}", "--out", out / EVIL],
        "train grpo": ["embedded-grpo", f"base.model={EVIL}", f"data.train={data}", "--out", out / EVIL],
        "train merge": [folder / "adapter", "--out", out / EVIL],
        "train quantize": [folder / "model", "--out", out / EVIL],
        "train export": ["embedded-lora", f"base.model={EVIL}", "--to", "ms-swift", "--out", out / EVIL],
        "train plan": ["embedded-lora", f"base.model={folder / 'model'}", f"name={EVIL}"],
    }
    return table[command]


def _fill(folder: Path) -> None:
    """Write problems, a plan that is none, logs of another tool, a model and an adapter, all with hostile names."""
    rows = [
        {
            "id": f"a\u202eb{number}",
            "problem": f"第{number}题{EVIL}：谁在左边？",
            "family": f"[red]{EVIL}",
            "split": EVIL,
            "questions": [{"question": f"谁？{EVIL}", "options": [f"甲{EVIL}", "乙", "丙"], "answer": "A"}],
        }
        for number in range(3)
    ]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / f"{EVIL}.jsonl").write_text(text, encoding="utf-8")
    (folder / f"{EVIL}.yaml").write_text(json.dumps({EVIL: EVIL}), encoding="utf-8")
    (folder / f"{EVIL}.txt").write_text(EVIL, encoding="utf-8")
    logs = folder / "logs"
    logs.mkdir()
    sample = {"doc": {"question": EVIL, "choices": ["a", EVIL]}, "resps": [[EVIL]], "filtered_resps": [EVIL]}
    row = {**sample, "target": "A", "doc_id": EVIL, "filter": EVIL}
    name = logs / f"samples_{cleaned(EVIL)}_2026-01-01T00-00-00.000000.jsonl"
    name.write_text(json.dumps(row) + "\n", encoding="utf-8")
    for kind, settings in (
        ("model", {"model_type": EVIL, "architectures": [EVIL], "quantization_config": {"quant_method": EVIL}}),
        ("adapter", {"peft_type": "LORA", "base_model_name_or_path": EVIL, "r": 8}),
    ):
        (folder / kind).mkdir()
        file = "config.json" if kind == "model" else "adapter_config.json"
        (folder / kind / file).write_text(json.dumps(settings), encoding="utf-8")
        weights = "model.safetensors" if kind == "model" else "adapter_model.safetensors"
        header = json.dumps({EVIL: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
        (folder / kind / weights).write_bytes(struct.pack("<Q", len(header)) + header + bytes(4))
    index = {"weight_map": {"a": f"../{EVIL}"}}
    (folder / "model" / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    folder = tmp_path_factory.mktemp("hostile")
    _fill(folder)
    with serving(models=(EVIL,)) as server:
        found = Hostile(folder=folder, url=server.url)
        words = ["eval", found.data, "--endpoint", server.url, "--run", found.run, *SAMPLING, "--display", "none"]
        done = subprocess.run(
            [sys.executable, "-m", "harness", *map(str, words)], cwd=ROOT, capture_output=True, timeout=100
        )
        assert done.returncode == 0, done.stderr
        yield found


class Stream(io.TextIOWrapper):
    """A stream to a terminal of some encoding, as Python makes it."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, errors="strict")

    @property
    def said(self) -> str:
        """What the terminal got."""
        self.flush()
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode(self.encoding)


def ran(command: str, words: list[object], encoding: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Run a command in this process; returns its exit code and both its streams."""
    package, name = command.split()
    out, err = Stream(encoding), Stream(encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    lines = json.dumps({"output": f"答案是：A {EVIL}", "n_options": 3, EVIL: EVIL}) + "\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode()), encoding="utf-8"))
    program = next(one for one in PROGRAMS if one.package == package)
    try:
        code = main(program, [name, *map(str, words)])
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        monkeypatch.undo()
    return code, f"{out.said}\n{err.said}"


@pytest.mark.parametrize(
    ("command", "encoding"),
    [*((command, "utf-8") for command in COMMANDS), *zip(COMMANDS, cycle(("gbk", "ascii")), strict=False)],
)
def test_no_command_lets_a_name_steer_a_terminal(
    command: str, encoding: str, here: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = ran(command, words_of(command, here, tmp_path), encoding, monkeypatch)
    assert code in (0, 1, 2), said
    assert cleaned(said) == said
    assert "Traceback" not in said
    assert "a bug" not in said, said
    outside = [path for path in tmp_path.rglob("*") if not path.resolve().is_relative_to(tmp_path)]
    assert not outside


def test_a_real_terminal_gets_no_code_from_a_name(here: Hostile, tmp_path: Path) -> None:
    """The live view draws with codes of its own; those in names are not among them."""
    ours, theirs = pty.openpty()
    words = ["eval", here.data, "--endpoint", here.url, "--run", tmp_path / "run", *SAMPLING, "--display", "live"]
    command = [sys.executable, "-m", "harness", *map(str, words)]
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR")}
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env={**environment, "TERM": "xterm-256color"}
    )
    os.close(theirs)
    raw = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end has gone
            break
        if not part:
            break
        raw += part
    os.close(ours)
    assert process.wait(60) == 0, raw
    text = raw.decode("utf-8", "replace")
    assert "3 questions" in text
    for code in ("\x1b]", "\x07", "\x9b", "\x1b[2J\x9b", "\u202e", "\u2066", "\u200f"):
        assert code not in text, repr(text[max(0, text.find(code) - 80) :][:160])


def test_names_of_servers_and_models_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names with folders in them, of ten thousand characters, or none at all: one run each, and nothing beside it."""
    from tests.support.command import problems_file

    data, inner = problems_file(tmp_path, 1), tmp_path / "deep" / "inner"
    for place, name in enumerate(("..", "../../escaped", "/tmp/escaped-model", "n" * 10_000, "a/b/c", "~root", "-o")):
        shutil.rmtree(inner, ignore_errors=True)
        with serving(models=(name,)) as server:
            run = inner / f"run{place}"
            words: list[object] = [data, "--endpoint", server.url, "--run", run, *SAMPLING, "--display", "none"]
            code, said = ran("harness eval", words, "utf-8", monkeypatch)
            assert code == 0, said[:2000]
        for tool in ("votes", "lm-eval", "inspect"):
            code, said = ran("harness export", [run, "--to", tool, "-o", inner / "out"], "utf-8", monkeypatch)
            assert code == 0, said
        assert sorted(path.name for path in inner.iterdir()) == ["out", f"run{place}"]
        assert [path.name for path in inner.parent.iterdir()] == ["inner"]
    assert not Path("/tmp/escaped-model").exists()
