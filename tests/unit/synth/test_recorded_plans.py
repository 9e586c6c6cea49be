"""Plans are read to the binding that the version before the one configuration base read: its journals go on.

``recorded_plans/bindings.json`` was made by that version, of the plans that come along and of three with every field.
"""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from synth.augment.augment_config import AugmentPlan
from synth.distill.ladder_config import DistillPlan, load_plan
from synth.llm.journal import flattened
from synth.llm.plan_file import load
from synth.perturb.vote import PerturbPlan

FOLDER = Path(__file__).with_name("recorded_plans")
RECORDED = json.loads((FOLDER / "bindings.json").read_text(encoding="utf-8"))


def _plan(name: str) -> AugmentPlan | DistillPlan | PerturbPlan:
    path = str(FOLDER / name) if name.endswith(".yaml") else name
    if name.startswith("augment"):
        return load(AugmentPlan, path)
    return load(PerturbPlan, path) if name.startswith("perturb") else load_plan(path)


@pytest.mark.parametrize("name", RECORDED)
def test_a_plan_binds_its_journal_as_before(name: str) -> None:
    assert flattened(_plan(name).binding) == RECORDED[name]


def test_every_field_of_a_model_is_read() -> None:
    model = _plan("distill.yaml").models["cheap"]
    assert (model.endpoints, model.model, model.concurrency, model.choices) == (
        ("http://h:1", "http://h:2/v1"),
        "m-7b",
        4,
        2,
    )
    assert (str(model.price.prompt), str(model.price.completion)) == ("0.1", "0.1")
    assert (model.requests_per_minute, model.tokens_per_minute, model.request_timeout_s) == (60.0, 100000.0, 30.0)
    assert (model.api_key_env, model.extra) == ("MY_KEY", {"top_k": 5, "chat": {"a": [1, 2]}})
    assert _plan("distill.yaml").models["here"].served_name == "embedded"


def test_a_ladder_travels_to_another_process() -> None:
    plan = _plan("distill.yaml")
    assert isinstance(plan, DistillPlan)
    again = pickle.loads(pickle.dumps((plan.cascade, plan.models)))
    assert again == (plan.cascade, plan.models)


def test_a_seed_of_the_panel_is_the_plans() -> None:
    plan = _plan("augment.yaml")
    assert isinstance(plan, AugmentPlan)
    assert plan.panel.seed == plan.seed == 9
