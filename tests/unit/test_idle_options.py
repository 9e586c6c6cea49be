"""An option that is accepted acts, or the command stops and says why.

For the commands that take words, each option is given alone beside words that work: what the command says, prints or
writes differs from what it does without, or it is refused. Commands that hold their settings in a record are looked at
as records: every flag changes it, and every field is read somewhere.
"""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.run.config import EvalConfig, FolderConfig
from harness.tune.settings import TuneConfig
from logic_vote import PROGRAMS
from solver.base.cli import Parser, parser_of
from solver.base.config import Config, Entry, entries, values_of
from solver.base.errors import UsageError
from solver.commands import options
from solver.commands.options import AnswerConfig, TerminalConfig
from solver.gateway.settings import GatewayConfig
from tests.golden.answers import Answers
from tests.golden.command import ran
from tests.support.checkout import ROOT
from tests.support.command import serving
from tests.support.options_tried import NOT_TRIED, WORDS
from tests.support.scripted_server import Call, Reply
from tests.support.tried_folder import furnished
from train.merge import MergePlan
from train.quantize.gptq import QuantizePlan

RECORDS: dict[str, type[Config]] = {
    "harness eval": EvalConfig,
    "harness tune": TuneConfig,
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
    "allocation": "even",
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
    "out": "a.yaml",
    "prompts": "short",
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
    further += ["--out", "a.yaml"] if model is TuneConfig and entry.name != "out" else []
    other = next((str(one) for one in action.choices or () if one != entry.default), "2")
    value = [] if action.nargs == 0 else [VALUES.get(entry.name, other)]
    files = "data" if issubclass(model, FolderConfig) else "files" if model is AnswerConfig else None
    plain = options.read(model, parser.parsed(further or ["--out", "b.yaml"][: 2 * (entry.name == "out")]), files=files)
    told = parser.parsed([_flag(entry), *value, *further])
    refused = ""
    try:
        changed = options.read(model, told, files=files)
    except UsageError as error:
        refused = str(error)
    if refused:
        # It would do nothing, or nothing alone.
        assert re.search(r"leave out|leave one out|give|needs|goes with", refused), refused
        assert _flag(entry) in refused
        return
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
    assert re.search(r"weighted: \d weights? for 2 models|name two or more", ending.err)
    assert not (tmp_path / "run").exists()


OPTIONS = [(command, option) for command, (_, found) in WORDS.items() for option in found]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnished(tmp_path_factory.mktemp("idle"))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving(Answers(sure=0.9), models=("base", "strong", "scripted")) as server:
        yield server.url


class Did(NamedTuple):
    """What a command did, without times and places."""

    code: int
    said: str
    files: dict[str, bytes]
    following: str
    """The command that it ends with as the next one."""
    n_following: int
    """How often it is named."""


def _did(template: Path, folder: Path, command: str, words: Sequence[str], url: str) -> Did:
    """Run a command in a copy."""
    shutil.copytree(template, folder)
    for config in folder.glob("runs/*/config.json"):
        config.write_text(config.read_text(encoding="utf-8").replace(str(template), str(folder)), encoding="utf-8")
    package, name = command.split()
    ending = ran(package, name, *(word.format(url=url) for word in words), folder=folder)
    files = {
        str(path.relative_to(folder)): _plain(path.read_text(encoding="utf-8"), folder).encode()
        if path.suffix in (".jsonl", ".md", ".html", ".yaml", ".py")
        else b""
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".sqlite" not in path.name and path.name != "attempts.jsonl"
    }
    said = _plain(ending.out + ending.err, folder)
    following = said.rstrip().rpartition("\n")[2].partition(": next: ")[2]
    n_following = said.count(following) if following else 0
    # What is measured of a server differs from time to time; its model's name, or JSON in the place of it, does not.
    said = said.strip()[:20] if command == "harness doctor" else said
    if command == "harness forecast":
        # How wide its times are decides where the cells of its table break, and a time may be in two of their lines.
        heard = {word.strip("()") for word in said.split()} - {"s", "ms", "to"}
        said = " ".join(sorted(word for word in heard if not re.fullmatch(r"[\d.,]*", word)))
    return Did(ending.code, said, files, following, n_following)


def _plain(text: str, folder: Path) -> str:
    text = text.replace(str(folder), "HERE")
    text = re.sub(r'"(?:seconds|tokens_per_s|[a-z_]*_s|[a-z]+ed_at)": ?[^,}]*', "", text)
    text = re.sub(r"(?:\d+h)?\d+m\d+s", "", text)
    return re.sub(r"[\d.,]+ (?:s|ms|%|questions/s|a second|tokens/s|tokens a second)(?=\W|$)", "", text)


@pytest.fixture(scope="module")
def plain(template: Path, url: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Did]:
    """What each command does without the option, done once."""

    @cache
    def did(command: str) -> Did:
        words = WORDS[command][0]
        for _ in range(3):
            found = _did(template, tmp_path_factory.mktemp("plain") / "there", command, words, url)
            if found.code == 0 or "{url}" not in words:
                break
        return found

    return did


@pytest.fixture(autouse=True)
def work_that_is_only_told(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have training, merging, quantising and fetching say what they were asked to do, and do nothing."""
    command = getattr(request.node, "callspec", None) and request.node.callspec.params.get("command")
    for place, result in WORK.get(str(command), {}).items():
        pytest.importorskip("torch")

        def told(*asked: object, result: object = result, **named: object) -> object:
            shown = [one.summary() if hasattr(one, "summary") else one for one in asked if not callable(one)]
            print("asked for", shown, {name: one for name, one in named.items() if not callable(one)})
            return result

        monkeypatch.setattr(place, told)


WORK: dict[str, dict[str, object]] = {
    **{
        f"train {name}": {"train.lora.run.train_adapter": {"done": True, "losses": [], "steps": 9}}
        for name in ("sft", "dpo", "grpo")
    },
    "train pretrain": {
        "train.pretrain.pretrain.pretrain": True,
        "train.pretrain.pretrain.finish": {},
        "train.pretrain.preflight.smoke": {},
    },
    "train merge": {
        "train.merge.merge": {
            "saved_against_adapter": {"mean_share": 0.0},
            "adapter_against_base": {"mean_share": 0.0},
            "dtype": "float32",
        }
    },
    "train quantize": {"train.quantize.gptq.quantize": {}, "train.quantize.report.table": "a table"},
    "harness fetch": {"solver.hub.model_folder.model_folder": "folder"},
}
"""Command -> what takes minutes or a network, and what it gives back."""
PLANS = (MergePlan, QuantizePlan)


def _instead(words: Sequence[str], option: Sequence[str]) -> list[str]:
    """Put an option into words: in the place of its other value, where it can be given once."""
    found = list(words)
    if option[0] in found and option[0] != "--rule":
        place = found.index(option[0])
        del found[place : place + len(option)]
    return [*found, *option]


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_an_option_changes_what_is_said_or_written_or_is_refused(
    template: Path, tmp_path: Path, plain: Callable[[str], Did], url: str, command: str, option: str
) -> None:
    words, found = WORDS[command]
    before = plain(command)
    assert before.code in (0, 1), before.said
    told = _did(template, tmp_path / "there", command, _instead(words, found[option]), url)
    assert told.code == 2 or told != before


@pytest.mark.parametrize("command", WORDS)
def test_a_command_does_the_same_again_so_that_a_difference_is_the_option_s(
    template: Path, tmp_path: Path, plain: Callable[[str], Did], url: str, command: str
) -> None:
    words = WORDS[command][0]
    # On a machine at its limits a request to the server may fail for good once in a thousand: then it is tried again.
    for turn in range(3 if "{url}" in words else 1):
        again = _did(template, tmp_path / f"{turn}" / "there", command, words, url)
        if again == plain(command):
            return
    assert again.said == plain(command).said
    assert again == plain(command)


@pytest.mark.parametrize("command", ["harness forecast", "harness reproduce"])
def test_what_a_command_says_of_a_slow_server_differs_in_times_alone(
    template: Path, tmp_path: Path, plain: Callable[[str], Did], command: str
) -> None:
    answers = Answers(sure=0.9)

    def slow(call: Call) -> Reply:
        return dataclasses.replace(answers(call), delay_s=SLOW_S)

    with serving(slow, models=("base", "strong", "scripted")) as server:
        again = _did(template, tmp_path / "there", command, WORDS[command][0], server.url)
    assert again.said == plain(command).said


SLOW_S = 1.0
"""A reply then takes longer than all of a command otherwise."""


@pytest.mark.parametrize("plan", PLANS)
def test_every_field_of_a_plan_is_read_somewhere(plan: type) -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "train").rglob("*.py"))
    for field in dataclasses.fields(plan):
        assert re.search(rf"\bplan\.{field.name}\b", sources), f"{field.name} is read nowhere"


@pytest.mark.parametrize("command", WORDS)
def test_every_option_of_a_command_is_tried(command: str) -> None:
    known = {flag for entry in entries(EvalConfig).values() for flag in _flags(entry)}
    known = known | {"--config", "--set"} if command == "harness forecast" else set()
    options = {one.option_strings[-1] for one in _parser(command)._actions if one.option_strings} - {"--help"} - known
    assert options == WORDS[command][1].keys() | (options & NOT_TRIED.keys())


NO_NEXT = {
    "harness replay": "votes name no file of problems",
    "train plan": "its recipe names no rows",
    "harness reread": "the run's own words decide anew, which are not kept",
    "solver extract": "letters go to whoever piped the outputs in",
    "synth distill": "its words ask for no display",
}
"""Command -> why it ends without one that goes on."""


@pytest.mark.parametrize("command", WORDS)
def test_a_command_that_ends_well_names_the_next_one_once(plain: Callable[[str], Did], command: str) -> None:
    found = plain(command)
    assert (found.following != "") == (found.code == 0 and command not in NO_NEXT)
    assert found.n_following <= 1


def test_every_command_is_looked_at() -> None:
    assert WORDS.keys() | RECORDS.keys() == {f"{one.package} {name}" for one in PROGRAMS for name in one.commands}


def _flags(entry: Entry) -> tuple[str, ...]:
    flags = (_flag(entry),) if entry.facts.flags is None else entry.facts.flags
    return (*flags, *(f"--no-{flag[2:]}" for flag in flags))


def _parser(command: str) -> Parser:
    package, name = command.split()
    return parser_of(next(one for one in PROGRAMS if one.package == package).load(name), command)


def _eval(*words: str) -> EvalConfig:
    program = next(program for program in PROGRAMS if program.package == "harness")
    parser: Parser = parser_of(program.load("eval"), "eval")
    return options.read(EvalConfig, parser.parsed(list(words)), files="data")
