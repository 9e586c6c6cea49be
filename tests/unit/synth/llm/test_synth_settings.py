from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from solver.base.errors import UsageError
from solver.base.places import SYNTH_PLANS
from solver.presets.preset import presets
from synth.augment.augment_config import AugmentPlan
from synth.distill.ladder_config import DistillPlan, load_plan
from synth.llm.journal import flattened
from synth.llm.plan_file import Plan, load, read
from synth.perturb.vote import PerturbPlan

GOOD = """
models:
  base: {model: m, endpoint: "http://h:1", price: {prompt: 0.10, completion: 1e-1}}
ladder:
  - name: easy
    model: base
    samples: 1
"""


def fault(text: str) -> str:
    with pytest.raises(UsageError) as caught:
        read(DistillPlan, text, "x.yaml")
    return str(caught.value)


def test_prices_keep_their_digits() -> None:
    price = read(DistillPlan, GOOD, "x.yaml").models["base"].price
    assert (price.prompt, price.completion) == (Decimal("0.10"), Decimal("0.1"))


def test_without_a_name_an_endpoint_is_asked_for_the_entry_and_an_engine_for_its_folder() -> None:
    models = read(Plan, 'models: {writer: {endpoint: "http://h:1"}, here: {}}', "x.yaml").models
    assert [model.served_name for model in models.values()] == ["writer", "embedded"]
    asked = read(Plan, "models: {writer: {}}", "x.yaml").overridden(endpoints=("http://h:1",)).models
    assert asked["writer"].served_name == "writer"


def test_an_absent_price_is_unknown_and_zero_is_free() -> None:
    models = read(Plan, "models:\n  a: {price: {prompt: 0, completion: 0}}\n  b:\n", "x.yaml").models
    assert models["a"].price.is_known
    assert not models["b"].price.is_known


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("samples: 1", "sampels: 1", "x.yaml:7: no setting is called 'ladder[0].sampels'; did you mean 'samples'?"),
        (
            "samples: 1",
            "samples: 0",
            "x.yaml:7: ladder[0].samples cannot be 0: it should be from 1 to 10,000",
        ),
        ("samples: 1", "samples: [1]", "x.yaml:7: ladder[0].samples cannot be [1]: it should be a valid integer"),
        ("samples: 1", "agree: 2", "x.yaml:7: ladder[0].agree: is 2, but the rung draws 1 sample"),
        ("model: base", "model: basse", "x.yaml:6: ladder[0].model: 'basse' is no entry of models (base); did you"),
        ("model: base", "model: [base, base]", "x.yaml:6: ladder[0].model: names a model twice"),
        ("samples: 1", "rule: led:3", "x.yaml:7: ladder[0].rule: no stopping rule 'led:3': did you mean 'lead:3'?"),
        ("samples: 1", "prompt: nowhere", "x.yaml:7: ladder[0].prompt: prompt 'nowhere' cannot be read"),
        ("samples: 1", "prompt: explain", "x.yaml:7: ladder[0].prompt: prompt 'explain' tells the answer"),
        ("samples: 1", "kind: explain\n    prompt: cot", "x.yaml:8: ladder[0].prompt: prompt 'cot' has no {answer}"),
        ("samples: 1", "kind: explain\n    samples: 2", "x.yaml:8: ladder[0].samples: means nothing on a rung of kind"),
        (
            "prompt: 0.10",
            "prompt: -1",
            "x.yaml:3: models.base.price.prompt cannot be -1: it should be from 0 to 1,000,000",
        ),
        (
            "prompt: 0.10",
            "prompt: cheap",
            "x.yaml:3: models.base.price.prompt cannot be 'cheap': it should",
        ),
        (GOOD[GOOD.index("ladder:") :], "ladder: []\n", "x.yaml:4: ladder: has no rung that asks"),
        ("  - name: easy", "  - name: easy\n    name: easy", "x.yaml:6: name stands here twice"),
        ("samples: 1", "samples: [", "x.yaml:8: no YAML"),
    ],
)
def test_an_error_names_file_line_and_field(old: str, new: str, told: str) -> None:
    assert old in GOOD
    assert told in fault(GOOD.replace(old, new))


def test_a_key_in_the_place_of_its_name_is_refused_and_not_repeated() -> None:
    text = fault(GOOD.replace("model: m", "model: m, api_key_env: sk-very-secret"))
    assert "api_key_env" in text
    assert "secret" not in text


def test_the_command_line_overrides_every_endpoint_and_name() -> None:
    models = read(DistillPlan, GOOD, "x.yaml").overridden(endpoints=["http://other"], served="n").models
    assert (models["base"].endpoints, models["base"].served_name) == (("http://other",), "n")


def test_what_may_change_on_resuming_is_no_part_of_the_binding() -> None:
    def binding(text: str) -> dict[str, str]:
        return flattened(read(DistillPlan, text, "x.yaml").binding)

    assert binding(GOOD) == binding(GOOD.replace("http://h:1", "http://h:2").replace("0.10", "7"))
    assert binding(GOOD) != binding(GOOD.replace("samples: 1", "samples: 2"))


@pytest.mark.parametrize("path", sorted(SYNTH_PLANS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_plan_that_comes_along_can_be_read(path: Path) -> None:
    if path.stem == "augment":
        assert load(AugmentPlan, path.stem).models
    elif path.stem == "perturb":
        assert load(PerturbPlan, path.stem).models
    else:
        assert load_plan(path.stem).cascade.rungs[-1].strong


class TestPresets:
    """``preset:`` of a rung, and ``--preset`` for all of them."""

    PLAN = """
models: {m: {}}
ladder:
  - {name: one, model: m, preset: qwen2.5-1.5b, temperature: 0.2}
  - {name: two, model: m, prompt: cot}
  - {name: why, model: m, kind: explain}
"""

    def test_a_rung_sets_its_own_values_over_those_of_its_preset(self, tmp_path: Path) -> None:
        (tmp_path / "l.yaml").write_text(self.PLAN)
        one, two, why = load_plan(str(tmp_path / "l.yaml")).ladder
        measured = presets()["qwen2.5-1.5b"].layer
        assert (one.temperature, one.top_p, one.max_tokens) == (0.2, measured["top_p"], measured["max_tokens"])
        assert one.prompt.zh.name == measured["prompt"]
        assert (two.max_tokens, why.max_tokens) == (1024, 1024)

    def test_the_flag_is_for_the_asking_rungs_that_name_none(self, tmp_path: Path) -> None:
        (tmp_path / "l.yaml").write_text(self.PLAN)
        one, two, why = load_plan(str(tmp_path / "l.yaml"), preset="qwen2.5-0.5b").ladder
        assert (one.max_tokens, two.max_tokens, why.max_tokens) == (
            presets()["qwen2.5-1.5b"].layer["max_tokens"],
            640,
            1024,
        )
        assert two.prompt.zh.name == "cot"
        assert two.facts["max_tokens"] == 640

    def test_an_unknown_preset_is_refused_with_file_and_line(self, tmp_path: Path) -> None:
        (tmp_path / "l.yaml").write_text(self.PLAN.replace("qwen2.5-1.5b", "qwen3"))
        with pytest.raises(UsageError, match=r"no such preset"):
            load_plan(str(tmp_path / "l.yaml"))
        with pytest.raises(UsageError, match=r"no such preset"):
            load_plan(str(tmp_path / "l.yaml"), preset="qwen3")
