"""What both kinds of recipe share: a YAML file of sections with ``section.key=value`` on top, and its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, ClassVar, Self

from pydantic import Field

from solver.base.config import Config, build, from_pairs, from_yaml
from solver.base.config.bounds import LAST_TORCH_SEED
from solver.base.errors import UsageError
from train.errors import RecipeError

Seed = Annotated[int, Field(ge=0, le=LAST_TORCH_SEED)]
"""A seed of a run."""


class RecipeConfig(Config):
    """Everything that decides a training run."""

    folder: ClassVar[Path]
    """Where the built-in recipes of this kind lie."""

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of the built-in recipes, sorted."""
        return tuple(sorted(path.stem for path in cls.folder.glob("*.yaml")))

    @classmethod
    def load(cls, name: str, overrides: Sequence[str] = ()) -> Self:
        """Read a recipe by built-in name or by path, and put ``section.key=value`` on top.

        Raises:
            RecipeError: no such recipe, a key unknown to it, a value of the wrong type, or an impossible one; names
                file, line and key.
        """
        known = cls.names()
        path = cls.folder / f"{name}.yaml" if name in known else Path(name)
        if not path.is_file():
            raise RecipeError(f"recipe {name!r} does not exist; use one of {', '.join(known)}, or a YAML file")
        try:
            return build(cls, from_yaml(cls, path), from_pairs(cls, overrides))
        except UsageError as error:
            raise RecipeError(str(error)) from None

    @property
    def digest(self) -> str:
        """First 16 hex digits of the SHA-256 of the recipe as canonical JSON."""
        return digest_of(self.model_dump())

    def as_json(self) -> str:
        """Return the recipe as JSON with sorted keys."""
        return _canonical(self.model_dump())


def digest_of(tree: object) -> str:
    """Return the first 16 hex digits of the SHA-256 of a JSON value."""
    return hashlib.sha256(_canonical(tree).encode()).hexdigest()[:16]


def digest_of_lines(lines: Iterable[str]) -> str:
    """Return the first 16 hex digits of the SHA-256 of some lines, in order."""
    found = hashlib.sha256()
    for line in lines:
        found.update(f"{line}\n".encode())
    return found.hexdigest()[:16]


def _canonical(tree: object) -> str:
    return json.dumps(tree, sort_keys=True, ensure_ascii=False)
