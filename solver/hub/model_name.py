"""How a model of a hub is written: ``org/name``, ``org/name@revision``, ``modelscope:org/name``.

>>> parse_model_name("Qwen/Qwen2.5-7B-Instruct@main")
ModelName(hub='huggingface', repository='Qwen/Qwen2.5-7B-Instruct', revision='main')
>>> parse_model_name("/models/mine"), parse_model_name("mine")
(None, None)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Literal, NamedTuple

from solver.base.inputs import meant

Hub = Literal["huggingface", "modelscope"]
MODELSCOPE = "modelscope:"
# Names as both hubs allow them; anything else is a path.
_NAME = re.compile(r"(modelscope:)?([A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:@([\w./-]+))?")


class ModelName(NamedTuple):
    """A model on a hub."""

    hub: Hub
    repository: str
    revision: str | None = None
    """A branch, tag or commit; None is what was fetched last, else the hub's newest."""


def parse_model_name(text: str) -> ModelName | None:
    """Read a model's name; None where it cannot be one."""
    match = _NAME.fullmatch(text)
    if match is None:
        return None
    return ModelName("modelscope" if match[1] else "huggingface", match[2], match[3])


def is_on_hub(text: str) -> bool:
    """Tell whether a model is named and no folder of that name is here."""
    return parse_model_name(text) is not None and not Path(text).exists()


def is_in_hub_cache(text: str, environ: Mapping[str, str]) -> bool:
    """Tell whether a model of one word, as a hub's oldest have, is in the cache where vLLM and transformers look."""
    home = environ.get("HF_HOME") or Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface"
    return "/" not in text and (Path(environ.get("HF_HUB_CACHE") or Path(home) / "hub") / f"models--{text}").is_dir()


def instead_of(path: str) -> str:
    """Return what to write for a model's folder that is not there, as the end of a message, or nothing.

    >>> instead_of("no-such-model-here"), instead_of("/no/such")
    (' (a model of a hub is named OWNER/NAME)', '')
    """
    return meant(Path(path)) + ("" if "/" in path else " (a model of a hub is named OWNER/NAME)")


def folder_of(models: Path, name: ModelName, commit: str) -> Path:
    """Return where a model's files stand: its last part is the model's name, under which it is served."""
    organisation, _, model = name.repository.partition("/")
    return models / name.hub / organisation / commit / model


def named_by(folder: str) -> str | None:
    """Return the model and revision that a folder of ``folder_of`` holds, however a machine calls its cache.

    >>> named_by("/home/me/.cache/logic-vote/models/huggingface/Qwen/0123abc/Qwen2.5-7B")
    'Qwen/Qwen2.5-7B@0123abc'
    """
    parts = PurePath(folder).parts
    if len(parts) < 6 or parts[-5] != "models" or parts[-4] not in ("huggingface", "modelscope"):
        return None
    prefix = MODELSCOPE if parts[-4] == "modelscope" else ""
    return f"{prefix}{parts[-3]}/{parts[-1]}@{parts[-2]}"
