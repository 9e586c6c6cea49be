"""Every number that a configuration takes has a closed range, and what lies beyond is refused with it, by name."""

from __future__ import annotations

import ast
import importlib
import math
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from solver.base.config import Config, entries
from solver.base.config.fields import kinds_of, range_of
from solver.base.errors import UsageError
from tests.golden.command import ran
from tests.support.checkout import ROOT
from train.dpo.recipe import DpoRecipe
from train.errors import RecipeError
from train.grpo.recipe import GrpoRecipe
from train.pretrain.recipe import Recipe
from train.sft.recipe import SftRecipe

ENV = ("synth", "export", "--env", "verl", "--out", "y")
NUMBERS = {int, float, Decimal}


def records(of: type[Config] = Config) -> Iterator[type[Config]]:
    for record in of.__subclasses__():
        yield record
        yield from records(record)


def the_projects() -> list[type[Config]]:
    """Return the records of the project's own packages, whoever has been imported so far."""
    for package in ("solver", "harness", "synth", "train"):
        for file in sorted((ROOT / package).rglob("*.py")):
            if re.search(r"= (setting|Field|inline|other_default)\(", file.read_text(encoding="utf-8")):
                importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
    ours = {one for one in records() if one.__module__.partition(".")[0] in ("solver", "harness", "synth", "train")}
    return sorted(ours, key=lambda one: (one.__module__, one.__qualname__))


def numbers_of(record: type[Config]) -> list[tuple[str, FieldInfo]]:
    return [(name, info) for name, info in record.model_fields.items() if kinds_of(info.annotation) & NUMBERS]


def test_every_number_has_a_closed_range() -> None:
    found = the_projects()
    assert len(found) > 30, "the records were not found"
    open_ended = [
        f"{record.__qualname__}.{name}"
        for record in found
        for name, info in numbers_of(record)
        if range_of(info) is None
    ]
    assert not open_ended


def declared() -> Iterator[tuple[str, ast.Call]]:
    """Yield the calls that declare an argument; the flags of a record's fields are declared by the record."""
    for package in ("solver", "harness", "synth", "train"):
        for file in sorted((ROOT / package).rglob("*.py")):
            if file.is_relative_to(ROOT / "solver/base"):
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and any(one.arg == "type" for one in node.keywords):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def test_every_number_that_is_a_flag_has_a_closed_range() -> None:
    types = {where: {one.arg: one.value for one in call.keywords} for where, call in declared()}
    numbers = [where for where, told in types.items() if ast.unparse(told["type"]).startswith(("Whole(", "Real("))]
    assert len(numbers) > 50, "the flags were not found"
    plain = [where for where, told in types.items() if ast.unparse(told["type"]) in ("int", "float")]
    assert [where for where in plain if "choices" not in types[where]] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("harness", "replay", "x", "--rule", "lead:3", "--cap", "0"),
            "--cap: cannot be '0': it should be from 1 to 10,000",
        ),
        (("harness", "forecast", "--pilot", "1"), "--pilot: cannot be '1': it should be from 2 to 1,000,000,000"),
        (
            ("harness", "doctor", "--endpoint", "x", "--patience", "nan"),
            "--patience: cannot be 'nan': it should be from",
        ),
        (("harness", "audit", "x", "--min-strength", "2"), "--min-strength: cannot be '2': it should be from -1 to 1"),
        (
            ("synth", "generate", "--count", "x", "--out", "y"),
            "--count: cannot be 'x': it should be a whole number from 1 to",
        ),
        (("train", "quantize", "x", "--damp", "1e300"), "--damp: cannot be '1e300': it should be from 0 to 1"),
        (("synth", "check", "x", "--processes", "0"), "--processes: cannot be '0': it should be from 1 to 4,096"),
        ((*ENV, "--count", "0"), "--count: cannot be '0': it should be from 1 to 1,000,000,000"),
        ((*ENV, "--count", "3", "--difficulty", "12"), "--difficulty: cannot be '12': it should be from 1 to 9"),
        (
            ("synth", "mix", "x", "--out", "y", "--total", "0"),
            "--total: cannot be '0': it should be from 1 to 1,000,000,000",
        ),
        (
            ("synth", "distill", "x", "--out", "y", "--rounds", "0"),
            "--rounds: cannot be '0': it should be from 1 to 1,000",
        ),
        (("train", "plan", "embedded-lora", "--mfu", "40"), "--mfu: cannot be '40': it should be from 0 to 1"),
        (("train", "sft", "--minutes", "inf"), "--minutes: cannot be 'inf': it should be from 0 to 43,200"),
    ],
)
def test_a_flag_beyond_its_range_is_refused_with_name_value_and_range(words: tuple[str, ...], said: str) -> None:
    ended = ran(*words)
    assert ended.code == 2
    assert said in ended.err, ended.err


def beyond(info: FieldInfo) -> list[int | float]:
    """Return the nearest values outside of a range, and the absurd ones."""
    found: list[int | float] = []
    for one in info.metadata:
        is_whole = int in kinds_of(info.annotation)
        for kind, way, is_open in ((Ge, -1, False), (Gt, -1, True), (Le, 1, False), (Lt, 1, True)):
            if isinstance(one, kind):
                end = next(
                    value for name in ("ge", "gt", "le", "lt") if (value := getattr(one, name, None)) is not None
                )
                near = end if is_open else end + way if is_whole else math.nextafter(float(end), way * math.inf)
                found += [near, way * 10**30]
    return found


@pytest.mark.parametrize("recipe", [SftRecipe, DpoRecipe, GrpoRecipe, Recipe], ids=lambda one: one.__module__)
def test_a_recipe_refuses_what_lies_beyond_with_name_value_and_range(recipe: type[Recipe]) -> None:
    name = recipe.names()[0]
    tried = 0
    for key, entry in entries(recipe).items():
        if not kinds_of(entry.info.annotation) & NUMBERS:
            continue
        for value in beyond(entry.info):
            with pytest.raises(RecipeError) as caught:
                recipe.load(name, [f"{key}={value!r}"])
            said = str(caught.value)
            shown = range_of(entry.info)
            assert f"{key} cannot be {value!r}: it should be {shown}" in said, (value, said)
            tried += 1
    assert tried > 40


def test_ranges_leave_what_people_use() -> None:
    # What is at the ends of what published runs have: rank 256, a rate of 5e-3 for pre-training, groups of 64.
    SftRecipe.load("embedded-lora", ["lora.rank=256", "lora.alpha=512", "optim.epochs=10", "data.max_length=131072"])
    GrpoRecipe.load("embedded-grpo", ["sampling.group=64", "optim.batch=64", "loss.epsilon_high=5", "loss.beta=0.04"])
    DpoRecipe.load("embedded-dpo", ["loss.beta=10", "loss.sft_weight=1"])


@pytest.mark.parametrize(
    "word",
    ["temperature=500", "top_p=1.1", "max_tokens=1000000000", "max_samples=1000000", "request_timeout_s=1e12"],
)
def test_what_is_asked_of_models_has_ranges_too(word: str) -> None:
    from harness.run.config import EvalConfig

    name, _, value = word.partition("=")
    with pytest.raises(UsageError, match=rf"^{name} cannot be .*: it should be (from|above) \d+(,| to) "):
        EvalConfig.of(**{name: value})
