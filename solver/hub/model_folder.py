"""The one place where a model's name becomes a folder: what was fetched is taken, what was not is fetched.

A name without a revision stays at the one that was fetched first until ``harness fetch`` renews it, so that a run goes
on with the model it began with, and without a network.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from solver.base.files import write_atomically
from solver.base.places import cache_folder
from solver.hub.model_name import ModelName, folder_of, parse_model_name

_COMPLETE = ".complete"
"""Name of an empty file that stands beside a model's folder once all of it is there."""


def model_folder(
    text: str, tell: Callable[[str], None], *, is_renewed: bool = False, allows_pickle: bool = False
) -> str:
    """Return the folder of a model; a path stays as it is.

    Args:
        text: a folder, or a name as ``solver.hub.model_name`` reads it.
        tell: told what goes on.
        is_renewed: ask the hub for the newest revision even where one is here.
        allows_pickle: take weights whose loading can run code, where there are no others.

    Raises:
        UsageError: there is no such model or revision, it is gated, or holds nothing that may be served.
        ModelUnavailable: the hub cannot be reached, the disk is too small, or a file came out wrong.
    """
    name = parse_model_name(text)
    if name is None or Path(text).exists():
        return text
    models = cache_folder(os.environ) / "models"
    if not is_renewed and (here := _here(models, name)) is not None:
        return str(here)
    from solver.hub import huggingface, modelscope

    fetch = huggingface.fetch if name.hub == "huggingface" else modelscope.fetch
    commit, files, base = fetch(name, tell, allows_pickle=allows_pickle)
    folder = folder_of(models, name, commit)
    _link(folder, files, base)
    pin = _pin(models, name)
    pin.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(pin, commit)
    tell(f"{name.repository}@{commit[:12]} is in {folder}")
    return str(folder)


def fetched_folder(text: str) -> Path | None:
    """Return the folder of a model that was fetched before; None where it was not, or no model of a hub is named."""
    name = parse_model_name(text)
    return None if name is None else _here(cache_folder(os.environ) / "models", name)


def config_file(text: str, tell: Callable[[str], None]) -> Path | None:
    """Return a model's ``config.json``: of a folder, of what was fetched, or fetched now, without the weights.

    Returns:
        None where neither a folder with one nor a model of a hub is named.

    Raises:
        UsageError, ModelUnavailable: as ``model_folder``.
    """
    name = parse_model_name(text)
    if name is None or Path(text).exists():
        path = Path(text) / "config.json"
        return path if path.is_file() else None
    if (here := fetched_folder(text)) is not None:
        return here / "config.json"
    from solver.hub import huggingface, modelscope

    tell(f"fetching the config.json of {text}")
    return huggingface.fetch_config(name) if name.hub == "huggingface" else modelscope.fetch_config(name)


def _pin(models: Path, name: ModelName) -> Path:
    """Return the file that holds the commit of a name and revision."""
    return models / name.hub / "pins" / f"{name.repository}@{name.revision or ''}".replace("/", "--")


def _here(models: Path, name: ModelName) -> Path | None:
    pin = _pin(models, name)
    commits = [pin.read_text(encoding="utf-8").strip()] if pin.is_file() else []
    commits += [name.revision] if name.revision is not None and "/" not in name.revision else []
    folders = (folder_of(models, name, commit) for commit in commits)
    return next((one for one in folders if (one.parent / _COMPLETE).is_file() and _is_whole(one)), None)


def _is_whole(folder: Path) -> bool:
    """Tell whether no file that is linked to has gone: hubs' caches may be cleared by other programs."""
    found = [path for path in folder.rglob("*") if path.is_symlink()]
    return bool(found) and all(path.exists() for path in found)


def _link(folder: Path, files: Iterable[str], base: Path) -> None:
    """Fill a folder with links to a hub's cache, where other programs find the same files."""
    for name in files:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to((base / name).resolve())
    (folder.parent / _COMPLETE).touch()
