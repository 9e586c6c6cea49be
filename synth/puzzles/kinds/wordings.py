"""The sentences of a family, in a table beside it (``families/wordings/NAME.toml``): a translator needs no Python.

A table has an entry for each sentence, in each language a list of wordings that mean the same, of which one is drawn.
``{slot}`` is filled by the family. Where a setting wants its own sentence, the list stands under the setting's name,
under ``other`` for all settings that are not named. A word that several sentences need, and that changes with the
setting, is an entry of ``word`` and is a slot everywhere. Punctuation, yes and no stand in ``common.toml`` for all
families; a family's own entry of that name goes before::

    scenes = ["hands", "cups"]

    [question.thing]
    zh = ["最后{owner}{inside}是什么？"]
    en = ["What does {owner} hold in the end?"]

    [word.inside]
    zh = { hands = "手里", cups = "里" }

>>> table = Wordings.of({
...     "scenes": ["hands", "cups"],
...     "thing": {"en": ["What is {inside} {owner}?"]},
...     "word": {"inside": {"en": {"hands": "with", "cups": "in"}}},
... })
>>> from random import Random
>>> Telling(table, Voice("en", "full", Random(0)), None).pick("thing", owner="Ann")
'What is with Ann?'
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic

from synth.puzzles.family import CastT
from synth.puzzles.voice import Lang, Voice

_FOLDER = Path(__file__).parent.parent / "families" / "wordings"
_COMMON = Path(__file__).with_name("common.toml")
LANGS: tuple[Lang, ...] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Wordings:
    """A family's table."""

    sentences: Mapping[tuple[str, Lang, int], tuple[str, ...]]
    """(entry, language, scene) -> wordings; the entry's names joined by a full stop."""
    texts: Mapping[tuple[Lang, int], Mapping[str, tuple[str, ...]]]
    """The same as (language, scene) -> entry -> wordings: sentences are looked up far oftener than tellings begin."""
    words: Mapping[tuple[Lang, int], Mapping[str, str]]
    """(language, scene) -> words that are slots of every sentence."""

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Wordings:
        """Take a table apart.

        Raises:
            ValueError: an entry has no wording for a scene.
        """
        scenes = list(table.get("scenes", [""]))
        sentences: dict[tuple[str, Lang, int], tuple[str, ...]] = {}
        words: dict[tuple[Lang, int], dict[str, str]] = {(lang, at): {} for lang in LANGS for at in range(len(scenes))}
        for entry, lang, said in _entries(table):
            for at, scene in enumerate(scenes):
                found = said.get(scene, said.get("other")) if isinstance(said, Mapping) else said
                if not found:
                    raise ValueError(f"{entry}, {lang}: no wording for {scene or 'it'}")
                several = (found,) if isinstance(found, str) else tuple(found)
                if entry.startswith("word."):
                    (words[lang, at][entry.removeprefix("word.")],) = several
                else:
                    sentences[entry, lang, at] = several
        texts: dict[tuple[Lang, int], dict[str, tuple[str, ...]]] = {where: {} for where in words}
        for (entry, lang, at), several in sentences.items():
            texts[lang, at][entry] = several
        return cls(sentences, texts, words)


class Telling(Generic[CastT]):
    """How one problem is told: the family's table, the language and the random choices, names and setting."""

    __slots__ = ("_texts", "_words", "args", "cast", "scene", "voice", "world")

    def __init__(
        self,
        wordings: Wordings,
        voice: Voice,
        cast: CastT,
        world: Any = None,
        args: tuple[int, ...] = (),
    ) -> None:
        """Set the scene.

        Args:
            cast: names and wordings; its ``scene`` is the setting, where it has one.
            world: the facts, for sentences that need them.
            args: those of the question whose options are worded.
        """
        self.voice, self.cast, self.world, self.args = voice, cast, world, args
        self.scene: int = getattr(cast, "scene", 0)
        self._texts, self._words = wordings.texts[voice.lang, self.scene], wordings.words[voice.lang, self.scene]

    def all(self, entry: str) -> tuple[str, ...]:
        """Return all wordings of a sentence, for a family that draws in its own way."""
        return self._texts[entry]

    def capital(self, text: str) -> str:
        """Begin a sentence with a capital letter, in a language that has them."""
        return text if self.voice.zh else text[0].upper() + text[1:]

    def draw(self, entry: str) -> str:
        """Draw one of a sentence's wordings, for a sentence that is said several times; its slots stay open."""
        found = self._texts[entry]
        return found[int(self.voice.rng.random() * len(found))]

    def maybe(self, entry: str) -> str:
        """Draw one of a sentence's wordings, or that nothing is said, which is as likely as each of them."""
        found = ("", *self._texts[entry])
        return found[int(self.voice.rng.random() * len(found)) - len(found) + 1]

    def pick(self, entry: str, /, **slots: object) -> str:
        """Word a sentence in one of its wordings."""
        return self.fill(self.draw(entry), **slots)

    def say(self, entry: str, /, **slots: object) -> str:
        """Word a sentence that has one wording; nothing is drawn."""
        (wording,) = self._texts[entry]
        return wording.format(**self._words, **slots) if "{" in wording else wording

    def form(self, entry: str, number: int, /, **slots: object) -> str:
        """Word a sentence in the wording of a number, counted round."""
        found = self._texts[entry]
        return self.fill(found[number % len(found)], **slots)

    def fill(self, wording: str, /, *places: object, **slots: object) -> str:
        """Fill the slots of a wording drawn before."""
        return wording.format(*places, **self._words, **slots) if "{" in wording else wording

    def word(self, name: str) -> str:
        """Return a word of the setting."""
        return self._words[name]


def _entries(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Lang, Any]]:
    """Yield (entry, language, what stands there)."""
    for name, value in table.items():
        if isinstance(value, Mapping):
            for lang in LANGS:
                if lang in value:
                    yield prefix + name, lang, value[lang]
            yield from _entries({key: one for key, one in value.items() if key not in LANGS}, f"{prefix}{name}.")


@cache
def wordings_of(family: str) -> Wordings:
    """Read a family's table, with the common one below it; one without a table has only that."""
    path = _FOLDER / f"{family}.toml"
    own = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    common = tomllib.loads(_COMMON.read_text("utf-8"))
    return Wordings.of({**common, **own, "option": {**common["option"], **own.get("option", {})}})
