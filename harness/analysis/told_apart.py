"""In what runs differ: everything that they were told and that is not the same in all of them.

How a run was shown and where it was kept tells nothing of its result; all other settings do, those of the engine and
the limits of time among them. Text under one name may be another text (a prompt's file that was edited, a folder with
other weights): then the digest tells the runs apart.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence

from harness.errors import RunFolderError
from harness.run.attempt_log import read_with, versions_told
from harness.run.card.card import NOT_SETTINGS
from harness.run.folder import RunFolder
from solver.base.foreign_files import object_of

Settings = Mapping[str, object]
OF_COLUMNS = {"data", "data_sha256", "models", "asked_models", "rule"}
"""What a table of runs has columns and headings for."""
_UNTOLD = {*NOT_SETTINGS, "skip_bad", "fill", "preset_values", "from_forecast"} - {"preset", "serve"}
"""What is about the screen, the folder and the submission, or says again what other settings say."""
_DIGESTS = {"prompt_sha256": "prompt", "weights_sha256": "serve"}
"""Digest -> what it is of: it is told only where that alone does not tell runs apart."""
_LONG = 40
"""Characters of a value that are shown; a screen has room for little more."""


def settings_of(run: RunFolder) -> dict[str, object]:
    """Return everything that a run was told and that its results may hang on, ``OF_COLUMNS`` among it.

    Raises:
        RunFolderError: its configuration is missing or unreadable.
    """
    config = run.read_config()
    parts = [part for part in (config.get("all"), config.get("binding", config)) if isinstance(part, dict)]
    found = {name: value for part in parts for name, value in part.items() if name not in _UNTOLD}
    return {**found, **_weights(run), **_rules(run)}


def _rules(run: RunFolder) -> dict[str, object]:
    versions = read_with(run)
    return {} if set(versions) <= {None} else {"extraction_rules": versions_told(versions)}


def _weights(run: RunFolder) -> dict[str, object]:
    try:
        model = object_of(run.card, error=RunFolderError).get("model") if run.card.exists() else None
    except RunFolderError:
        return {}
    digest = model.get("weights_sha256") if isinstance(model, dict) else None
    return {} if digest is None else {"weights_sha256": digest}


def differing(runs: Sequence[Settings]) -> list[str]:
    """Return the settings in which runs differ; one that not all runs know is left out where those that do agree."""
    names = dict.fromkeys(name for run in runs for name in run)
    found = [name for name in names if len({_key(run[name]) for run in runs if name in run}) > 1]
    return [name for name in found if name not in _DIGESTS or not _is_told(name, _DIGESTS[name], runs)]


def _is_told(digest: str, of: str, runs: Sequence[Settings]) -> bool:
    """Each value of ``of`` stands for one digest only."""
    pairs = {(_key(run.get(of)), _key(run[digest])) for run in runs if digest in run}
    return len(pairs) == len({first for first, _ in pairs})


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def told(settings: Settings, names: Sequence[str]) -> str:
    """Return settings in a line; what is not set is left out.

    >>> told({"prompt": "cot", "stop": ["\\\\n\\\\n"], "system": None}, ["prompt", "stop", "system"])
    'prompt=cot, stop=["\\\\\\\\n\\\\\\\\n"]'
    """
    return ", ".join(f"{name}={_text(name, settings[name])}" for name in names if settings.get(name) not in _UNSET)


_UNSET: tuple[object, ...] = (None, "", [], {})


def _text(name: str, value: object) -> str:
    if name in _DIGESTS:
        return str(value)[:12]
    text = value if isinstance(value, str) and re.fullmatch(r"[^\s,\"]+", value) else _json(value)
    if len(text) <= _LONG:
        return text
    # What differs may stand behind what is shown.
    return f"{text[:_LONG]}… ({hashlib.sha256(text.encode()).hexdigest()[:6]})"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
