"""Recipes of LoRA fine-tuning: frozen records read from YAML in ``train/recipes/sft`` and ``key=value`` overrides.

The names are peft's and trl's where those have one. No torch here.

>>> recipe = load_sft_recipe("embedded-lora", ["lora.rank=8", "data.train=[a.jsonl, b.jsonl]"])
>>> recipe.lora.rank, recipe.lora.targets, recipe.data.train
(8, ('all-linear',), ('a.jsonl', 'b.jsonl'))
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

from solver.base.places import ACCELERATE_CONFIGS, SFT_RECIPES
from train.errors import RecipeError

# One grammar of overrides for both kinds of recipe.
from train.pretrain.recipe import _put, record_of

_LISTS = (("lora", "targets"), ("data", "train"), ("data", "eval"))
"""Keys that hold text or a list of texts; ``record_of`` knows no lists."""
_FREE = ("eval_steps", "log_steps", "save_steps", "accelerate", "compile")
"""Keys of ``run`` that a resumed run may change: they do not touch the weights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePlan:
    """The model that the adapter sits on."""

    model: str = "models/embedded"
    """A folder, or a name on the model hub."""
    revision: str = ""
    """Commit, tag or branch on the hub; empty takes the newest. Not used for a folder."""
    dtype: Literal["auto", "bfloat16", "float32"] = "auto"
    """Of the frozen weights; ``auto`` is bfloat16 where ``run.bf16`` comes out on, float32 elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraPlan:
    """The adapter (peft's LoraConfig)."""

    rank: int = 16
    alpha: float = 32.0
    dropout: float = 0.0
    targets: tuple[str, ...] = ("all-linear",)
    """Names of modules; ``all-linear`` means every linear layer but the output head."""
    use_rslora: bool = False
    """Scale by alpha / sqrt(rank) (arXiv:2312.03732) instead of alpha / rank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SftData:
    """Rows and what becomes of them."""

    train: tuple[str, ...] = ()
    """Files of rows (``train.sft.rows``)."""
    eval: tuple[str, ...] = ()
    """Files of rows to evaluate on during training."""
    eval_share: float = 0.0
    """Share of the training rows held out for evaluation, where ``eval`` names no file; 0 holds out none."""
    max_length: int = 2048
    """Longest row in tokens, prompt and answer together; with packing also the length of a pack."""
    over_length: Literal["error", "drop", "keep"] = "error"
    """What becomes of longer rows. None is ever cut: ``drop`` leaves them out, ``keep`` raises ``max_length``."""
    packing: bool = True
    """Put several rows behind each other; each attends to itself alone."""
    prompt: str = "cot"
    """Prompt template (``solver.problems.prompt``) for rows in the contest's form, which hold no prompt of their
    own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SftOptim:
    """AdamW and its schedule."""

    lr: float = 1e-4
    epochs: float = 1.0
    batch: int = 1
    """Rows, or packs of rows, on one device in one forward pass."""
    accumulation: int = 8
    """Forward passes per optimiser step."""
    warmup_ratio: float = 0.03
    """Share of the steps over which the rate rises."""
    clip: float = 1.0
    """Largest global gradient norm."""
    weight_decay: float = 0.0
    scheduler: Literal["cosine", "linear", "constant_with_warmup"] = "cosine"
    beta1: float = 0.9
    beta2: float = 0.999

    @property
    def betas(self) -> tuple[float, float]:
        """Both betas of AdamW."""
        return self.beta1, self.beta2


@dataclass(frozen=True, slots=True, kw_only=True)
class SftRun:
    """How the run goes."""

    seed: int = 1
    max_steps: int = 0
    """Optimiser steps in all; 0 means that ``optim.epochs`` rules."""
    bf16: Literal["auto", "on", "off"] = "auto"
    """``auto`` is on where the accelerator has bfloat16, off on the CPU."""
    gradient_checkpointing: bool = False
    """Compute activations again in the backward pass: about a third more work, far less memory."""
    compile: bool = False
    """Compile the feed-forward blocks, norms and projections of every layer: a minute at the start, faster steps."""
    attention: str = "auto"
    """``auto``, or a name that transformers knows (``sdpa``, ``flash_attention_2`` …), or ``torch_varlen``
    (``train.sft.attention``)."""
    save_steps: int = 100
    """Optimiser steps between checkpoints."""
    eval_steps: int = 100
    """Optimiser steps between evaluations."""
    log_steps: int = 10
    accelerate: str = "none"
    """How processes are joined: a file of ``train/recipes/accelerate`` by name, or a path; ``none`` is one process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SftRecipe:
    """Everything that decides a fine-tuning run."""

    name: str = "sft"
    base: BasePlan = field(default_factory=BasePlan)
    lora: LoraPlan = field(default_factory=LoraPlan)
    data: SftData = field(default_factory=SftData)
    optim: SftOptim = field(default_factory=SftOptim)
    run: SftRun = field(default_factory=SftRun)

    @property
    def digest(self) -> str:
        """First 16 hex digits of the SHA-256 of the recipe as canonical JSON."""
        return _digest(dataclasses.asdict(self))

    @property
    def resume_digest(self) -> str:
        """The same over what a run that goes on must share with the one that stopped."""
        tree = dataclasses.asdict(self)
        for key in _FREE:
            del tree["run"][key]
        return _digest(tree)

    def as_json(self) -> str:
        """Return the recipe as JSON with sorted keys."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True, ensure_ascii=False)


def _digest(tree: object) -> str:
    return hashlib.sha256(json.dumps(tree, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def sft_recipe_names() -> tuple[str, ...]:
    """Return the names of the built-in recipes, sorted."""
    return tuple(sorted(path.stem for path in SFT_RECIPES.glob("*.yaml")))


def load_sft_recipe(name: str, overrides: Sequence[str] = ()) -> SftRecipe:
    """Read a recipe by built-in name or by path, and put ``section.key=value`` on top.

    Raises:
        RecipeError: no such recipe, a key unknown to it, a value of the wrong type, or an impossible one.
    """
    path = SFT_RECIPES / f"{name}.yaml" if name in sft_recipe_names() else Path(name)
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        known = ", ".join(sft_recipe_names())
        raise RecipeError(f"recipe {name!r} cannot be read ({error}); use one of {known}, or a YAML file") from error
    if not isinstance(raw, Mapping):
        raise RecipeError(f"recipe {name!r} holds no mapping of sections but {type(raw).__name__}")
    tree: dict[str, object] = dict(raw)
    for override in overrides:
        _put(tree, override)
    lists = _take_lists(tree, where=str(path))
    recipe = record_of(SftRecipe, tree, where=str(path))
    recipe = dataclasses.replace(
        recipe,
        lora=dataclasses.replace(recipe.lora, **lists.get("lora", {})),
        data=dataclasses.replace(recipe.data, **lists.get("data", {})),
    )
    _check(recipe)
    return recipe


def _take_lists(tree: dict[str, object], *, where: str) -> dict[str, dict[str, Any]]:
    taken: dict[str, dict[str, Any]] = {}
    for section, key in _LISTS:
        node = tree.get(section)
        if not isinstance(node, dict) or key not in node:
            continue
        tree[section] = {other: value for other, value in node.items() if other != key}
        value = node[key]
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise RecipeError(f"{where}: {section}.{key} is {value!r}; give a text or a list of texts")
        taken.setdefault(section, {})[key] = tuple(value)
    return taken


def _check(recipe: SftRecipe) -> None:
    data, optim, run = recipe.data, recipe.optim, recipe.run
    least: tuple[tuple[str, float, float], ...] = (
        ("lora.rank", recipe.lora.rank, 1),
        ("data.max_length", data.max_length, 2),
        ("optim.batch", optim.batch, 1),
        ("optim.accumulation", optim.accumulation, 1),
        ("run.save_steps", run.save_steps, 1),
        ("run.eval_steps", run.eval_steps, 1),
        ("run.log_steps", run.log_steps, 1),
        ("run.max_steps", run.max_steps, 0),
        ("optim.clip", optim.clip, 0),
    )
    for name, value, minimum in least:
        if value < minimum:
            raise RecipeError(f"{name} is {value}; give at least {minimum}")
    shares = (("data.eval_share", data.eval_share), ("optim.warmup_ratio", optim.warmup_ratio))
    for name, value in (*shares, ("lora.dropout", recipe.lora.dropout)):
        if not 0 <= value < 1:
            raise RecipeError(f"{name} is {value}; give a share from 0 up to, but without, 1")
    if optim.lr <= 0 or (optim.epochs <= 0 and not run.max_steps):
        raise RecipeError(f"optim.lr is {optim.lr} and optim.epochs {optim.epochs}; both must be above 0")
    if not recipe.lora.targets:
        raise RecipeError("lora.targets is empty; use all-linear, or names such as q_proj")
    if data.eval and data.eval_share:
        raise RecipeError("data.eval and data.eval_share are both set; keep one of them")


def accelerate_config(name: str) -> Path | None:
    """Return the file that ``accelerate launch --config_file`` is to read; None for one process.

    Raises:
        RecipeError: there is no such file.
    """
    if name == "none":
        return None
    path = ACCELERATE_CONFIGS / f"{name}.yaml"
    path = path if path.is_file() else Path(name)
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in ACCELERATE_CONFIGS.glob("*.yaml")))
        raise RecipeError(f"run.accelerate is {name!r}; use none, one of {known}, or a YAML file")
    return path
