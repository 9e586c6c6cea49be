"""The configuration of ``eval``: merged in order, checked, hashed over what binds, held against a run folder."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from harness.commands import eval as eval_command
from harness.run.config import (
    EvalConfig,
    asked_models,
    check_folder,
)
from harness.run.folder import RunFolder
from solver.base.config import parse_duration
from solver.base.errors import ConfigMismatch, UsageError
from solver.commands import options
from tests.support.checkout import ROOT


def resolved(file: Path | None, *words: str) -> EvalConfig:
    """What ``eval`` was told on the command line."""
    parser = argparse.ArgumentParser()
    eval_command.declare(parser)
    return options.read(
        EvalConfig, parser.parse_args([*(["--config", str(file)] if file else []), *words]), files="data"
    )


def test_flags_win_over_the_file_and_the_file_over_defaults(tmp_path: Path) -> None:
    file = tmp_path / "eval.yaml"
    file.write_text(
        "rule: fixed:5\ntemperature: 1\nmodels: [a, b]\ndeadline_s: 4h\nprice_prompt: 0.15\n", encoding="utf-8"
    )
    config = resolved(file, "--rule", "lead:4")
    sampling = config.sampling
    assert (sampling.rule, sampling.temperature, sampling.models) == ("lead:4", 1.0, ("a", "b"))
    assert (config.deadline_s, config.price_prompt, sampling.max_samples) == (14400.0, "0.15", 16)


def test_an_unknown_key_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    file = tmp_path / "eval.yaml"
    file.write_text("max_sampels: 3\n", encoding="utf-8")
    with pytest.raises(UsageError, match="did you mean 'max_samples'"):
        resolved(file)
    with pytest.raises(UsageError, match="did you mean 'temperature'"):
        resolved(None, "temprature=1")


@pytest.mark.parametrize("text", ["- a\n", "3\n", "a: [\n", ""])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "eval.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"eval\.yaml"):
        resolved(file)


@pytest.mark.parametrize("text", ["max_samples=many", "json=3", "temperature=true", "display=huge", "models=", "=x"])
def test_a_setting_of_another_type_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        resolved(None, text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_samples": 0},
        {"temperature": float("nan")},
        {"top_p": 0.0},
        {"over_launch": 9},
        {"deadline_s": 0.0},
        {"requests_per_minute": 0.0},
        {"request_timeout_s": -1.0},
        {"models": ("a", "a")},
        {"limit": 0},
    ],
)
def test_values_out_of_range_are_refused_by_name(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        EvalConfig.of(**wrong)


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("1.5m", 90), ("4h", 14400), ("1h1m1s", 3661)])
def test_durations_are_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "-3", "3d", "h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no duration"):
        parse_duration(text)


def test_samples_go_ahead_of_need_only_where_they_cost_nothing() -> None:
    assert EvalConfig().ahead > 0
    assert EvalConfig.of(endpoints=("http://127.0.0.1:1/v1",)).ahead == 0
    assert EvalConfig.of(token_budget=10**6).ahead == 0
    assert EvalConfig.of(endpoints=("http://127.0.0.1:1/v1",), over_launch=3).ahead == 3
    assert EvalConfig.of(over_launch=0).ahead == 0
    assert EvalConfig().digest == EvalConfig.of(over_launch=0).digest


def test_the_hash_covers_what_decides_the_samples_and_nothing_else() -> None:
    config = EvalConfig()
    assert config.replaced(slots=3, display="none", deadline_s=9.0).digest == config.digest
    assert config.replaced(temperature=0.8).digest != config.digest
    assert config.replaced(slots=3).folder == config.folder


def test_a_run_folder_is_named_after_what_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    here = EvalConfig.of(data=("p.jsonl",))
    there = here.replaced(endpoints=("http://127.0.0.1:1/v1",))
    assert here.folder.name.startswith("p-embedded-lead")
    assert there.folder.name.startswith("p-endpoint-lead")
    assert there.replaced(models=("m",)).folder.name.startswith("p-m-lead")
    # A run at an endpoint that began when its folder was named after the embedded model goes on there.
    here.folder.mkdir(parents=True)
    check_folder(here.folder, here, {})
    assert there.folder != here.folder
    check_folder(here.folder, there, {})
    assert there.folder == here.folder


def test_a_folder_belongs_to_one_configuration(tmp_path: Path) -> None:
    config = EvalConfig()
    check_folder(tmp_path, config, {"data_sha256": "x"})
    check_folder(tmp_path, config.replaced(slots=3), {"data_sha256": "x"})
    with pytest.raises(ConfigMismatch, match=r"(?s)data_sha256: 'x' there, 'y' now.*top_p: 0.8 there, 0.5 now"):
        check_folder(tmp_path, config.replaced(top_p=0.5), {"data_sha256": "y"})


def test_a_fact_that_is_learnt_later_binds_from_then_on(tmp_path: Path) -> None:
    config = EvalConfig()
    check_folder(tmp_path, config, {"data_sha256": "x"})
    assert asked_models(tmp_path) == ()
    check_folder(tmp_path, config, {"data_sha256": "x", "asked_models": ("m",)})
    check_folder(tmp_path, config, {"data_sha256": "x"})
    assert asked_models(tmp_path) == ("m",)
    with pytest.raises(ConfigMismatch, match="asked_models"):
        check_folder(tmp_path, config, {"data_sha256": "x", "asked_models": ("other",)})


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"binding": 3}', '{"binding": {'])
def test_an_unreadable_config_is_named(tmp_path: Path, text: str) -> None:
    RunFolder(tmp_path).config.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigMismatch, match="unreadable"):
        check_folder(tmp_path, EvalConfig(), {})


def test_the_embedded_model_binds_a_run_by_its_place_in_the_project(tmp_path: Path) -> None:
    assert EvalConfig().binding["serve"] == "models/embedded"
    assert EvalConfig.of(serve=str(tmp_path)).binding["serve"] == str(tmp_path)
    assert EvalConfig.of(serve="Qwen/some").binding["serve"] == "Qwen/some"


def test_the_help_of_eval_loads_nothing_that_asks_models() -> None:
    code = (
        "import sys\nfrom harness.cli import main\ntry:\n    main(['eval', '--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = ('openai', 'httpx', 'rich', 'solver.sampling.http', 'solver.scheduling.scheduler')\n"
        "sys.exit(', '.join(name for name in heavy if name in sys.modules) or 0)"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
