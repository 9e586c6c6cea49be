"""What a public forge reads: workflows that run what was reviewed, and a changelog with every version."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import yaml

from tests.support.checkout import ROOT

FORGE = ROOT / ".github"
FILES = sorted([*FORGE.rglob("*.yml"), ROOT / ".pre-commit-config.yaml"])
WORKFLOWS = sorted((FORGE / "workflows").glob("*.yml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def jobs_of(name: str) -> dict[str, Any]:
    """Return the jobs of a workflow."""
    jobs: dict[str, Any] = yaml.safe_load((FORGE / "workflows" / name).read_text())["jobs"]
    return jobs


def steps_of(name: str) -> list[dict[str, Any]]:
    """Return the steps of all jobs of a workflow."""
    return [step for job in jobs_of(name).values() for step in job["steps"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_is_yaml(path: Any) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_runs_pinned_actions_with_few_rights_and_an_end(path: Any) -> None:
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert read["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 60 for job in read["jobs"].values())
    used = [step["uses"] for step in steps_of(path.name) if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", action)] == []


def test_unit_tests_run_on_every_python_from_the_oldest_that_is_promised() -> None:
    versions = jobs_of("checks.yml")["unit"]["strategy"]["matrix"]["python"]
    assert PROJECT["project"]["requires-python"] == f">={versions[0]}"
    minors = [int(version.split(".")[1]) for version in versions]
    assert minors == list(range(minors[0], minors[-1] + 1))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_what_a_workflow_runs_is_there(path: Any) -> None:
    lines = "\n".join(str(step.get("run", "")) for step in steps_of(path.name))
    named = set(re.findall(r"(?:requirements|tests|docs)/[\w/.-]+", lines))
    assert [name for name in named if not (ROOT / name).exists()] == []
    extras = {extra for found in re.findall(r"'\.\[([\w,-]+)\]'", lines) for extra in found.split(",")}
    assert extras <= set(PROJECT["project"]["optional-dependencies"])


def test_the_changelog_has_a_section_for_what_comes_and_for_the_version_that_is() -> None:
    heads = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert heads[:2] == ["Unreleased", PROJECT["project"]["version"]]
    assert len(heads) == len(set(heads))
