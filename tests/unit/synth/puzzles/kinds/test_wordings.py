"""Tables of sentences: complete in both languages, with slots that are filled, and nothing that nobody says."""

from __future__ import annotations

import re
import tomllib

import pytest

from synth.puzzles.families import FAMILIES, cups
from synth.puzzles.kinds.kind import Family
from synth.puzzles.kinds.wordings import LANGS, Wordings, wordings_of
from tests.support.checkout import ROOT

FOLDER = ROOT / "synth" / "puzzles" / "families" / "wordings"
TABLES = sorted(path.stem for path in FOLDER.glob("*.toml"))


def test_there_is_a_table_for_each_family_and_for_no_other() -> None:
    assert sorted(family.name for family in FAMILIES) == TABLES


@pytest.mark.parametrize("name", TABLES)
def test_every_sentence_is_said_in_both_languages_and_every_setting(name: str) -> None:
    table = wordings_of(name)
    told = {lang: {(entry, scene) for entry, other, scene in table.sentences if other == lang} for lang in LANGS}
    assert told["zh"] == told["en"]
    assert not [
        where for where, texts in table.sentences.items() if any(text == "" for text in texts) and len(texts) > 1
    ]
    for where, texts in table.sentences.items():
        # A mark that stands twice is drawn twice as often.
        assert len(set(texts)) == len(texts) or where[0].endswith(".mark"), f"{where}: said twice"


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_every_kind_has_its_sentence(family: Family[object, object]) -> None:
    table = wordings_of(family.name)
    scenes = {scene for _, _, scene in table.sentences}
    for kind in family.kinds:
        for lang in LANGS:
            asked = {(entry, at) for entry, other, at in table.sentences if other == lang}
            name = f"question.{kind.name}"
            assert all(
                any(at == scene and f"{entry}.".startswith(f"{name}.") for entry, at in asked) for scene in scenes
            )


@pytest.mark.parametrize("name", TABLES)
def test_every_entry_is_said_somewhere_in_its_family(name: str) -> None:
    source = (FOLDER.parent / f"{name}.py").read_text(encoding="utf-8")
    said = set(re.findall(r"""["']([a-z_.]+)(?:["']|\.\{)""", source)) | {"option.yes", "option.no"}
    table = Wordings.of(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))
    entries = {entry for entry, _, _ in table.sentences if not entry.startswith("question.")}
    assert {
        entry for entry in entries if entry not in said and not any(entry.startswith(f"{one}.") for one in said)
    } == set()
    everything = " ".join(text for texts in table.sentences.values() for text in texts)
    words = {word for of_scene in table.words.values() for word in of_scene}
    assert {word for word in words if f"{{{word}}}" not in everything and word not in said} == set()


def test_a_setting_without_a_wording_is_refused_by_place() -> None:
    table = tomllib.loads('scenes = ["a", "b"]\n[question.who]\nzh = { a = ["谁？"] }\nen = ["Who?"]')
    with pytest.raises(ValueError, match=r"question\.who, zh: no wording for b"):
        Wordings.of(table)


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(AssertionError, match="two kinds"):

        class Twice(Family[object, object]):
            kinds = (*cups.KINDS, cups.KINDS[0])
