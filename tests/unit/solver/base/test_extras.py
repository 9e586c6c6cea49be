"""Extras: no message names one that does not exist, and every module that a command may lack has one."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from solver.base import extras
from solver.base.extras import BASE, EXTRA_OF, Extra, how_to_install, lacks
from solver.base.places import PACKAGES

SOURCES = [path for name in ("solver", "harness", "synth", "train") for path in sorted((PACKAGES / name).rglob("*.py"))]
PROJECT = tomllib.loads((PACKAGES / "pyproject.toml").read_text())["project"]
FOREIGN = {
    "auto_gptq": "runs in an environment of its own",
    "flash_attn": "used where it is there",
    "verifiers": "reads the module that imports it",
    "reasoning_gym": "reads the module that imports it",
}
"""Imported, and never asked for."""


def distribution(requirement: str) -> str:
    """Return the normalised name of a requirement."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s\[<>=~!;]", requirement)[0]).lower()


def files_of(name: str) -> list[importlib.metadata.PackagePath]:
    """Return the files of an installed project; none where it is not installed (its marker may be for elsewhere)."""
    try:
        return importlib.metadata.files(name) or []
    except importlib.metadata.PackageNotFoundError:
        return []


def third_party(path: Path) -> set[str]:
    """Return the top-level modules that a file imports and that are neither Python's nor ours."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    ours = {"solver", "harness", "synth", "train"}
    return {name.partition(".")[0] for name in found} - ours - set(sys.stdlib_module_names)


def test_every_extra_that_a_message_can_name_exists() -> None:
    assert set(get_args(Extra)) == set(PROJECT["optional-dependencies"]) - {"test"}


def test_no_message_names_an_extra_in_words_of_its_own() -> None:
    guilty = [path for path in SOURCES if path != Path(extras.__file__) and "logic-vote[" in path.read_text()]
    assert guilty == []


def test_every_module_that_is_imported_is_a_base_dependency_or_belongs_to_an_extra() -> None:
    base = {distribution(line) for line in PROJECT["dependencies"]}
    # What the base dependencies bring themselves may be used too: openai's HTTP library and pydantic.
    for name in tuple(base):
        wanted = importlib.metadata.requires(name) or []
        base |= {distribution(line) for line in wanted if "extra ==" not in line}
    brought = {file.parts[0].partition(".")[0] for name in base for file in files_of(name)}
    imported = set().union(*map(third_party, SOURCES))
    assert imported - set(EXTRA_OF) - set(FOREIGN) - brought == set()


@pytest.mark.parametrize("module", sorted(EXTRA_OF))
def test_a_missing_module_is_told_with_the_command_that_installs_it(module: str) -> None:
    told = lacks(ModuleNotFoundError(f"No module named '{module}.part'", name=f"{module}.part"))
    assert told is not None
    assert told.startswith(f"{module} is not installed; ")
    assert told.endswith(how_to_install(EXTRA_OF[module]))


def test_a_missing_module_of_our_own_is_not_excused() -> None:
    assert lacks(ModuleNotFoundError("No module named 'solver.nothing'", name="solver.nothing")) is None
    assert lacks(ImportError("cannot import name 'x'")) is None


def test_an_installed_package_asks_for_itself_and_a_checkout_for_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "IS_CHECKOUT", False)
    assert how_to_install("train", "quantize") == "pip install 'logic-vote[train,quantize]'"
    monkeypatch.setattr(extras, "IS_CHECKOUT", True)
    assert how_to_install("gateway") == "pip install '.[gateway]'"


@pytest.mark.parametrize("module", BASE)
def test_another_python_than_the_one_set_up_is_told_as_such(module: str) -> None:
    told = lacks(ModuleNotFoundError(f"No module named '{module}'", name=module))
    assert told is not None
    assert told.startswith(f"{module} is not installed for {sys.executable}; ")
    assert ".venv/bin/activate" in told


def test_a_command_without_anything_installed_says_which_python_to_take() -> None:
    # Isolated from what is installed: the standard library and the checkout are all there is.
    words = [sys.executable, "-S", "-m", "harness", "eval", "none.jsonl"]
    done = subprocess.run(words, cwd=PACKAGES, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert re.fullmatch(r"harness: \w+ is not installed for \S+; take the Python .*\n", done.stderr), done.stderr
