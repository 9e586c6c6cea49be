"""Extras: no message names one that does not exist, and every module that a command may lack has one."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from solver.base import extras
from solver.base.extras import BASE, EXTRA_OF, LOCKED, SERVING, Extra, how_to_install, lacks
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


def said(path: Path) -> Iterator[str]:
    """Yield the texts in a source file that are no documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in loose:
            yield node.value


def test_no_message_says_in_words_of_its_own_how_something_is_installed() -> None:
    words = re.compile(r"pip install|bootstrap\.py +setup|logic-vote\[")
    own = {Path(extras.__file__), PACKAGES / "synth" / "environments" / "export.py"}
    """Another trainer's environment, into which an exported package goes, is not this one."""
    assert [(path, text) for path in SOURCES if path not in own for text in said(path) if words.search(text)] == []


@pytest.mark.parametrize(("profile", "held"), [("serve", SERVING), ("all", LOCKED)])
def test_what_bootstrap_installs_are_the_extras_whose_packages_its_list_holds(profile: str, held: set[str]) -> None:
    lines = (PACKAGES / "requirements" / f"{profile}.txt").read_text().splitlines()
    names = {distribution(line) for line in lines if line and not line.startswith("#")}
    extras = {name: {*map(distribution, wanted)} for name, wanted in PROJECT["optional-dependencies"].items()}
    assert held == {name for name, wanted in extras.items() if wanted <= names} - {"test"}


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


def test_what_is_missing_is_installed_into_the_environment_that_runs_and_from_the_present_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(extras, "python", lambda: "bin/python")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(extras, "IS_CHECKOUT", False)
    assert how_to_install("train", "quantize") == "bin/python -m pip install 'logic-vote[train,quantize]'"
    monkeypatch.setattr(extras, "IS_CHECKOUT", True)
    monkeypatch.chdir(PACKAGES)
    assert how_to_install("gateway") == "bin/python -m pip install '.[gateway]'"
    # An environment that bootstrap.py made stays at its exact versions; what they do not hold comes by pip.
    (tmp_path / ".installed-serve").touch()
    assert how_to_install("gateway") == "python3 bootstrap.py setup"
    assert how_to_install("synth", "gateway") == "python3 bootstrap.py setup all"
    assert how_to_install("wandb") == "bin/python -m pip install '.[wandb]'"
    monkeypatch.chdir(tmp_path)
    assert how_to_install("synth") == f"python3 {shlex.quote(str(PACKAGES / 'bootstrap.py'))} setup all"
    assert how_to_install("wandb") == f"bin/python -m pip install {shlex.quote(f'{PACKAGES}[wandb]')}"


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
