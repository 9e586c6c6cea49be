"""A data set of the Hugging Face hub, ``hf:org/set[:config][:split]``, read by the ``datasets`` library.

Without a split the first of test, validation and train that is there is taken, and said. A data set that brings code of
its own is not run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from solver.base.display.printing import tell
from solver.base.errors import InputError
from solver.base.extras import require
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Container, Input

PREFIX = "hf:"
_SPLITS = ("test", "validation", "dev", "train")


def _rows(found: Input) -> Iterator[Line]:
    require("datasets")
    import datasets

    name, config, split = _parts(found.name)
    try:
        configs = datasets.get_dataset_config_names(name)
        config, split = _chosen(found.name, configs, config, split)
        splits = datasets.get_dataset_split_names(name, config)
        split = split or next((one for one in _SPLITS if one in splits), splits[0])
        if split not in splits:
            raise InputError(f"{found.name}: no split {split!r}; there are {', '.join(map(str, splits))}")
        tell(f"{found.name}: configuration {config}, split {split}")
        rows = datasets.load_dataset(name, config, split=split)
    except (OSError, ValueError, RuntimeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{found.name}: cannot be loaded: {' '.join(str(error).split())[:300]}") from error
    for number, values in enumerate(rows, 1):
        yield Line(number, json.dumps(values, ensure_ascii=False, default=str), dict(values))


def _parts(name: str) -> tuple[str, str | None, str | None]:
    words = name.removeprefix(PREFIX).split(":")
    if not words[0] or len(words) > 3:
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
