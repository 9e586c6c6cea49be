"""Tables of wordings: how claims and sentences are put, in TOML beside the reasoners, for translators without Python.

A clause words one kind of claim; ``{0:who}`` is the claim's first part, worded as a ``who`` by the family's reasoner,
``{1}`` the second part as it is, ``{all:who}`` all parts together. What is worded as ``say…`` is a clause of its own. A
frame puts clauses into a sentence by its role, register and language; all frames stand in ``frames.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from synth.puzzles.reasoning.steps import Claim
from synth.puzzles.voice import Lang

_HERE = Path(__file__).parent
_SLOT = re.compile(r"\{(\d+|all)(?::(\w+))?\}")
OPENS = "\x01"
"""Stands before a clause that begins with a word of its own, which a sentence writes with a capital."""


class Clause(NamedTuple):
    """A wording, cut at its slots."""

    texts: tuple[str, ...]
    slots: tuple[tuple[int, str], ...]
    """What stands behind each text but the last: which part of the claim (-1: all), worded as what."""

    def filled(self, claim: Claim, word: Callable[[str, Any], str]) -> str:
        """Put in the parts of a claim."""
        said = [self.texts[0]]
        for (part, kind), text in zip(self.slots, self.texts[1:], strict=True):
            value = claim.args if part < 0 else claim.args[part]
            said.append(word(kind, value) if kind else str(value))
            said.append(text)
        is_sentence = self.texts[0] or self.slots[0][1].startswith("say")
        return (OPENS if is_sentence else "") + "".join(said)


Clauses = Mapping[str, Mapping[Lang, tuple[Clause, ...]]]
Frames = Mapping[Lang, Mapping[str, Mapping[str, tuple[str, ...]]]]


def _clause(text: str) -> Clause:
    slots = [(-1 if slot[1] == "all" else int(slot[1]), slot[2] or "") for slot in _SLOT.finditer(text)]
    return Clause(tuple(_SLOT.sub("\0", text).split("\0")), tuple(slots))


def _read(path: Path) -> Any:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _texts(given: str | Sequence[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@cache
def _table(name: str) -> Mapping[str, Clauses]:
    return {
        family: {
            kind: {"zh": tuple(map(_clause, _texts(wordings[0]))), "en": tuple(map(_clause, _texts(wordings[1])))}
            for kind, wordings in kinds.items()
        }
        for family, kinds in _read(_HERE / "families" / f"{name}.toml").items()
    }


def clauses(table: str, family: str) -> Clauses:
    """Return a family's wordings of claims, by kind and language.

    Args:
        table: the name of the file beside the reasoners, without its ending.
    """
    return _table(table)[family]


@cache
def frames() -> Frames:
    """Return the frames of sentences, by language, register and role."""
    return {
        lang: {
            register: {role: _texts(texts) for role, texts in roles.items()} for register, roles in registers.items()
        }
        for lang, registers in _read(_HERE / "frames.toml").items()
    }
