"""What both kinds of recipe share: a YAML file of sections with ``section.key=value`` on top, and its digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from solver.base.config import Config, build, from_pairs, from_yaml
from solver.base.errors import UsageError
from train.errors import RecipeError

RecipeT = TypeVar("RecipeT", bound="RecipeConfig")


class RecipeConfig(Config):
    """Everything that decides a training run."""

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


def names_in(folder: Path) -> tuple[str, ...]:
    """Return the names of the built-in recipes in a folder, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def load(model: type[RecipeT], folder: Path, name: str, overrides: Sequence[str]) -> RecipeT:
    """Read a recipe by built-in name or by path, and put ``section.key=value`` on top.

    Args:
        folder: where the built-in ones lie.

    Raises:
        RecipeError: there is none, or it cannot be used; names file, line and key.
    """
    known = names_in(folder)
    path = folder / f"{name}.yaml" if name in known else Path(name)
    if not path.is_file():
        raise RecipeError(f"recipe {name!r} does not exist; use one of {', '.join(known)}, or a YAML file")
    try:
        return build(model, from_yaml(model, path), from_pairs(model, overrides))
    except UsageError as error:
        raise RecipeError(str(error)) from None


def _canonical(tree: object) -> str:
    return json.dumps(tree, sort_keys=True, ensure_ascii=False)
