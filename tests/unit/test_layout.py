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


PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def floors_of(package: str) -> list[list[str]]:
    """Return the folders of a package as the page has them, the rows of its table from top to bottom."""
    table = PAGE.split(f"**{package}** ")[1].split("\n**")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [["commands"], *(re.findall(r"`(\w+)(?:\.py)?`", row) for row in rows)]


def drawn_floors() -> list[list[str]]:
    """Return the folders of ``solver`` as the page draws them."""
    lines = PAGE.split(" solver ─")[1].split("└")[0].splitlines()[1:]
    return [line.split("│")[1].split() for line in lines if "│" in line]


def room_of(module: str) -> str:
    """Return the folder below a package that holds a module; a module beside these is a room of its own."""
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize("package", PACKAGES)
def test_a_folder_imports_only_what_stands_below_it_on_the_page_of_the_structure(package: str) -> None:
    for floors in (floors_of(package), *([drawn_floors()] if package == "solver" else [])):
        floor = {f"{package}.{name}": -place for place, names in enumerate(floors) for name in names}
        folders = {f"{package}.{path.parent.name}" for path in (ROOT / package).glob("*/__init__.py")}
        assert folders <= floor.keys(), "every folder has its place"
        rooms = {(room_of(one), room_of(two)) for one, found in IMPORTS.items() for two in found}
        inside = {(one, two) for one, two in rooms if one != two and {one, two} <= floor.keys()}
        assert {(one, two) for one, two in inside if floor[one] <= floor[two]} == set()


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


def test_the_unit_tests_mirror_the_packages() -> None:
    unit = ROOT / "tests" / "unit"
    strange = [
        folder.relative_to(unit)
        for folder in unit.rglob("*")
        if any(folder.glob("test_*.py")) and not (ROOT / folder.relative_to(unit)).is_dir()
    ]
    assert strange == []
