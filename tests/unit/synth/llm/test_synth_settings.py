from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from solver.base.places import SYNTH_PLANS
from synth.distill.ladder_config import plan_of
from synth.errors import SettingsError
from synth.llm.journal import flattened
from synth.llm.plan_file import load_section, models_of, section_of

GOOD = """
models:
  base: {model: m, endpoint: "http://h:1", price: {prompt: 0.10, completion: 1e-1}}
ladder:
  - name: easy
    model: base
    samples: 1
"""


def fault(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        plan_of(section_of(text, "x.yaml"))
    return str(caught.value)


def test_prices_keep_their_digits() -> None:
    price = models_of(section_of(GOOD, "x.yaml"))["base"].price
    assert (price.prompt, price.completion) == (Decimal("0.10"), Decimal("0.1"))


def test_without_a_name_an_endpoint_is_asked_for_the_entry_and_an_engine_for_its_folder() -> None:
    models = models_of(section_of('models: {writer: {endpoint: "http://h:1"}, here: {}}', "x.yaml"))
    assert [model.served_name for model in models.values()] == ["writer", "embedded"]
    asked = models_of(section_of("models: {writer: {}}", "x.yaml"), endpoints=("http://h:1",))
    assert asked["writer"].served_name == "writer"


def test_an_absent_price_is_unknown_and_zero_is_free() -> None:
    models = models_of(section_of("models:\n  a: {price: {prompt: 0, completion: 0}}\n  b:\n", "x.yaml"))
    assert models["a"].price.is_known
    assert not models["b"].price.is_known


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("samples: 1", "sampels: 1", "x.yaml:7: ladder[0].sampels: no such field; did you mean 'samples'?"),
        ("samples: 1", "samples: 0", "x.yaml:7: ladder[0].samples: is 0; at least 1"),
        ("samples: 1", "samples: [1]", "x.yaml:7: ladder[0].samples: is [1]; a whole number is wanted"),
        ("samples: 1", "agree: 2", "x.yaml:7: ladder[0].agree: is 2, but the rung draws 1 samples"),
        ("model: base", "model: basse", "x.yaml:6: ladder[0].model: 'basse' is no entry of models (base); did you"),
        ("model: base", "model: [base, base]", "x.yaml:6: ladder[0].model: names a model twice"),
        ("samples: 1", "rule: led:3", "x.yaml:7: ladder[0].rule: no stopping rule 'led:3': did you mean 'lead:3'?"),
        ("samples: 1", "prompt: nowhere", "x.yaml:7: ladder[0].prompt: prompt 'nowhere' cannot be read"),
        ("samples: 1", "prompt: explain", "x.yaml:7: ladder[0].prompt: prompt 'explain' tells the answer"),
        ("samples: 1", "kind: explain\n    prompt: cot", "x.yaml:8: ladder[0].prompt: prompt 'cot' has no {answer}"),
        ("samples: 1", "kind: explain\n    samples: 2", "x.yaml:8: ladder[0].samples: means nothing on a rung of kind"),
        ("prompt: 0.10", "prompt: -1", "x.yaml:3: models.base.price.prompt: is '-1'; a decimal number"),
        ("prompt: 0.10", "prompt: cheap", "x.yaml:3: models.base.price.prompt: is 'cheap'; a decimal number"),
        ("ladder:", "ladder: []\nladders:", "x.yaml:4: ladder: has no rung that asks"),
        ("  - name: easy", "  - name: easy\n    name: easy", "x.yaml:6: ladder[0].name: stands here twice"),
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
    models = models_of(section_of(GOOD, "x.yaml"), endpoints=["http://other"], served="n")
    assert (models["base"].endpoints, models["base"].served_name) == (("http://other",), "n")


def test_what_may_change_on_resuming_is_no_part_of_the_binding() -> None:
    def binding(text: str) -> dict[str, str]:
        return flattened(plan_of(section_of(text, "x.yaml")).binding)

    assert binding(GOOD) == binding(GOOD.replace("http://h:1", "http://h:2").replace("0.10", "7"))
    assert binding(GOOD) != binding(GOOD.replace("samples: 1", "samples: 2"))


@pytest.mark.parametrize("path", sorted(SYNTH_PLANS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_plan_that_comes_along_can_be_read(path: Path) -> None:
    section = load_section(path.stem)
    if "ladder" in section.names:
        plan = plan_of(section)
        assert plan.ladder.rungs[-1].is_strong
    else:
        assert models_of(section)
