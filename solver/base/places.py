"""Where the project's own files lie, in a checkout and in an installed package alike.

In a checkout the packages stand beside ``models/``; a wheel carries that folder as the package ``logic_vote_models``
(``setup.py``). This is the only module that knows so: everything else takes a name from here. It knows paths only and
opens nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

PACKAGES = Path(__file__).resolve().parents[2]
"""The folder that holds the packages: the root of a checkout, or ``site-packages``."""
IS_CHECKOUT = (PACKAGES / "bootstrap.py").is_file() and (PACKAGES / "pyproject.toml").is_file()
"""Whether the packages run from a checkout, where ``bootstrap.py`` installs what is missing."""
_PACKAGED_MODELS = PACKAGES / "logic_vote_models"
_MODELS = _PACKAGED_MODELS if _PACKAGED_MODELS.is_dir() else PACKAGES / "models"

EMBEDDED_MODEL = _MODELS / "embedded"
"""The model that is served where neither an endpoint nor a model is named."""
BENCHMARK_1 = PACKAGES / "harness" / "benchmarks" / "builtin.jsonl"
"""Benchmark 1, which was used where no data is named until benchmark 2 was made; a file that stays as it is."""
BENCHMARK_2 = PACKAGES / "harness" / "benchmarks" / "builtin-2.jsonl"
"""Benchmark 2: puzzles that are not answered without being read; used where no data is named."""
SOLVER_PROMPTS = PACKAGES / "solver" / "problems" / "prompts"
"""Prompts that questions are asked with."""
SOLVER_PRESETS = PACKAGES / "solver" / "presets"
"""Settings that were measured to suit a model."""
SYNTH_PROMPTS = PACKAGES / "synth" / "prompts"
"""Prompts that rows are explained, verified, augmented and perturbed with."""
SYNTH_PLANS = PACKAGES / "synth" / "plans"
"""Configurations of ``synth``; a bare name stands for one of them."""
PRETRAIN_RECIPES = PACKAGES / "train" / "recipes"
"""Recipes of ``train pretrain``."""
SFT_RECIPES = PRETRAIN_RECIPES / "sft"
"""Recipes of ``train sft``."""
DPO_RECIPES = PRETRAIN_RECIPES / "dpo"
"""Recipes of ``train dpo``."""
GRPO_RECIPES = PRETRAIN_RECIPES / "grpo"
"""Recipes of ``train grpo``."""
ACCELERATE_CONFIGS = PRETRAIN_RECIPES / "accelerate"
"""How accelerate starts several processes, by the name that ``run.accelerate`` gives."""


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return where what was fetched is kept: ``LOGIC_VOTE_CACHE``, or ``logic-vote`` in the user's cache."""
    if named := environment.get("LOGIC_VOTE_CACHE"):
        return Path(named)
    return Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "logic-vote"


def place_in_project(path: str) -> str:
    """Name a file of the project by its place in it, so that runs of one model agree wherever the project lies.

    >>> place_in_project(str(EMBEDDED_MODEL))
    'models/embedded'
    >>> place_in_project("/some/other/folder")
    '/some/other/folder'
    """
    full = Path(os.path.abspath(path))
    if full.is_relative_to(_MODELS):
        return (Path("models") / full.relative_to(_MODELS)).as_posix()
    return full.relative_to(PACKAGES).as_posix() if full.is_relative_to(PACKAGES) else path


def from_place_in_project(name: str) -> str:
    """Return where a model of the project that a recipe names by its place lies; any other name as it is.

    >>> from_place_in_project("models/embedded") in ("models/embedded", str(EMBEDDED_MODEL))
    True
    """
    parts = Path(name).parts
    if parts[:1] != ("models",) or Path(name).exists():
        return name
    lies = _MODELS.joinpath(*parts[1:])
    return str(lies) if lies.exists() else name
