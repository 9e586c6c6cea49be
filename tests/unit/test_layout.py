"""The shape of the house: imports point one way and never in a circle, folders stay small, names say something."""

from __future__ import annotations

import ast
import graphlib
import re
from collections import Counter

import pytest

from tests.support.checkout import ROOT

PACKAGES = ("solver", "harness", "synth", "train")
SOURCES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for package in (*PACKAGES, "tests", "bench")
    for path in sorted((ROOT / package).rglob("*.py"))
}
MOST_MODULES = 15
FAMILIES = ROOT / "synth" / "puzzles" / "families"
"""One file a family: the only folder that may hold more."""
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "stuff"}
MAY_IMPORT = {
    "solver": {"solver"},
    "harness": {"harness", "solver"},
    "synth": {"synth", "solver"},
    "train": {"train", "solver", "synth"},
}
"""``train`` takes its training rows and its stream of puzzles from ``synth``."""


def imports_of(module: str) -> set[str]:
    """Return the modules of the project that a module imports, inside functions and for types alone, too."""
    tree = ast.parse(SOURCES[module].read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import name`: the module of that name where there is one, else the package itself.
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in SOURCES else node.module for name in inner}
    return {name for name in found if name in SOURCES and name != module}


IMPORTS = {module: imports_of(module) for module in SOURCES if module.partition(".")[0] in PACKAGES}


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_between_the_packages_point_one_way(package: str) -> None:
    wrong = {
        (module, imported)
        for module, found in IMPORTS.items()
        for imported in found
        if module.partition(".")[0] == package and imported.partition(".")[0] not in MAY_IMPORT[package]
    }
    assert wrong == set()


def test_no_two_modules_import_each_other_in_a_circle() -> None:
    graphlib.TopologicalSorter(IMPORTS).prepare()


def room_of(module: str) -> str:
    """Return the folder below a package that holds a module; a module beside these is a room of its own."""
    return ".".join(module.split(".")[:2])


def test_no_two_rooms_import_each_other_in_a_circle() -> None:
    rooms: dict[str, set[str]] = {}
    for module, found in IMPORTS.items():
        rooms.setdefault(room_of(module), set()).update(map(room_of, found))
    graphlib.TopologicalSorter({room: found - {room} for room, found in rooms.items()}).prepare()


def test_no_folder_holds_more_modules_than_one_can_look_over() -> None:
    modules = [path for name, path in SOURCES.items() if not name.startswith("tests.")]
    folders = Counter(path.parent for path in modules if path.name not in ("__init__.py", "__main__.py"))
    del folders[FAMILIES]
    assert {str(folder): count for folder, count in folders.items() if count > MOST_MODULES} == {}


def test_every_module_has_a_name_that_says_something() -> None:
    assert [name for name in SOURCES if NAMELESS & set(name.split("."))] == []


def test_nothing_is_put_into_the_path_that_python_searches() -> None:
    word = "sys.path." + "insert"
    assert [str(path) for path in SOURCES.values() if word in path.read_text(encoding="utf-8")] == []


def test_words_that_the_field_has_no_use_for_stay_out() -> None:
    """What stands between quotes may be a JSON name of before (``solver.scheduling.outcome_json``)."""
    retired = re.compile(rf"(?<![\"']){'bal' + 'lot'}|\b(?:{'pu' + 'rse'}|{'sit' + 'ting'})s?\b", re.IGNORECASE)
    texts = [*SOURCES.values(), *(ROOT / "harness" / "report" / "templates").iterdir()]
    assert [
        (str(path), found[0]) for path in texts if (found := retired.search(path.read_text(encoding="utf-8")))
    ] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_page_of_the_structure_says_of_every_folder_what_it_is_for(package: str) -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = page.split(f"**{package}** ")[1].split("\n**")[0] + "`commands`"
    folders = [path.parent.name for path in (ROOT / package).glob("*/__init__.py")]
    assert [name for name in folders if f"`{name}`" not in rows] == []


def test_the_unit_tests_mirror_the_packages() -> None:
    unit = ROOT / "tests" / "unit"
    strange = [
        folder.relative_to(unit)
        for folder in unit.rglob("*")
        if any(folder.glob("test_*.py")) and not (ROOT / folder.relative_to(unit)).is_dir()
    ]
    assert strange == []
