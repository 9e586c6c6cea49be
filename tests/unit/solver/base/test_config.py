"""Configuration records: one field gives flag, help, YAML, ``key=value``, checks, binding and hash."""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
from pathlib import Path
from typing import Literal, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import field_validator, model_validator

from solver.base.config import (
    Config,
    Misfit,
    Seconds,
    binding,
    build,
    declare,
    digest_of,
    from_arguments,
    from_pairs,
    from_yaml,
    from_yaml_text,
    inline,
    parse_duration,
    setting,
    told,
    values_of,
)
from solver.base.errors import PromptError, UsageError


class Sampling(Config):
    temperature: float = setting(0.7, "randomness", metavar="T", ge=0, le=5, binds="always")
    forcing: bool = setting(True, "force an answer", flag="--no-close", was="close", binds="always")
    stop: tuple[str, ...] = setting((), "text that ends a chain", metavar="TEXT", binds="changed")
    width: int = setting(192, "samples in flight", flag=("--slots", "--width"), was="slots", ge=1)


class Lora(Config):
    rank: int = setting(16, "rank", ge=1)
    bf16: Literal["auto", "on", "off"] = setting("auto", "number format")


class Model(Config):
    name: str = setting(..., "what it is called")
    price: float | None = setting(None, "of a token", ge=0)


class Everything(Config):
    sampling: Sampling = inline(Sampling)
    lora: Lora = Lora()
    deadline_s: Seconds | None = setting(None, "time", flag="--deadline", metavar="TIME", gt=0)
    fill: bool | None = setting(None, "fill gaps")
    display: Literal["auto", "none"] = setting("auto", "what is drawn")
    url: str = setting("http://a", "where", flag=())
    models: dict[str, Model] = setting({}, "models", flag=())
    prompt: str = setting("cot", "template")

    @field_validator("url")
    @classmethod
    def _has_no_password(cls, url: str) -> str:
        if "@" in url:
            raise UsageError("holds a password; leave it out")
        return url

    @field_validator("prompt")
    @classmethod
    def _exists(cls, prompt: str) -> str:
        if prompt == "missing":
            raise PromptError("no such prompt")
        return prompt


def parsed(*words: str) -> Everything:
    parser = argparse.ArgumentParser()
    declare(parser, Everything)
    return build(Everything, from_arguments(Everything, parser.parse_args(words)))


def test_flags_come_from_the_fields_and_only_those_given_count() -> None:
    config = parsed("--temperature", "1", "--no-close", "--stop", "a", "--stop", "b", "--deadline", "4h", "--no-fill")
    assert (config.sampling.temperature, config.sampling.forcing, config.sampling.stop) == (1.0, False, ("a", "b"))
    assert (config.deadline_s, config.fill, config.display) == (14400.0, False, "auto")
    assert told(config) == {
        "temperature": 1.0,
        "forcing": False,
        "stop": ("a", "b"),
        "deadline_s": 14400.0,
        "fill": False,
    }
    assert parsed("--width", "3") == parsed("--slots", "3")


def test_help_tells_every_default(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parsed("--help")
    told_lines = capsys.readouterr().out
    for line in ("randomness (default: 0.7)", "--slots WIDTH", "--lora-rank", "(default: cot)"):
        assert line in told_lines
    assert "--url" not in told_lines


def test_later_layers_win_over_earlier_ones_and_all_over_defaults(tmp_path: Path) -> None:
    file = tmp_path / "e.yaml"
    file.write_text("temperature: 1e-1\nslots: 5\nlora:\n  rank: 3\nsampling:\n  stop: x\n", encoding="utf-8")
    config = build(
        Everything, from_yaml(Everything, file), from_pairs(Everything, ["lora.rank=4"]), {"temperature": 0.2}
    )
    assert (config.sampling.temperature, config.sampling.width, config.lora.rank) == (0.2, 5, 4)
    assert config.sampling.stop == ("x",)


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("temprature=1", "did you mean 'temperature'"),
        ("temperature=9", "temperature cannot be 9: it should be from 0 to 5"),
        ("temperature=true", "temperature cannot be 'true'"),
        ("temperature=.nan", "temperature cannot be nan"),
        ("slots=0", r"width \(--slots\) cannot be 0"),
        ("display=huge", "display cannot be 'huge': it should be 'auto' or 'none'"),
        ("models={a: {nam: x}}", "did you mean 'name'"),
        ("models={a: {price: 1}}", r"models\.a\.name is missing"),
        ("lora.rnk=0", r"did you mean 'lora\.rank'"),
        ("models=", "models cannot be None"),
        ("close=3", r"forcing \(--no-close\) cannot be 3"),
        ("deadline_s=soon", r"deadline_s \(--deadline\): 'soon' is no duration"),
        ("x", "write it as key=value"),
        ("display=[", "no YAML"),
        ("display={a: 1, a: 2}", "stands here twice"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(word: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        build(Everything, from_pairs(Everything, [word]))
    assert "\n" not in str(caught.value)


def test_an_error_of_a_file_names_its_line() -> None:
    text = "slots: x\nmodels:\n  a:\n    name: n\n    price: -1\n  b:\n    nmae: n\n"
    with pytest.raises(UsageError) as caught:
        build(Everything, from_yaml_text(Everything, text, "e.yaml"))
    said = str(caught.value)
    for part in ("e.yaml:1: width cannot be 'x'", "e.yaml:5: models.a.price cannot be -1", "e.yaml:7: no setting is"):
        assert part in said


@pytest.mark.parametrize(
    "text", ["- a\n", "3\n", "a: [\n", "", "slots: 1\nslots: 2\n", "slots: 1\nwidth: 2\n", "x: 1\n"]
)
def test_a_file_that_cannot_be_used_is_named(text: str) -> None:
    with pytest.raises(UsageError, match=r"^e\.yaml:"):
        from_yaml_text(Everything, text, "e.yaml")


def test_wrong_values_in_python_are_usage_errors_too() -> None:
    with pytest.raises(UsageError, match="temperature cannot be 9"):
        Sampling(temperature=9)
    with pytest.raises(UsageError, match="rank cannot be 0"):
        Everything.of(temperature=1).replaced(**{"lora.rank": 0})


def test_a_check_that_keeps_a_secret_back_has_the_last_word() -> None:
    with pytest.raises(UsageError, match="holds a password") as caught:
        Everything.of(url="http://me:secret@host")
    assert "secret" not in str(caught.value)


def test_a_check_with_an_error_class_of_its_own_keeps_it() -> None:
    with pytest.raises(PromptError, match="no such prompt"):
        Everything.of(prompt="missing")


def test_a_record_is_frozen_and_replaced_by_name() -> None:
    config = Everything.of(slots=3)
    with pytest.raises(ValueError, match="frozen"):
        config.display = "none"
    other = config.replaced(temperature=1)
    assert (other.sampling.temperature, other.sampling.width, config.sampling.temperature) == (1.0, 3, 0.7)


def test_what_binds_has_its_earliest_name_and_new_settings_only_where_they_were_set() -> None:
    assert binding(Everything()) == {"temperature": 0.7, "close": True}
    assert binding(Everything.of(stop="x"))["stop"] == ("x",)
    assert digest_of(binding(Everything())) == digest_of(binding(Everything.of(slots=3)))
    assert digest_of(binding(Everything())) != digest_of(binding(Everything.of(temperature=1)))
    assert values_of(Everything())["lora.rank"] == 16


def test_yaml_truth_values_are_words_where_words_are_wanted() -> None:
    assert build(Everything, from_yaml_text(Everything, "lora: {bf16: on}\n", "e.yaml")).lora.bf16 == "on"
    assert build(Everything, from_pairs(Everything, ["lora.bf16=off"])).lora.bf16 == "off"


def test_two_settings_of_one_name_are_found_out() -> None:
    class Twice(Config):
        sampling: Sampling = inline(Sampling)
        stop: str = setting("", "again")

    with pytest.raises(TypeError, match="stop"):
        Twice.of(stop="x")


@given(st.floats(min_value=0.001, max_value=1e6), st.sampled_from("smh"))
def test_durations_mean_the_same_in_every_unit(number: float, unit: str) -> None:
    text = f"{number:.3f}"
    assert parse_duration(text + unit) == pytest.approx(float(text) * {"s": 1, "m": 60, "h": 3600}[unit])


@given(st.text(max_size=40))
def test_no_word_of_the_command_line_gets_past_a_usage_error(text: str) -> None:
    with contextlib.suppress(UsageError, PromptError):
        config = build(Everything, from_pairs(Everything, [text, f"prompt={text}"]))
        assert config.prompt


def test_the_base_needs_no_yaml_until_a_file_is_read() -> None:
    code = "import sys, solver.base.config; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class Team(Config):
    size: int = setting(1, "how many")
    names: tuple[str, ...] = setting((), "who they are")

    @model_validator(mode="after")
    def _are_enough(self) -> Self:
        if len(self.names) < self.size:
            raise Misfit(f"names {len(self.names)} of {self.size}; name them all", "names")
        return self


class League(Config):
    teams: tuple[Team, ...] = setting((), "all teams", flag=())
    lora: Lora = Lora()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("teams:\n  - size: 0\n  - size: 2\n    names: [a]\n", "e.yaml:4: teams[1].names: names 1 of 2; name them all"),
        ("teams:\n  - names: [a]\n  - size: 2\n", "e.yaml:3: teams[1].names: names 0 of 2; name them all"),
        ("teams:\n  - names: [a]\n    size: many\n", "e.yaml:3: teams[0].size cannot be 'many'"),
        ("teams:\n  - name: [a]\n", "e.yaml:2: no setting is called 'teams[0].name'; did you mean 'names'?"),
    ],
)
def test_a_check_of_a_whole_record_says_which_setting_it_speaks_of_and_where_that_stands(text: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        build(League, from_yaml_text(League, text, "e.yaml"))
    assert told in str(caught.value)


def test_a_section_with_nothing_below_it_is_as_if_it_were_not_there() -> None:
    assert build(League, from_yaml_text(League, "lora:\nteams: []\n", "e.yaml")) == League()


@pytest.mark.parametrize(
    "text",
    [
        "data:\n- &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"- &{name} [{', '.join([f'*{chr(ord(name) - 1)}'] * 9)}]\n" for name in "bcdefghijk"),
        "data: &a [*a]\n",
        "data: &a {b: *a}\n",
    ],
)
def test_aliases_of_aliases_in_yaml_are_refused_before_they_fill_the_memory(text: str) -> None:
    from harness.run.config import EvalConfig

    with pytest.raises(UsageError, match=r"x\.yaml:\d+: too many parts, or nested too deeply"):
        from_yaml_text(EvalConfig, text, "x.yaml")
