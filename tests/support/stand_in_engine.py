"""An engine that starts nothing: the models of its settings are served by a scripted server that runs already.

It stands in for every engine that is started here, so that commands which serve a model run whole without vLLM::

    with standing_in("http://127.0.0.1:8123/v1"):
        ran("harness", "eval", "problems.jsonl", "--serve", "models/mine")
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

from solver.backends.endpoints import Endpoints
from solver.backends.engine_plan import adapters_of
from solver.backends.protocol import Wanted
from solver.backends.registry import BACKENDS
from solver.base.errors import UsageError

_URLS: list[str] = []


def make(wanted: Wanted) -> Endpoints:
    """See ``solver.backends.registry``; a model must be a folder, as for the engine that it stands in for."""
    for folder in (wanted.settings.serve, *(folder for _, folder in adapters_of(wanted.settings))):
        if not Path(folder).is_dir():
            raise UsageError(f"{folder}: no such folder")
    return Endpoints([_URLS[-1]])


@contextlib.contextmanager
def standing_in(url: str) -> Iterator[None]:
    """Let a running server answer for every engine that is started in the block."""
    kinds = {name: replace(BACKENDS[name], module=__name__) for name in BACKENDS.names if name != "endpoints"}
    _URLS.append(url)
    try:
        with mock.patch.dict(BACKENDS._entries, kinds):
            yield
    finally:
        _URLS.pop()
