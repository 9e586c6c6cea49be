"""All families are made of kinds: what is asked is never compared, and every sentence stands in a table."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from synth.puzzles.families import FAMILIES
from synth.puzzles.kinds.kind import Family
from tests.support.checkout import ROOT

FOLDER = ROOT / "synth" / "puzzles" / "families"
WORDED = {"holds", "question", "option", "chain"}
"""What a family leaves to its kinds."""


def uses_of_kind(source: str) -> Iterator[str]:
    """Yield every use of an ask's kind, except beside its arguments in a pair that says which question it is."""
    nodes = list(ast.walk(ast.parse(source)))
    pairs = [node.elts for node in nodes if isinstance(node, ast.Tuple)]
    named = {id(pair[0]) for pair in pairs if [ast.unparse(one) for one in pair] == ["ask.kind", "ask.args"]}
    for node in nodes:
        if isinstance(node, ast.Attribute) and id(node) not in named and ast.unparse(node).endswith("ask.kind"):
            yield f"line {node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_no_family_compares_kinds_and_each_has_its_table(family: Family[object, object]) -> None:
    assert isinstance(family, Family)
    assert (FOLDER / "wordings" / f"{family.name}.toml").exists()
    assert not WORDED & set(vars(type(family)))
    assert list(uses_of_kind((FOLDER / f"{family.name}.py").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('if ask.kind == "who":\n    pass', ["line 1: ask.kind"]),
        ("x = {}\ny = x[p.ask.kind]", ["line 2: p.ask.kind"]),
        ("match ask.kind:\n    case _:\n        pass", ["line 1: ask.kind"]),
        ("kind, args = ask.kind, ask.args[0]", ["line 1: ask.kind"]),
        ("{(ask.kind, ask.args): ask}\nworld.kind == 3", []),
    ],
)
def test_a_use_of_a_kind_is_seen(source: str, found: list[str]) -> None:
    assert list(uses_of_kind(source)) == found
