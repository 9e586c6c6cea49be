"""How a question is sampled stands once: one more field of it is found wherever models are asked."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from solver.base.config import binding, digest_of
from solver.base.errors import PromptError, UsageError
from solver.scheduling.settings import SamplingSettings

ROOT = Path(__file__).resolve().parents[4]
WITH_ONE_MORE = """
import importlib.util, json, sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import ModuleType

# The module with one field more, before anybody imports it.
name = "solver.sampling.parameters"
source = Path(importlib.util.find_spec(name).origin).read_text(encoding="utf-8")
mark = "    @cached_property\\n    def later(self)"
field = 'setting(None, "a dummy", metavar="N", ge=1, binds="changed", is_sent=True, for_clients=True)'
assert source.count(mark) == 1
module = ModuleType(name)
sys.modules[name] = module
exec(compile(source.replace(mark, f"    dummy: int | None = {field}\\n\\n{mark}"), name, "exec"), module.__dict__)

from argparse import ArgumentParser
from harness.commands import eval as evaluating
from harness.run.config import EvalConfig
from solver.commands import answer, options, serve, terminal
from solver.gateway.ask import defaults_of, parse_ask
from solver.gateway.settings import GatewayConfig
from solver.problems.question import question_of
from solver.sampling.sample import Request
from synth.distill.ladder_config import load_plan

faces = {
    "eval": (evaluating, EvalConfig, "data"),
    "answer": (answer, options.AnswerConfig, "files"),
    "terminal": (terminal, options.TerminalConfig, None),
    "serve": (serve, GatewayConfig, None),
}
found, folder = {}, Path(sys.argv[1])
(folder / "s.yaml").write_text("dummy: 5\\n")
for face, (command, model, files) in faces.items():
    parser = ArgumentParser()
    command.declare(parser)
    read = lambda *words: options.read(model, parser.parse_args(words), files=files).sampling.dummy
    found[face] = {
        "help": "--dummy N" in parser.format_help(),
        "flag": read("--dummy", "3"),
        "file": read("--config", str(folder / "s.yaml")),
        "pair": read("--set", "dummy=7"),
    }
config = EvalConfig.of(dummy=3)
question = question_of("p#0", problem="P", text="Q", options=("a", "b"))
request = dict(question=question, model="m", prompt="", permutation=(0, 1), index=0, seed=None)
found["binding"] = config.binding.get("dummy")
found["unset"] = "dummy" in EvalConfig().binding
found["body"] = config.sampling.body.get("dummy")
found["keys differ"] = len({Request(sampling=one.sampling, **request).key for one in (config, EvalConfig())})
gateway = GatewayConfig.of(endpoints=("http://127.0.0.1:9/v1",))
body = {"model": "vote", "messages": [{"role": "user", "content": "x"}], "vote": {"dummy": 4}}
asked = parse_ask(body, config=gateway, defaults=defaults_of(gateway, ("m",)), served=("m",))
found["request"] = asked.how.sampling.dummy
rung = "{name: one, model: m, samples: 1, agree: 1, dummy: 6}"
(folder / "ladder.yaml").write_text(f"models: {{m: {{}}}}\\nladder: [{rung}]\\n")
plan = load_plan(str(folder / "ladder.yaml"))
found["ladder"] = [plan.binding["ladder"]["one"]["dummy"], plan.cascade.rungs[0].body["dummy"]]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a process finds whose ``Parameters`` have a field more."""
    command = [sys.executable, "-c", WITH_ONE_MORE, str(tmp_path_factory.mktemp("dummy"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


@pytest.mark.parametrize("face", ["eval", "answer", "terminal", "serve"])
def test_one_more_parameter_has_flag_help_yaml_and_pair_in_every_command_that_asks_models(
    found: dict[str, Any], face: str
) -> None:
    assert found[face] == {"help": True, "flag": 3, "file": 5, "pair": 7}


def test_one_more_parameter_binds_a_run_where_it_is_set_and_is_part_of_requests_and_of_samples_keys(
    found: dict[str, Any],
) -> None:
    assert (found["binding"], found["unset"], found["body"], found["keys differ"]) == (3, False, 3, 2)


def test_one_more_parameter_may_be_set_by_requests_to_the_gateway_and_by_rungs_of_the_ladder(
    found: dict[str, Any],
) -> None:
    assert found["request"] == 4
    assert found["ladder"] == [6, 6]


@pytest.mark.parametrize(
    "wrong", [{"rule": "leed:3"}, {"ensemble": "no"}, {"models": ("a", "a")}, {"slots": 0}, {"over_launch": 9}]
)
def test_a_value_that_cannot_be_used_is_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match={"slots": "max_concurrency"}.get(next(iter(wrong)), next(iter(wrong)))):
        SamplingSettings.of(**wrong)


def test_a_prompt_that_is_not_there_is_refused_at_once() -> None:
    with pytest.raises(PromptError):
        SamplingSettings(prompt="no such prompt")


def test_names_of_before_mean_what_they_meant() -> None:
    old = SamplingSettings.of(close=False, slots=3)
    assert (old.answer_forcing, old.max_concurrency) == (False, 3)
    assert binding(old)["close"] is False
    assert digest_of(binding(old)) == digest_of(binding(SamplingSettings(answer_forcing=False)))


def test_models_are_filled_in_only_where_none_is_named() -> None:
    assert SamplingSettings().asking(("m",)).models == ("m",)
    assert SamplingSettings(models=("n",)).asking(("m",)).models == ("n",)
