"""Presets: which one a model gets, what stands above and below it, and that a continued run stays with it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.run.config import EvalConfig, check_folder
from solver.base.config import Config, binding, told
from solver.base.errors import UsageError
from solver.base.places import EMBEDDED_MODEL
from solver.commands import options
from solver.gateway.settings import GatewayConfig
from solver.presets.generation_config import sampling_of
from solver.presets.matching import Model, matching
from solver.presets.preset import load_preset, preset_titles, presets
from solver.presets.served import _model_of, models_at
from solver.scheduling.settings import SamplingSettings
from tests.support.command import serving
from tests.support.scripted_server import Reply

QWEN = {"model_type": "qwen2", "hidden_size": 1536, "num_hidden_layers": 28, "rope_theta": 1000000.0}
Reader = Callable[..., Any]


@pytest.fixture
def read() -> Reader:
    """Read a command's words as the command does."""

    def found(*words: str, model: type[Config] = EvalConfig) -> Any:
        parser = argparse.ArgumentParser()
        options.declare(parser, model, words="DATA")
        return options.read(model, parser.parse_args(words), files="data" if model is EvalConfig else None)

    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model of the 1.5B's architecture."""
    return model_folder(tmp_path / "some-model", QWEN)


def model_folder(path: Path, config: dict[str, Any], generation: dict[str, Any] | None = None) -> Path:
    path.mkdir()
    (path / "config.json").write_text(json.dumps(config))
    if generation is not None:
        (path / "generation_config.json").write_text(json.dumps(generation))
    return path


def preset_of(model: Model) -> str | None:
    found = matching(presets(), model)
    return None if found is None else found.preset.name


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.name)
def test_every_preset_that_comes_along_says_what_it_was_measured_on_and_changes_something(preset: Any) -> None:
    assert preset.help
    assert "docs/log.md" in preset.measured
    assert preset.match.config
    assert preset.match.names
    assert SamplingSettings.of(**preset.layer) != SamplingSettings()


@pytest.mark.parametrize(
    ("name", "preset"),
    [
        ("Qwen/Qwen2.5-1.5B-Instruct", "qwen2.5-1.5b"),
        ("/models/Qwen2.5-Coder-1.5B-Instruct-GPTQ-Int4/", "qwen2.5-1.5b"),
        ("qwen2.5-0.5b", "qwen2.5-0.5b"),
        ("embedded", "embedded"),
        ("Qwen2.5-Math-1.5B-Instruct", None),
        ("DeepSeek-R1-Distill-Qwen-1.5B", None),
        ("Qwen2.5-11.5B", None),
        ("qwen2.5-1.5b-my-finetune", None),
        ("my-embedded-thing", None),
    ],
)
def test_where_only_its_name_is_known_a_model_is_matched_by_the_whole_of_it(name: str, preset: str | None) -> None:
    assert preset_of(Model(name, context=4096)) == preset


def test_a_config_json_outweighs_the_name_in_both_directions() -> None:
    assert preset_of(Model("anything", config=QWEN)) == "qwen2.5-1.5b"
    assert preset_of(Model("qwen2.5-1.5b", config={**QWEN, "hidden_size": 2048})) is None


def test_a_reasoning_model_of_the_same_shape_is_told_apart_by_its_rope() -> None:
    assert preset_of(Model("x", config={**QWEN, "rope_theta": 10000})) is None
    later = {name: value for name, value in QWEN.items() if name != "rope_theta"}
    assert preset_of(Model("x", config={**later, "rope_parameters": {"rope_theta": 1000000}})) == "qwen2.5-1.5b"


def test_the_embedded_model_is_matched_by_its_folder_and_behind_an_endpoint_by_name_and_context() -> None:
    config = json.loads((EMBEDDED_MODEL / "config.json").read_text())
    assert preset_of(Model("served-as-this", config=config)) == "embedded"
    assert preset_of(Model("embedded", context=32768)) is None


def test_the_embedded_model_behind_an_endpoint_gets_its_preset_and_the_user_is_told(
    read: Reader, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(models=("mine",), root=str(EMBEDDED_MODEL)) as server:
        config = read("--endpoint", server.url)
    assert told(config.sampling) == load_preset("embedded").layer
    line = capsys.readouterr().err
    assert "preset embedded, chosen by its config.json" in line
    assert "prompt cot" in line
    assert "--preset none" in line


@pytest.mark.parametrize("model", [EvalConfig, options.AnswerConfig, options.TerminalConfig, GatewayConfig])
def test_every_command_that_asks_models_takes_the_preset_and_flags_win(
    read: Reader, folder: Path, model: type[Config]
) -> None:
    sampling = read("--serve", str(folder), "--temperature", "0.9", model=model).sampling
    given = load_preset("qwen2.5-1.5b").layer
    assert (sampling.temperature, sampling.prompt, sampling.repetition_penalty) == (0.9, given["prompt"], 1.0)


def test_flags_stand_over_the_file_the_file_over_the_named_preset_and_that_over_the_matched_one(
    read: Reader, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text("help: mine\nmax_tokens: 111\ntop_k: 11\ntemperature: 0.11\n")
    (tmp_path / "config.yaml").write_text("top_k: 22\ntemperature: 0.22\n")
    words = ("--preset", str(tmp_path / "mine.yaml"), "--config", str(tmp_path / "config.yaml"))
    sampling = read("--serve", str(folder), *words, "--temperature", "0.33").sampling
    assert (sampling.temperature, sampling.top_k, sampling.max_tokens) == (0.33, 22, 111)
    # Of the preset that is for the model nothing is left.
    assert sampling.repetition_penalty is None


def test_presets_are_turned_off_by_none(read: Reader, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(read("--serve", str(folder), "--preset", "none").sampling) == {}
    assert capsys.readouterr().err == ""


def test_the_makers_sampling_is_taken_only_where_no_preset_is_for_the_model(
    read: Reader, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    makers = {"do_sample": True, "temperature": 0.6, "top_p": 0.95, "top_k": 20, "repetition_penalty": 1.1}
    other = model_folder(tmp_path / "other", {"model_type": "llama"}, makers)
    qwen = model_folder(tmp_path / "qwen", QWEN, makers)
    sampling = read("--serve", str(other), "--top-p", "0.5").sampling
    assert told(sampling) == {"temperature": 0.6, "top_p": 0.5, "top_k": 20, "repetition_penalty": 1.1}
    assert "generation_config.json: temperature 0.6, top_k 20" in capsys.readouterr().err
    assert read("--serve", str(qwen)).sampling.repetition_penalty == 1.0
    assert read("--serve", str(other), "--preset", "none").sampling == SamplingSettings()


@pytest.mark.parametrize(
    ("makers", "taken"),
    [
        ({"do_sample": False, "temperature": 0.6}, {}),
        ({"temperature": 0, "top_k": 0, "top_p": 1.5, "min_p": "x"}, {}),
        ({"temperature": 1, "min_p": 0.1, "max_length": 20}, {"temperature": 1, "min_p": 0.1}),
        ({"top_k": True, "repetition_penalty": -1}, {}),
    ],
)
def test_of_a_generation_config_only_what_can_be_used_is_taken(makers: dict[str, Any], taken: dict[str, Any]) -> None:
    assert sampling_of(makers) == taken


def test_several_models_share_a_preset_only_where_it_is_for_all_of_them(read: Reader) -> None:
    with serving(models=("qwen2.5-1.5b", "qwen2.5-0.5b", "Qwen2.5-1.5B-Instruct")) as server:
        ask = ("--endpoint", server.url, "--model", "qwen2.5-1.5b", "--model")
        assert told(read(*ask, "qwen2.5-0.5b").sampling).keys() == {"models"}
        assert read(*ask, "Qwen2.5-1.5B-Instruct").sampling.prompt == load_preset("qwen2.5-1.5b").layer["prompt"]


def test_an_adapter_gets_no_preset_of_its_base() -> None:
    cards = [{"id": "mine", "parent": "embedded"}, {"id": "embedded", "root": "x"}]
    with serving() as server:
        server._route = lambda *_: Reply(body={"data": cards})  # type: ignore[method-assign]
        assert [model.name for model in models_at([server.url])] == ["embedded"]
        assert models_at([server.url], ["mine"]) == ()
        assert models_at([server.url], ["not served"]) == ()


def test_a_server_that_does_not_answer_tells_nothing_and_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.presets.served._WAIT_S", 0.1)
    with serving(models=None) as server:
        assert models_at([server.url]) == ()
        server._route = lambda *_: Reply(fault="hang")  # type: ignore[method-assign]
        assert models_at([server.url]) == ()
        server._route = lambda *_: Reply(body={"data": [1, {}]}, fault="trickle")  # type: ignore[method-assign]
        assert models_at([server.url]) == ()
    assert models_at([server.url]) == ()


def test_a_preset_with_an_unknown_setting_is_refused_with_file_line_and_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("help: mine\ntemperatur: 0.3\n")
    with pytest.raises(UsageError, match=r"mine\.yaml:2: .*temperature"):
        load_preset(str(tmp_path / "mine.yaml"))


def test_a_preset_that_does_not_exist_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"did you mean qwen2\.5-1\.5b"):
        load_preset("qwen2.5-1.5")


def test_prompt_and_system_message_of_a_preset_may_lie_beside_it(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("{problem}{question}{options}")
    (tmp_path / "s.txt").write_text("be brief")
    (tmp_path / "mine.yaml").write_text("prompt: p.txt\nsystem: s.txt\n")
    layer = load_preset(str(tmp_path / "mine.yaml")).layer
    assert layer == {"prompt": str(tmp_path / "p.txt"), "system": "be brief"}


def test_what_a_preset_says_is_bound_in_the_run_like_any_setting(read: Reader, folder: Path) -> None:
    config = read("--serve", str(folder))
    by_hand = EvalConfig.of(**load_preset("qwen2.5-1.5b").layer, serve=str(folder))
    assert binding(config) == binding(by_hand)


def test_a_continued_run_stays_with_the_preset_it_was_begun_with(read: Reader, folder: Path, tmp_path: Path) -> None:
    run = ("--run", str(tmp_path / "run"), "--serve", str(folder))
    begun = read(*run)
    (tmp_path / "run").mkdir()
    check_folder(tmp_path / "run", begun, {})
    # Another version of the presets: the model's own is not known to it.
    (folder / "config.json").write_text("{}")
    assert read("--serve", str(folder)).sampling == SamplingSettings()
    assert read(*run).binding == begun.binding
    assert read(*run, "--preset", "none").sampling == SamplingSettings()


def test_a_run_of_before_there_were_presets_gets_none(read: Reader, folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    check_folder(run, EvalConfig.of(serve=str(folder)), {})
    noted = json.loads((run / "config.json").read_text())
    del noted["all"]["preset_values"]
    (run / "config.json").write_text(json.dumps(noted))
    assert read("--run", str(run), "--serve", str(folder)).sampling == SamplingSettings()


def test_the_first_line_of_a_preset_says_what_it_is_for() -> None:
    assert preset_titles().listing() == presets().listing()


@pytest.mark.parametrize("root", ["x" * 5000, "\0", "/dev/null", 7, None])
def test_a_root_that_a_server_makes_up_is_no_folder(root: object) -> None:
    found = _model_of({"id": "m", "root": root})
    assert found.name == "m"
    assert found.config is None
