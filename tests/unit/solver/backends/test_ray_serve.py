"""The deployment file for Ray clusters, as far as it can be looked at without Ray."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.support.checkout import ROOT

FILE = ROOT / "docker" / "ray-serve.yaml"


@pytest.fixture(params=["as it is", "with adapters"])
def text(request: pytest.FixtureRequest) -> str:
    """The file, also with what is commented out for adapters."""
    found = FILE.read_text(encoding="utf-8")
    if request.param == "with adapters":
        found, count = re.subn(r"^( +)# (enable_lora|max_lora_rank|lora_config|  \w+: ?)", r"\1\2", found, flags=re.M)
        assert count == 5
    return found


def test_the_file_has_the_fields_that_ray_knows(text: str) -> None:
    # Names as in Ray 2.60 (ServeDeploySchema, LLMConfig, AutoscalingConfig); Ray itself ignores some wrong ones.
    whole = yaml.safe_load(text)
    assert set(whole) == {"http_options", "applications"}
    (application,) = whole["applications"]
    assert set(application) == {"name", "route_prefix", "import_path", "args"}
    assert application["import_path"] == "ray.serve.llm:build_openai_app"
    (config,) = application["args"]["llm_configs"]
    wanted = {"model_loading_config", "engine_kwargs", "deployment_config"}
    assert wanted <= set(config) <= {*wanted, "lora_config"}
    assert ("lora_config" in config) == ("enable_lora" in config["engine_kwargs"])
    assert set(config["model_loading_config"]) == {"model_id", "model_source"}
    scaling = config["deployment_config"]["autoscaling_config"]
    names = {"min_replicas", "max_replicas", "target_ongoing_requests", "upscale_delay_s", "downscale_delay_s"}
    assert set(scaling) == names
    assert 1 <= scaling["min_replicas"] <= scaling["max_replicas"]
    assert scaling["target_ongoing_requests"] <= config["deployment_config"]["max_ongoing_requests"]


def test_the_command_in_the_file_asks_for_what_the_file_serves(text: str) -> None:
    whole = yaml.safe_load(text)
    (config,) = whole["applications"][0]["args"]["llm_configs"]
    (command,) = re.findall(r"^#.*harness eval.*$", text, re.M)
    assert f"--model {config['model_loading_config']['model_id']} " in command
    assert f"--endpoint http://{whole['http_options']['host']}:{whole['http_options']['port']}/v1 " in command
    # Nobody is asked for a key there.
    assert whole["http_options"]["host"] == "127.0.0.1"
