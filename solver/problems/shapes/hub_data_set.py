"""A data set of the Hugging Face hub, ``hf:org/set[:config][:split]``, read by the ``datasets`` library.

Without a split the first of test, validation and train that is there is taken, and said. A data set that brings code of
its own is not run. What was read is kept (``cache_folder``), so that a run goes on with the rows it began with, and
without a network; ``harness fetch hf:…`` fetches them anew.
"""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from solver.base.display.printing import command_line, tell
from solver.base.errors import InputError
from solver.base.extras import require
from solver.base.files import file_name_of, write_atomically
from solver.base.foreign_files import lines_of
from solver.base.places import cache_folder
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input, Tell

PREFIX = "hf:"
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_SPLITS = ("test", "validation", "dev", "train")


def _rows(found: Input, _: Tell) -> Iterator[Line]:
    copy = copy_of(found.name)
    if copy.is_file():
        day = date.fromtimestamp(copy.stat().st_mtime)
        anew = command_line("harness", "fetch", found.name)
        tell(f"{found.name}: the rows that were fetched on {day}; anew: {anew}")
    else:
        fetch(found.name)
    for number, line in lines_of(copy):
        yield Line(number, line.rstrip("\n"), json.loads(line))


def copy_of(name: str) -> Path:
    """Return where the rows of a data set are kept."""
    # A name of the hub holds no @, so that two data sets never share a file.
    return (
        cache_folder(os.environ) / "datasets" / f"{file_name_of(name.removeprefix(PREFIX).replace(':', '@'))}.jsonl.gz"
    )


def fetch(name: str) -> Path:
    """Fetch a data set's rows, whether some are here or not; returns where they are kept.

    Raises:
        InputError: there is no such data set, configuration or split, it is gated, or the hub cannot be reached.
    """
    repository, config, split = _parts(name)
    require("datasets", "huggingface_hub")
    import datasets
    import httpx2

    try:
        configs = datasets.get_dataset_config_names(repository)
        config, split = _chosen(name, configs, config, split)
        splits = datasets.get_dataset_split_names(repository, config)
        split = split or next((one for one in _SPLITS if one in splits), splits[0])
        if split not in splits:
            raise InputError(f"{name}: no split {split!r}; there are {', '.join(map(str, splits))}")
        tell(f"{name}: configuration {config}, split {split}")
        rows = [
            json.dumps(row, ensure_ascii=False, default=_plain)
            for row in datasets.load_dataset(repository, config, split=split)
        ]
    except (OSError, ValueError, RuntimeError, httpx2.HTTPError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name}: cannot be loaded: {_why(error)}") from error
    copy = copy_of(name)
    copy.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(copy, gzip.compress("".join(row + "\n" for row in rows).encode(), 1, mtime=0))
    return copy


def _plain(value: object) -> str | None:
    """Return what JSON can hold of a value: nothing of a picture's bytes, which are no part of a question here."""
    return None if isinstance(value, (bytes, bytearray)) else str(value)


def _why(error: Exception) -> str:
    """Return the library's reason in one line, with what to do where that is known."""
    why = " ".join(str(error).split())[:300]
    if "gated" in why:
        return f"{why} With access, set HF_TOKEN"
    if "doesn't exist" in why:
        return f"{why} Is it misspelt, or private (then set HF_TOKEN)?"
    return f"{why or type(error).__name__}; HF_ENDPOINT names a mirror, HF_TOKEN opens gates"


def _parts(name: str) -> tuple[str, str | None, str | None]:
    words = name.removeprefix(PREFIX).split(":")
    # A path would be taken for a data set on this disk.
    if not _REPOSITORY.fullmatch(words[0]) or len(words) > 3:
        raise InputError(f"{name}: write it as hf:org/set, hf:org/set:config or hf:org/set:config:split")
    config, split = ([*words[1:], "", ""])[:2]
    return words[0], config or None, split or None


def _chosen(name: str, configs: Sequence[str], config: str | None, split: str | None) -> tuple[str, str | None]:
    """Settle the configuration; a lone word behind the name that is no configuration is a split."""
    if config is not None and config not in configs and split is None:
        config, split = None, config
    if config is None and len(configs) > 1 and "default" not in configs:
        raise InputError(f"{name}: several configurations, name one: {', '.join(map(str, configs[:20]))}")
    if config is not None and config not in configs:
        raise InputError(f"{name}: no configuration {config!r}; there are {', '.join(map(str, configs[:20]))}")
    return config or ("default" if "default" in configs else configs[0]), split


CONTAINERS = (
    Container(
        name="hub data set",
        help="hf:org/set[:config][:split]",
        is_mine=lambda found: found.name.startswith(PREFIX),
        rows=_rows,
    ),
)
