"""An option that is accepted acts, or the command stops and says why.

For the commands that take words, each option is given alone beside words that work: what the command says, prints or
writes differs from what it does without, or it is refused. Commands that hold their settings in a record are looked at
as records: every flag changes it, and every field is read somewhere.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.run.config import EvalConfig
from harness.run.folder import RunFolder
from logic_vote import PROGRAMS
from solver.base.cli import Parser, parser_of
from solver.base.config import Config, Entry, entries, values_of
from solver.commands import options
from solver.commands.options import AnswerConfig, TerminalConfig
from solver.gateway.settings import GatewayConfig
from tests.golden.command import INPUTS, ran
from tests.support.checkout import ROOT
from tests.support.run_folders import a_run

RECORDS: dict[str, type[Config]] = {
    "harness eval": EvalConfig,
    "solver answer": AnswerConfig,
    "solver terminal": TerminalConfig,
    "solver serve": GatewayConfig,
}
SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for package in ("solver", "harness", "synth")
    for path in sorted((ROOT / package).rglob("*.py"))
    if path.name not in ("settings.py",)
)
VALUES: dict[str, str] = {
    "display": "none",
    "engine": "server",
    "ensemble": "weighted:.6,.4",
    "prompt": "short",
    "rule": "fixed:2",
    "preset": "none",
    "track": "tensorboard",
    "adapters": "a=models/embedded",
    "serve": "models/embedded",
    "endpoints": "http://127.0.0.1:9/v1",
    "deadline_s": "90s",
    "extra_body": '{"a": 1}',
    "over_launch": "3",
    "price_prompt": "0.5",
    "price_completion": "0.5",
    "top_p": "0.5",
    "min_p": "0.5",
    "body_limit": "2048",
    "samples_limit": "32",
    "host": "0.0.0.0",
    "port": "9",
    "reasoning_effort": "low",
}
"""Values for settings that do not take the number 2 or a word."""
CASES = [
    (command, entry)
    for command, model in RECORDS.items()
    for entry in entries(model).values()
    if entry.facts.flags is None or entry.facts.flags
]


def _flag(entry: Entry) -> str:
    return entry.facts.flags[0] if entry.facts.flags else f"--{entry.name.replace('_', '-')}"


@pytest.mark.parametrize(("command", "entry"), CASES, ids=lambda one: one if isinstance(one, str) else one.name)
def test_every_flag_of_a_record_changes_it(command: str, entry: Entry) -> None:
    package, name = command.split()
    model = RECORDS[command]
    program = next(program for program in PROGRAMS if program.package == package)
    parser = parser_of(program.load(name), command)
    action = parser._option_string_actions[_flag(entry)]
    further = ["--model", "x", "--model", "y"] if entry.name == "ensemble" else []
    other = next((str(one) for one in action.choices or () if one != entry.default), "2")
    value = [] if action.nargs == 0 else [VALUES.get(entry.name, other)]
    files = "data" if model is EvalConfig else "files" if model is AnswerConfig else None
    plain = options.read(model, parser.parsed(further), files=files)
    told = parser.parsed([_flag(entry), *value, *further])
    changed = options.read(model, told, files=files)
    if action.nargs == 0 and values_of(plain) == values_of(changed):
        # A flag for what holds anyway: the other one of the pair acts.
        changed = options.read(model, parser.parsed([action.option_strings[-1], *further]), files=files)
    assert values_of(plain) != values_of(changed)


@pytest.mark.parametrize(("command", "entry"), CASES, ids=lambda one: one if isinstance(one, str) else one.name)
def test_every_field_of_a_record_is_read_somewhere(command: str, entry: Entry) -> None:
    if entry.facts.is_sent:
        return  # goes to the engine with all others of its kind
    assert re.search(rf"\.{entry.path[-1]}\b", SOURCES), f"{entry.name} is read nowhere"


@pytest.mark.parametrize("words", [
    ("--adapter", "a=models/embedded"),
    ("--serve", "models/embedded"),
    ("--vram-gb", "8"),
    ("--replicas", "2"),
    ("--engine", "server"),
    ("--engine-arg=--x=1",),
    ("--kv-cache-dtype", "fp8"),
    ("--eager",),
])  # fmt: skip
@pytest.mark.parametrize("command", RECORDS)
def test_what_is_about_an_engine_is_refused_beside_a_running_server(command: str, words: tuple[str, ...]) -> None:
    package, name = command.split()
    ending = ran(package, name, "--endpoint", "http://127.0.0.1:9/v1", *words, stdin=b"x")
    assert ending.code == 2
    assert "give one of the two" in ending.err
    assert words[0].partition("=")[0] in ending.err


def test_adapters_are_what_is_asked_where_no_model_is_named() -> None:
    config = _eval("--adapter", "a=models/x", "--adapter", "b=models/y", "--ensemble", "weighted:.6,.4")
    assert config.sampling.models == ("a", "b")
    assert _eval("--adapter", "a=models/x", "--model", "base").sampling.models == ("base",)


@pytest.mark.parametrize("words", [
    ("--model", "x", "--model", "y", "--ensemble", "weighted:0.8"),
    ("--adapter", "x=a", "--adapter", "y=b", "--ensemble", "weighted:0.8"),
    ("--model", "x", "--ensemble", "weighted:.6,.4"),
    ("--ensemble", "weighted:.6,.4"),
])  # fmt: skip
def test_an_ensemble_that_fits_no_models_is_refused_before_anything_is_asked(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    endpoint = () if "--adapter" in words else ("--endpoint", "http://127.0.0.1:9/v1")
    ending = ran("harness", "eval", *words, *endpoint, "--run", tmp_path / "run")
    assert ending.code == 2
    assert "weights for 2 models" in ending.err or "name two or more" in ending.err
    assert not (tmp_path / "run").exists()


WORDS: dict[str, tuple[tuple[str, ...], dict[str, tuple[str, ...]]]] = {
    "harness replay": (
        ("votes.jsonl", "--rule", "lead:2"),
        {
            "--rule": ("--rule", "fixed:1"),
            "--cap": ("--cap", "1"),
            "--permutations": ("--permutations", "0"),
            "--pool-by": ("--pool-by", "dataset"),
            "--at-k": ("--at-k",),
            "--min-samples": ("--min-samples", "99"),
            "--seed": ("--seed", "5"),
            "--json": ("--json",),
        },
    ),
    "harness compare": (("runs/a", "runs/b"), {"--json": ("--json",)}),
    "harness combine": (
        ("runs/a", "runs/b"),
        {"--ensemble": ("--ensemble", "plurality"), "--out": ("-o", "out.jsonl"), "--json": ("--json",)},
    ),
    "harness report": (
        ("runs/a", "-o", "out.html"),
        {"--output": ("-o", "other.html"), "--data": ("--data", "gone.jsonl"), "--no-chains": ("--no-chains",)},
    ),
    "harness export": (
        ("runs/a", "--to", "inspect"),
        {
            "--to": ("--to", "lm-eval"),
            "--output": ("-o", "elsewhere"),
            "--data": ("--data", "gone.jsonl"),
            "--prompt": ("--prompt", "short"),
        },
    ),
    "harness leaderboard": (("runs",), {"--json": ("--json",)}),
    "harness submit": (("runs/a", "-o", "out.jsonl"), {"--out": ("-o", "b.jsonl"), "--fill": ("--fill", "b")}),
    "harness audit": (
        ("runs/a", "votes.jsonl", "-o", "out.jsonl", "--min-strength", "-1"),
        {
            "--data": ("--data", "gone.jsonl"),
            "--out": ("-o", "b.jsonl"),
            "--min-strength": ("--min-strength", "0.9"),
            "--leave-out": ("--leave-out", "m"),
            "--decisions": ("--decisions", "fixes.jsonl"),
            "--apply": ("--apply", "fixes.jsonl"),
            "--json": ("--json",),
        },
    ),
    "synth generate": (
        ("--count", "2", "--processes", "1", "--out", "out.jsonl"),
        {
            "--count": ("--count", "3"),
            "--seed": ("--seed", "9"),
            "--out": ("--out", "b.jsonl"),
            "--family": ("--family", "seating"),
            "--lang": ("--lang", "en"),
            "--difficulty": ("--difficulty", "5"),
            "--format": ("--format", "messages"),
            "--no-check": ("--no-check",),
        },
    ),
    "synth export": (
        ("--env", "verifiers", "--count", "2", "--out", "out"),
        {
            "--env": ("--env", "reasoning-gym"),
            "--count": ("--count", "3"),
            "--val-count": ("--val-count", "1"),
            "--seed": ("--seed", "9"),
            "--family": ("--family", "seating"),
            "--lang": ("--lang", "en"),
            "--difficulty": ("--difficulty", "5"),
            "--prompt": ("--prompt", "short"),
            "--out": ("--out", "elsewhere"),
        },
    ),
    "synth mix": (
        ("rows.jsonl=0.5", "again.jsonl", "--out", "out.jsonl"),
        {"--total": ("--total", "3"), "--seed": ("--seed", "9"), "--out": ("--out", "b.jsonl")},
    ),
    "synth check": (
        ("rows.jsonl", "again.jsonl", "--processes", "1"),
        {
            "--against": ("--against", "rows.jsonl"),
            "--no-builtin": ("--no-builtin",),
            "--out": ("-o", "card.md"),
            "--json": ("--json",),
            "--findings": ("--findings", "found.jsonl"),
            "--allow": ("--allow", "across_files"),
            "--source": ("--source", "x=y"),
            "--rejected": ("--rejected", "gone.jsonl"),
        },
    ),
    "synth perturb": (
        ("problems.jsonl", "--limit", "3", "--out", "out"),
        {
            "--out": ("--out", "other"),
            "--kind": ("--kind", "rename"),
            "--copies": ("--copies", "2"),
            "--seed": ("--seed", "3"),
            "--limit": ("--limit", "2"),
            "--plan": ("--plan", "gone.yaml"),
            "--endpoint": ("--endpoint", "http://127.0.0.1:9/v1"),
            "--model": ("--model", "x"),
            "--max-cost": ("--max-cost", "1"),
            "--max-requests": ("--max-requests", "1"),
        },
    ),
    "train plan": (
        ("embedded-lora",),
        {
            "--gpu": ("--gpu", "h200"),
            "--gpus": ("--gpus", "2"),
            "--rows": ("--rows", "9"),
            "--row-tokens": ("--row-tokens", "9"),
            "--full": ("--full",),
            "--bits": ("--bits", "4"),
            "--logits": ("--logits", "full"),
            "--mfu": ("--mfu", "0.1"),
            "--json": ("--json",),
        },
    ),
    "train export": (
        ("champion-qwen2.5-32b", "data.train=rows.jsonl", "--to", "ms-swift", "--out", "out"),
        {"--to": ("--to", "llama-factory"), "--out": ("--out", "other"), "--form": ("--form", "alpaca")},
    ),
}
"""Command -> words that work, and each of its options as it is given beside them."""
NOT_TRIED = {
    "--processes": "how many at once, not what",
    "--display": "how it is shown",
    "--equal": "weights differ only on many questions: tests/unit/harness/audit",
}
_OTHERS = {"good": ["A"] * 5, "bad": list("BBABB"), "worse": list("BCCCB")}
OPTIONS = [(command, option) for command, (_, found) in WORDS.items() for option in found]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("idle")
    for turn, name in enumerate("ab"):
        a_run(folder / "runs" / name, n=6, text="题", turn=turn)
        run = RunFolder(folder / "runs" / name)
        rows = [json.loads(line) for line in (run.path / "problems.jsonl").read_text(encoding="utf-8").splitlines()]
        rows[0]["questions"][0]["answer"] = None
        run.submission.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    votes = [
        {
            "question_id": f"q{n}",
            "dataset": "d",
            "model": "m",
            "gold": "A",
            "n_options": 3,
            "answers": list("ABACA"[n:]),
        }
        for n in range(3)
    ]
    # Voters that are right more or less often weigh more or less, unless all are to count the same.
    votes += [{**vote, "model": name, "answers": answers} for vote in votes for name, answers in _OTHERS.items()]
    (folder / "votes.jsonl").write_text("".join(json.dumps(vote) + "\n" for vote in votes), encoding="utf-8")
    (folder / "fixes.jsonl").write_text('{"id": "p1#0", "answer": "B"}\n', encoding="utf-8")
    for name in ("rows.jsonl", "generated.jsonl"):
        shutil.copy(ROOT / INPUTS / name, folder / name.replace("generated", "problems"))
    shutil.copy(folder / "rows.jsonl", folder / "again.jsonl")
    return folder


def _did(template: Path, folder: Path, command: str, words: Sequence[str]) -> tuple[object, ...]:
    """Run a command in a copy; returns what it said and left, without times and places."""
    shutil.copytree(template, folder)
    package, name = command.split()
    ending = ran(package, name, *words, folder=folder)
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        if path.suffix in (".jsonl", ".md", ".html", ".yaml", ".py")
        else b""
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".sqlite" not in path.name
    }
    said = re.sub(r"[\d.,]+ (?:s|questions/s|a second)\b", "", ending.out + ending.err)
    return ending.code, said, files


def _instead(words: Sequence[str], option: Sequence[str]) -> list[str]:
    """Put an option into words: in the place of its other value, where it can be given once."""
    found = list(words)
    if option[0] in found and option[0] != "--rule":
        place = found.index(option[0])
        del found[place : place + len(option)]
    return [*found, *option]


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_option_changes_what_is_said_or_written_or_is_refused(
    template: Path, tmp_path: Path, command: str, option: str
) -> None:
    words, found = WORDS[command]
    plain = _did(template, tmp_path / "plain", command, words)
    assert plain[0] in (0, 1), plain[1]
    told = _did(template, tmp_path / "told", command, _instead(words, found[option]))
    assert told[0] == 2 or plain != told


@pytest.mark.parametrize("command", WORDS)
def test_every_option_of_a_command_is_tried(command: str) -> None:
    package, name = command.split()
    program = next(program for program in PROGRAMS if program.package == package)
    actions = parser_of(program.load(name), command)._actions
    options = {one.option_strings[-1] for one in actions if one.option_strings} - {"--help"}
    assert options == WORDS[command][1].keys() | (options & NOT_TRIED.keys())


def _eval(*words: str) -> EvalConfig:
    program = next(program for program in PROGRAMS if program.package == "harness")
    parser: Parser = parser_of(program.load("eval"), "eval")
    return options.read(EvalConfig, parser.parsed(list(words)), files="data")
