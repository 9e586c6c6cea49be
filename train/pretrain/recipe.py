"""Recipes: what a training run does, as frozen records read from YAML and ``key=value`` overrides.

A recipe is a YAML file of sections. Unknown keys are errors that name the nearest known key. The resolved recipe and
its digest are written beside every result. No torch here.

>>> recipe = load_recipe("tiny", ["optim.lr=0.002", "model.layers=1"])
>>> recipe.optim.lr, recipe.model.layers
(0.002, 1)
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, get_args, get_origin, get_type_hints

import yaml

from solver.base.places import PRETRAIN_RECIPES
from train.errors import RecipeError

RecordT = TypeVar("RecordT")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelShape:
    """Size of a Qwen2 model."""

    hidden: int = 384
    layers: int = 10
    heads: int = 6
    kv_heads: int = 2
    intermediate: int = 1152
    """A multiple of 128, the group size of GPTQ."""
    vocab: int = 4096
    """Tokens, special ones included."""
    rope_theta: float = 10000.0
    max_positions: int = 4096
    norm_eps: float = 1e-6

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden // self.heads


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlan:
    """Where documents come from and how they are weighed."""

    tokenizer: str = "models/embedded"
    """Folder that holds ``tokenizer.json``."""
    source: Literal["synth", "toy"] = "synth"
    """``toy`` is a small made-up source for tests."""
    seed: int = 1
    max_length: int = 1536
    """Longest document in tokens; longer ones are dropped and counted."""
    direct_share: float = 0.1
    """Share of Chinese questions asked with the ``direct`` prompt, answered by the last line alone."""
    prompt_weight: float = 0.1
    """Loss weight of prompt tokens; answer tokens weigh 1."""
    reuse: int = 2
    """How often a document may be trained on when generators fall behind; 1 never repeats one."""
    reservoir: int = 60000
    """Documents kept for reuse."""
    workers: int = 0
    """Generator processes; 0 means cores - 2 (at least 1), -1 generates in the training process."""
    chunk: int = 32
    """Problems that a worker sends at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimPlan:
    """Optimiser and learning-rate schedule."""

    kind: Literal["muon", "adamw"] = "muon"
    """``muon``: Muon for the layers' matrices, AdamW for embeddings, norms and biases."""
    lr: float = 3e-3
    """Peak rate of AdamW."""
    matrix_lr: float = 5e-3
    """Peak rate of Muon, in the RMS-matched scaling of Moonlight (arXiv:2502.16982)."""
    weight_decay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.95
    momentum: float = 0.95
    clip: float = 1.0
    """Largest global gradient norm."""
    warmup_steps: int = 100
    decay_fraction: float = 0.4
    """Last part of the budget, over which the rate falls linearly to zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPlan:
    """How long and in which pieces."""

    seed: int = 1
    minutes: float = 16.0
    """Training time over all calls, compiling aside."""
    steps: int = 0
    """Optimiser steps over all calls; 0 means that ``minutes`` rules."""
    micro_tokens: int = 131072
    """Tokens of one forward pass (static shape)."""
    shortest_mean: int = 128
    """A batch has room for micro_tokens / shortest_mean documents."""
    accumulate: int = 2
    """Forward passes per optimiser step."""
    compile: bool = True
    """Use torch.compile (ignored on the CPU)."""
    log_every: int = 20
    holdout_every: int = 500
    checkpoint_every_s: float = 120.0
    peak_tflops: float = 989.0
    """Dense bf16 peak of the device (H100 and H200 SXM data sheets), for model FLOPs use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePlan:
    """The greedy accuracy measured at the end of a run."""

    questions: int = 2000
    """0 measures nothing."""
    new_tokens: int = 768
    batch: int = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that decides a pre-training run."""

    name: str = "embedded"
    model: ModelShape = field(default_factory=ModelShape)
    data: DataPlan = field(default_factory=DataPlan)
    optim: OptimPlan = field(default_factory=OptimPlan)
    run: RunPlan = field(default_factory=RunPlan)
    judge: JudgePlan = field(default_factory=JudgePlan)

    @property
    def digest(self) -> str:
        """First 16 hex digits of the SHA-256 of the recipe as canonical JSON."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()[:16]

    def as_json(self) -> str:
        """Return the recipe as JSON with sorted keys."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True, ensure_ascii=False)


def recipe_names() -> tuple[str, ...]:
    """Return the names of the built-in recipes, sorted."""
    return tuple(sorted(path.stem for path in PRETRAIN_RECIPES.glob("*.yaml")))


def load_recipe(name: str, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe by built-in name or by path, and put ``section.key=value`` on top.

    Raises:
        RecipeError: no such recipe, a key unknown to it, a value of the wrong type, or an impossible size.
    """
    path = PRETRAIN_RECIPES / f"{name}.yaml" if name in recipe_names() else Path(name)
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        known = ", ".join(recipe_names())
        raise RecipeError(f"recipe {name!r} cannot be read ({error}); use one of {known}, or a YAML file") from error
    if not isinstance(raw, Mapping):
        raise RecipeError(f"recipe {name!r} holds no mapping of sections but {type(raw).__name__}")
    tree: dict[str, object] = dict(raw)
    for override in overrides:
        _put(tree, override)
    recipe = record_of(Recipe, tree, where=str(path))
    _check(recipe)
    return recipe


def record_of(kind: type[RecordT], values: Mapping[str, object], *, where: str) -> RecordT:
    """Build a frozen record, nested ones included, from a mapping.

    Raises:
        RecipeError: an unknown key (with the nearest known one) or a value of the wrong type.
    """
    hints = get_type_hints(kind)
    built: dict[str, object] = {}
    for key, value in values.items():
        if key not in hints:
            near = difflib.get_close_matches(str(key), hints, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(hints)}"
            raise RecipeError(f"{where}: unknown key {key!r}{hint}")
        built[key] = _coerced(hints[key], value, f"{where}: {key}")
    return kind(**built)


def _coerced(hint: object, value: object, where: str) -> object:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        if not isinstance(value, Mapping):
            raise RecipeError(f"{where} must be a section of keys, not {value!r}")
        return record_of(hint, value, where=where)
    if get_origin(hint) is Literal:
        # YAML 1.1 reads on and off as truth values.
        word = {True: "on", False: "off"}.get(value) if isinstance(value, bool) else value
        if word in get_args(hint):
            return word
        raise RecipeError(f"{where} is {value!r}; use one of {', '.join(map(str, get_args(hint)))}")
    if hint is float and isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            # YAML 1.1 reads 3e-3 as text.
            return float(value)
        except ValueError:
            pass
    if isinstance(hint, type) and type(value) is hint:
        return value
    raise RecipeError(f"{where} is {value!r}, which is no {getattr(hint, '__name__', hint)}")


def _put(tree: dict[str, object], override: str) -> None:
    key, separator, text = override.partition("=")
    if not separator or not key:
        raise RecipeError(f"override {override!r} is not of the form section.key=value")
    *sections, last = key.split(".")
    node = tree
    for section in sections:
        below = node.setdefault(section, {})
        if not isinstance(below, dict):
            raise RecipeError(f"override {override!r}: {section!r} has no keys below it")
        node = below
    node[last] = yaml.safe_load(text)


def _check(recipe: Recipe) -> None:
    shape = recipe.model
    if shape.hidden % shape.heads or shape.heads % shape.kv_heads or shape.head_dim % 2:
        raise RecipeError(f"hidden {shape.hidden}, heads {shape.heads} and kv_heads {shape.kv_heads} do not divide")
    if recipe.data.max_length > min(recipe.run.micro_tokens, shape.max_positions):
        raise RecipeError(f"data.max_length {recipe.data.max_length} exceeds run.micro_tokens or model.max_positions")
    if shape.vocab > 65535:
        raise RecipeError(f"model.vocab {shape.vocab} does not fit the 16-bit tokens of the feed")
