"""The champion's table: what waits for what, what is done once, what a failure costs, and what the tables say."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from bench.champion.__main__ import main
from bench.champion.plan import Member, Plan, located, read
from bench.champion.runner import Runner, journal, minutes_of, state_of, trained_s
from bench.champion.stages import (
    Layout,
    Stage,
    State,
    blocked,
    held_run,
    idle_servers,
    layout_of,
    next_stage,
    unsettled,
    without_lost,
)
from bench.champion.table import ensembles_of, markdown_of, report_of
from harness.run.config import EvalConfig
from harness.run.results import read_results
from logic_vote import PROGRAMS
from solver.backends.engine_config import EngineConfig
from solver.base.cli import parser_of
from solver.base.config import build, from_arguments
from solver.base.errors import EngineFailed, UsageError
from tests.support.checkout import ROOT
from tests.support.command import until
from tests.support.http_thread import serving
from tests.support.run_folders import a_run
from train.dpo.recipe import DpoRecipe
from train.grpo.recipe import GrpoRecipe
from train.lora.recipe import LoraRecipe
from train.sft.recipe import SftRecipe

PLANS = ROOT / "bench" / "plans"
QUESTIONS = {
    "learn": "synth generate --count 2",
    "choose": "/data/choose.jsonl",
    "held": "/data/held.jsonl",
    "puzzles": "synth generate --chains words",
}


def a_plan(**changes: Any) -> Plan:
    values: dict[str, Any] = {
        "base": "org/base",
        "questions": QUESTIONS,
        "members": {
            "preferred": {"train": "dpo d data.train={pairs} --init-adapter {own}"},
            "own": {"train": "sft s data.train={rows}"},
        },
        "asked": "--rule fixed:4",
        "four_bits": "--calibration own={rows}:2 --calibration puzzles={puzzles}:1",
        "speed": "--limit 4",
        "forms_of": ("own",),
    }
    return Plan(**(values | changes))


def named(layout: Layout) -> dict[str, Stage]:
    return {stage.name: stage for stage in layout.stages}


# ---- the planner


def test_a_stage_waits_for_what_its_words_name() -> None:
    stages = named(layout_of(a_plan()))
    assert stages["preferred"].needs == ("rows", "own")
    assert stages["own"].needs == ("rows",)
    assert stages["rows"].needs == ("base-learn", "data-learn")
    assert stages["mixed"].needs == ("rows", "data-puzzles")
    assert stages["own-int4"].needs == ("own-merged", "rows", "data-puzzles")
    assert stages["own-int4-held"].needs == ("own-int4",)
    assert stages["own-held"].adapters == (("own", "members/own/adapter"),)
    assert stages["at-once"].needs == ("preferred", "own")
    assert {"preferred-held", "own-held", "alone-own", "alone-preferred"} <= {*stages["at-once"].after}
    assert stages["alone-own"].needs == ("own",)


def test_every_stage_stands_behind_what_it_needs_and_makes_something_of_its_own() -> None:
    for plan in (a_plan(), *map(read, PLANS.glob("champion*.yaml"))):
        seen: set[str] = set()
        for stage in layout_of(plan).stages:
            assert {*stage.needs, *stage.after} <= seen, stage.name
            seen.add(stage.name)
        assert len({stage.result for stage in layout_of(plan).stages}) == len(seen)


@pytest.mark.parametrize("path", sorted(PLANS.glob("champion*.yaml")), ids=lambda path: path.stem)
def test_the_plans_that_ship_say_what_their_commands_understand(path: Path) -> None:
    recipes: dict[str, type[LoraRecipe]] = {"sft": SftRecipe, "dpo": DpoRecipe, "grpo": GrpoRecipe}
    for stage in layout_of(read(path)).stages:
        package, name, *words = stage.words
        program = next(program for program in PROGRAMS if program.package == package)
        arguments = parser_of(program.load(name), f"python -m {package} {name}").parsed(words)
        if stage.trains:
            recipe, *changes = arguments.overrides
            assert recipes[name].load(recipe, changes).data.train, stage.name
        if name == "eval":
            endpoint = {"endpoints": ("http://127.0.0.1:9/v1",)}
            build(EvalConfig, {**from_arguments(EvalConfig, arguments), **endpoint})


def test_an_adapter_that_is_there_already_is_not_trained(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}")
    members = {"own": {"adapter": str(tmp_path)}, "next": {"train": "dpo d --init-adapter {own}"}}
    stages = named(layout_of(a_plan(members=members)))
    assert "own" not in stages
    assert str(tmp_path) in stages["next"].words
    assert stages["next"].needs == ()
    assert stages["own-held"].adapters == (("own", str(tmp_path)),)


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"a": {"train": "sft {held}"}, "b": {"train": "sft"}}, r"\{held\} is nothing"),
        ({"a": {"train": "sft {b}"}, "b": {"train": "sft {a}"}}, "wait for each other: a, b"),
    ],
)
def test_words_that_cannot_be_worked_out_are_refused(members: dict[str, Any], told: str) -> None:
    """Nobody learns from what is held out, not even by a slip in a plan."""
    with pytest.raises(UsageError, match=told):
        layout_of(a_plan(members=members, forms_of=()))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"members": {"base": {"train": "sft"}, "own": {"train": "sft"}}}, "cannot be a member's name"),
        ({"members": {"a": {"train": "sft", "adapter": "x"}, "b": {"train": "sft"}}}, "either words"),
        ({"forms_of": ("nobody",)}, "no member is called"),
        ({"ensembles": ("plurality", "majority")}, "majority"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        a_plan(**changes)


def test_a_value_of_the_command_line_is_put_on_top_of_the_plan(capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        str(PLANS / "champion.yaml"),
        "base=models/mine",
        "--out",
        "runs/c",
        "questions.held=mine.jsonl",
        "--dry-run",
    ]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "base.model=models/mine" in told
    assert "harness eval mine.jsonl" in told
    assert main([*words, "quesions.held=mine.jsonl"]) == 2
    assert "did you mean 'questions.held'" in capsys.readouterr().err


def test_a_plan_names_what_is_not_there(tmp_path: Path) -> None:
    text = (PLANS / "champion-embedded.yaml").read_text(encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(text.replace("held: synth generate", "held: some"), encoding="utf-8")
    with pytest.raises(UsageError, match=r"questions\.held"):
        located(read(tmp_path / "plan.yaml"))


# ---- which is next


def test_stages_spread_over_the_devices_and_those_that_ask_go_where_their_server_is() -> None:
    layout, two = layout_of(a_plan()), ("0", "1")
    all_data = frozenset({"data-learn", "data-puzzles", "base-learn", "rows", "mixed"})
    state = State(done=all_data, running={"own": "0"}, servers={"base": "0"})
    # The server's device is full: base-held waits, and what needs no server goes to the other device.
    found = next_stage(layout, state, two, 1)
    assert found is None
    found = next_stage(layout, state, two, 2)
    assert found is not None
    assert (found[0].name, found[1]) == ("base-held", "0")
    found = next_stage(layout, replace(state, servers={}), two, 1)
    assert found is not None
    assert (found[0].name, found[1]) == ("base-held", "1")


def test_a_stage_that_is_timed_has_its_device_for_itself() -> None:
    layout = layout_of(a_plan())
    everything = {stage.name for stage in layout.stages}
    timed = {"alone-preferred", "alone-own", "at-once", "own-int4"}
    done = frozenset(everything - timed - {"own-int4-held"})
    busy = State(done=done, running={"own-int4": "0"}, servers={"base": "0"})
    assert next_stage(layout, busy, ("0",), 3) is None
    free = State(done=done | {"own-int4", "own-int4-held"}, servers={"base": "0"})
    found = next_stage(layout, free, ("0",), 3)
    assert found is not None
    assert found[0].name == "alone-preferred"
    assert next_stage(layout, replace(free, running={"alone-preferred": "0"}), ("0",), 3) is None


def test_no_training_begins_where_there_is_no_time_for_it() -> None:
    layout = layout_of(a_plan(questions={**QUESTIONS, "held": "synth generate"}))
    done = frozenset({"data-learn", "data-puzzles", "data-held", "base-learn", "rows", "mixed", "base-held"})
    found = next_stage(layout, State(done=done), ("0",), 1)
    assert found is not None
    assert found[0].trains
    assert next_stage(layout, State(done=done), ("0",), 1, may_train=False) is None


def test_a_failure_costs_what_depends_on_it_and_nothing_else() -> None:
    layout = layout_of(a_plan())
    lost = blocked(layout, {"own"})
    assert {"preferred", "own-held", "own-merged", "own-int4", "own-int4-held", "at-once", "alone-preferred"} <= {*lost}
    assert not {"base-held", "mixed"} & {*lost}
    left = {stage.name for stage in unsettled(layout, State(failed=frozenset({"own"})))}
    assert "base-held" in left
    assert not left & {*lost}


THREE = {name: {"train": f"sft s data.train={{rows}} name={name}"} for name in ("a", "b", "c")}


def test_a_member_that_fails_takes_nothing_with_it_that_does_not_use_it() -> None:
    layout = layout_of(a_plan(members=THREE, forms_of=("a",)))
    lost = {*blocked(layout, {"b"})}
    assert lost == {"b-choose", "b-held", "alone-b", "at-once"}
    fewer = without_lost(layout, {"b"})
    assert not {"alone-a", "alone-c", "at-once-a-c"} & {*blocked(fewer, {"b"})}
    stage = named(fewer)["at-once-a-c"]
    whole = named(layout)["at-once"]
    assert stage.adapters == (whole.adapters[0], whole.adapters[2])
    assert " --model a --model c " in " ".join(stage.words)
    assert "b" not in stage.words
    assert stage.result == "runs/at-once-a-c/summary.json"
    assert "runs/at-once-a-c" in stage.words
    # It is behind all others that are timed, and waits for none that never comes.
    everything = {one.name for one in fewer.stages}
    done = frozenset(everything - lost - {"b", "alone-c", "at-once-a-c"})
    found = next_stage(fewer, State(done=done, failed=frozenset({"b"})), ("0",), 1)
    assert found is not None
    assert found[0].name == "alone-c"
    found = next_stage(fewer, State(done=done | {"alone-c"}, failed=frozenset({"b"})), ("0",), 1)
    assert found is not None
    assert found[0].name == "at-once-a-c"
    assert "at-once" in blocked(without_lost(layout, {"a", "b"}), {"a", "b"}), "one alone is not asked at once"


def test_a_server_is_kept_as_long_as_anybody_may_ask_it() -> None:
    layout = layout_of(a_plan())
    everything = frozenset(stage.name for stage in layout.stages)
    up = {"base": "0", "own-merged": "0"}
    assert idle_servers(layout, State(done=everything - {"at-once"}, servers=up)) == ["own-merged"]
    failed = State(done=everything - {"at-once", "own"}, failed=frozenset({"own"}), servers=up)
    assert idle_servers(layout, failed) == ["base", "own-merged"]


# ---- the runner, over made-up commands

COMMAND = """
import json, os, pathlib, signal, sys, time
words = sys.argv[1:]
out = pathlib.Path(words[words.index("--run" if "--run" in words else "--out") + 1])
with open("begun.txt", "a") as file:
    file.write(str(out) + "\\n")
if str(out) in os.environ.get("FAILS", "").split():
    sys.exit("it will not")
if str(out) in os.environ.get("SLOW", "").split():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
    pathlib.Path("slow.txt").touch()
    time.sleep(60)
path = out / {"harness": "summary.json", "synth": "report.json", "train": "report.json"}[words[0]]
if words[1] in ("merge", "quantize"):
    path = out / "config.json"
elif out.suffix:
    path = out
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps({"complete": True, "words": words}))
"""


class _Loads(BaseHTTPRequestHandler):
    """Takes adapters."""

    loaded: list[str]

    def do_POST(self) -> None:
        self.loaded.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["lora_name"])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


class _Place:
    """A folder, and engines that are only said to run."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.up: list[str] = []
        self.closed: list[str] = []
        self.refuses: set[str] = set()
        (folder / "command.py").write_text(COMMAND)

    def engine(self, config: EngineConfig) -> Any:
        place = self

        class Engine:
            url = place.url
            log = "Model loading took 1.5 GiB memory"

            async def open(self) -> None:
                if config.name in place.refuses:
                    raise EngineFailed("no room on the card")
                place.up.append(config.name)

            async def close(self) -> None:
                place.closed.append(config.name)

            def failure(self) -> None: ...

        return Engine()

    def runner(self, layout: Layout, plan: Plan, **more: Any) -> Runner:
        command = (sys.executable, "-S", str(self.folder / "command.py"))
        return Runner(plan, layout, state_of(layout, journal()), ("cpu",), engine=self.engine, command=command, **more)

    def run(self, **changes: Any) -> State:
        """Run to the end, from what is there."""
        plan = a_plan(**changes)
        return asyncio.run(self.runner(layout_of(plan), plan).run())

    @property
    def begun(self) -> list[str]:
        return (self.folder / "begun.txt").read_text().split()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[_Place]:
    monkeypatch.chdir(tmp_path)
    _Loads.loaded = []
    with serving(_Loads) as url:
        yield _Place(tmp_path, url)


def test_what_is_there_is_not_done_again(place: _Place) -> None:
    first = place.run()
    assert first.done == {stage.name for stage in layout_of(a_plan()).stages}
    assert len(place.begun) == len(first.done)
    # One engine has the base and, one after the other, both adapters; the others came up for a single stage.
    assert sorted(place.up) == ["base", "own-int4", "own-merged"]
    assert sorted(place.closed) == sorted(place.up)
    assert sorted(_Loads.loaded) == ["own", "preferred"]
    assert place.run() == first
    assert len(place.begun) == len(first.done)
    (place.folder / "members/own/report.json").unlink()
    assert place.run().done == first.done
    assert place.begun[len(first.done) :] == ["members/own"]
    told = next(row for row in journal() if row.get("stage") == "own-held")
    assert f"--endpoint {place.url}" in told["command"]
    assert next(row["weight_bytes"] for row in journal() if "server" in row) == int(1.5 * 2**30)


def test_a_result_of_other_words_is_refused(place: _Place) -> None:
    place.run()
    with pytest.raises(UsageError, match=r"members/own/report\.json was made by: .*(.|\n)*lora\.rank=8"):
        place.run(members={"own": {"train": "sft s data.train={rows} lora.rank=8"}, "b": {"train": "sft s"}})


def test_a_failed_stage_is_said_and_the_others_go_on(
    place: _Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAILS", "members/own")
    state = place.run()
    assert state.failed == {"own"}
    assert {"base-held", "mixed"} <= state.done
    assert "preferred" not in state.done
    told = capsys.readouterr().err
    assert "own failed" in told
    assert "it will not" in told
    assert "preferred was not begun: own is missing" in told
    monkeypatch.delenv("FAILS")
    assert not place.run().failed


def test_the_members_left_are_asked_at_once_and_all_of_them_once_the_last_one_is_there(
    place: _Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAILS", "members/b")
    state = place.run(members=THREE, forms_of=("a",))
    assert state.failed == {"b"}
    assert {"alone-a", "alone-c", "at-once-a-c", "c-held", "a-int4-held"} <= state.done
    begun = len(place.begun)
    # It fails again: what the others did is not done again.
    assert place.run(members=THREE, forms_of=("a",)).done == state.done
    assert place.begun[begun:] == ["members/b"]
    monkeypatch.delenv("FAILS")
    state = place.run(members=THREE, forms_of=("a",))
    assert not state.failed
    assert {"alone-b", "at-once"} <= state.done
    assert "runs/at-once" in place.begun


def test_an_engine_that_does_not_come_up_fails_its_stage_alone(place: _Place) -> None:
    place.refuses = {"own-int4"}
    state = place.run()
    assert state.failed == {"own-int4-held"}
    assert "at-once" in state.done


def test_time_that_is_up_stops_what_runs_and_the_next_call_goes_on(
    place: _Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLOW", "members/own")
    plan = a_plan()
    runner = place.runner(layout_of(plan), plan)

    async def until_it_is_slow() -> State:
        running = asyncio.create_task(runner.run())
        await until((place.folder / "slow.txt").exists)
        runner.stop()
        return await running

    state = asyncio.run(until_it_is_slow())
    assert "own" not in state.done
    assert state.failed == frozenset()
    assert next(row["code"] for row in journal() if row.get("stage") == "own") == 130
    assert sorted(place.closed) == sorted(place.up)
    begun = len(place.begun)
    monkeypatch.delenv("SLOW")
    assert place.run().done == {stage.name for stage in layout_of(plan).stages}
    assert not {*place.begun[begun:]} & {"rows", "data/learn.jsonl"}


def test_a_training_is_told_how_long_it_may_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stage = named(layout_of(a_plan()))["own"]
    assert minutes_of(stage, None) == ()
    assert minutes_of(stage, 90.0) == ("--minutes", "1.50")
    assert minutes_of(replace(stage, minutes=1.0), 90.0) == ("--minutes", "1.00")
    assert minutes_of(replace(stage, trains=False), 90.0) == ()
    saved = tmp_path / "members/own/checkpoints/checkpoint-4/trainer_state.json"
    saved.parent.mkdir(parents=True)
    saved.write_text(json.dumps({"log_history": [{"elapsed_s": 12.0}, {"elapsed_s": 30.5}]}))
    assert trained_s(stage) == 30.5
    assert minutes_of(stage, 89.5) == ("--minutes", "2.00")


# ---- the tables


def test_the_tables_say_what_the_runs_say(place: _Place) -> None:
    plan = a_plan()
    layout = layout_of(plan)
    turns = {"base": 1, "own": 0, "preferred": 3, "own-merged": 0, "own-int4": 2}
    for name, turn in turns.items():
        a_run(place.folder / f"runs/{name}-held", n=20, text="题", turn=turn)
    a_run(place.folder / "runs/own-choose", n=10, text="选", turn=0)
    a_run(place.folder / "runs/preferred-choose", n=10, text="选", turn=1)
    done = frozenset(f"{name}-held" for name in turns) | {"own-choose", "preferred-choose"}
    report = report_of(plan, layout, State(done=done, failed=frozenset({"at-once"})), journal())
    rows = {(row["member"], row["form"]): row for row in report["members"]}
    own, base = rows["own", "adapter"], rows["base", "16 bits"]
    # Of five questions in turn the votes are right, wrong, wrong, right (a tie of halves), right.
    assert (own["n"], own["voted"]["value"], own["single"]["value"]) == (20, 0.6, 0.45)
    assert base["voted"]["value"] == 0.6
    assert "voted_against_base" not in base
    assert own["voted_against_base"]["low"] <= 0 <= own["voted_against_base"]["high"]
    assert "voted_against_16_bits" in rows["own", "4 bits"]
    assert "voted_against_16_bits" not in own
    assert {one["name"] for one in report["ensembles"]["ensembles"]} == {*plan.ensembles}
    text = markdown_of(report)
    assert "| own | adapter | 20 | 45.0" in text
    assert "python -m harness combine" in text
    assert "Not measured." in text
    assert "| at-once | failed |" in text
    assert "Left out" not in text
    lost = report_of(plan, layout, State(done=done, failed=frozenset({"preferred"})), journal())
    assert lost["left_out"] == ["preferred"]
    assert "Left out of all tables, as they are not trained: preferred." in markdown_of(lost)


def test_an_ensemble_that_is_surely_worse_than_its_best_member_is_told(tmp_path: Path) -> None:
    results = read_results(a_run(tmp_path / "run", n=40, text="题"))
    wrong = [replace(one, verdict=replace(one.verdict, answer=3, votes=(3,) * 4)) for one in results]
    members = {name: Member(train="sft s") for name in ("a", "b", "c")}
    rules = ("plurality", "champion", "gated:0.4", "pooled")
    plan = a_plan(members=members, forms_of=("a",), ensembles=rules)
    runs = {held_run("a", "adapter"): results, held_run("b", "adapter"): wrong, held_run("c", "adapter"): wrong}
    found = ensembles_of(plan, ("a", "b", "c"), runs)
    assert found is not None
    assert found["best"] == "a"
    # The weaker two agree everywhere: they overrule the champion, but where it is surer than the gate.
    assert {one["name"]: one["is_worse"] for one in found["ensembles"]} == {
        "plurality": True,
        "champion": True,
        "gated:0.4": False,
        "pooled": True,
    }
    same = ensembles_of(plan, ("a", "b", "c"), {name: results for name in runs})
    assert same is not None
    assert not any(one["is_worse"] for one in same["ensembles"])
