"""The base of a recipe as transformers loads it: a folder as it is, a hub's name fetched, checked, at one commit.

The recipe keeps the name, so that its digest, the adapter and the report say it wherever a machine keeps its models.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from solver.base.display.printing import tell
from solver.base.errors import ModelUnavailable, UsageError
from solver.hub.model_folder import model_folder
from solver.hub.model_name import instead_of, is_in_hub_cache, is_on_hub
from train.errors import BaseError
from train.lora.recipe import BasePlan
from train.model_files import local_folder


class Base(NamedTuple):
    """What ``from_pretrained`` is given."""

    model: str
    revision: str | None


def base_of(plan: BasePlan) -> Base:
    """Return where a base is; what is not here is fetched now, only safetensors.

    Raises:
        BaseError: there is no such model, it is gated, or it cannot be had; one line with what to do.
    """
    if not is_on_hub(plan.model):
        if not (Path(plan.model).exists() or is_in_hub_cache(plan.model, os.environ)):
            # transformers would ask the hub for it, again and again where there is no network.
            raise BaseError(f"base.model {plan.model!r} is no folder here{instead_of(plan.model)}")
        return Base(plan.model, plan.revision or None)
    name = f"{plan.model}@{plan.revision}" if plan.revision and "@" not in plan.model else plan.model
    try:
        return Base(model_folder(name, tell), None)
    except (ModelUnavailable, UsageError) as error:
        try:
            # Other programs may have left it in the hub's own cache.
            return Base(str(local_folder(plan.model)), None) if not plan.revision else _refused(plan, error)
        except BaseError:
            return _refused(plan, error)


def _refused(plan: BasePlan, error: Exception) -> Base:
    raise BaseError(
        f"base.model {plan.model!r} is no folder here and cannot be had from the hub: {error}; or give the folder of a "
        "downloaded model: base.model=FOLDER"
    ) from error
