"""The plan of ``distill``: the ladder and its output, read from YAML (see ``synth/plans/distill.yaml``).

A ladder is what the literature calls a cascade of models (FrugalGPT, arXiv:2305.05176), and a rung is a tier of it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator
from pydantic_core.core_schema import ValidationInfo

from solver.base.config import Misfit, build
from solver.base.config.bounds import LAST_SEED, MOST, MOST_SAMPLES
from solver.base.display.figures import counted
from solver.base.errors import UsageError
from solver.presets.preset import load_preset
from solver.problems.prompt import load_template
from solver.sampling.parameters import Parameters
from solver.training_rows import FORMS, Form, PreferenceForm
from solver.voting.rules import Rule, parse_rule
from synth.distill.selection import KEEP_ONE, Keep, keep_of
from synth.llm.plan_file import AskingConfig, ModelPlan, Names, Plan, PlanConfig, layer_of
from synth.llm.prompt_templates import Prompts, load_prompts

_ASKS: dict[str, str] = {"zh": "cot", "en": "english"}
_EXPLAINS: dict[str, str] = {"zh": "explain", "en": "explain_english"}
_ASK_ONLY = ("samples", "agree", "agree_blind", "agree_models", "majority", "orders", "rule", "strong", "expect")
"""Fields that mean nothing on a rung that asks once."""


def _loaded(found: object, *, explains: bool) -> Prompts:
    """Read the templates that a field names.

    Raises:
        UsageError: it names none, or one cannot be used there.
    """
    if isinstance(found, Mapping):
        found = {str(key): str(value) for key, value in found.items()}
    elif not isinstance(found, str):
        raise UsageError(f"is {found!r}; a template's name is wanted, or one each for zh and en")
    return load_prompts(found, explains=explains)


AskingPrompts = Annotated[
    Prompts, BeforeValidator(lambda found: found if isinstance(found, Prompts) else _loaded(found, explains=False))
]


class Rung(AskingConfig):
    """One rung: of ``kind: ask``, or the one of ``kind: explain``, which is told the answer and asks one model once."""

    name: str
    kind: Literal["ask", "explain"] = "ask"
    preset: str | None = None
    """Settings measured for a model, by name or file: of these the prompt and the sampling parameters that the rung
    does not set itself."""
    model: Names = Field(default=(), validate_default=True)
    """Entries of ``models``; several are an ensemble, whose votes are counted together."""
    prompt: Prompts = Field(default=None, validate_default=True)
    samples: int = Field(default=1, ge=1, le=MOST_SAMPLES)
    """Of each model, at most."""
    agree: int | None = Field(default=None, ge=1, le=MOST_SAMPLES)
    """Votes that the gold needs; None is more than half of all samples, or 2 with a rule."""
    agree_blind: int | None = Field(default=None, ge=2, le=MOST_SAMPLES)
    """Votes that a class needs where there is no gold; None is what the gold needs, 2 and more than half at least."""
    agree_models: int = Field(default=1, ge=1, le=MOST_SAMPLES)
    """Different models that must vote for the accepted class."""
    majority: bool = True
    """True where the accepted class must have more votes than any other."""
    orders: int | None = Field(default=None, ge=1, le=MOST_SAMPLES)
    """Different orders of the options among a model's samples; samples of one order share a request. None is one for
    each sample."""
    rule: str | None = None
    """Stops sampling early; None draws all samples at once."""
    strong: bool = False
    """True where agreement on another letter than gold is evidence against the gold; as a rule the last rung."""
    expect: float | None = Field(default=None, ge=0, le=1)
    """Share of the questions that it is thought to accept, for the dry run."""

    @model_validator(mode="before")
    @classmethod
    def _has_a_preset_below(cls, values: object) -> object:
        if not isinstance(values, Mapping) or values.get("preset") is None:
            return values
        layer = load_preset(str(values["preset"])).layer
        below: dict[str, object] = {name: layer[name] for name in layer if name in Parameters.model_fields}
        if "prompt" in layer and values.get("kind") != "explain":
            chinese = load_template(str(layer["prompt"]))
            below["prompt"] = {"zh": chinese.name, "en": (chinese.english or chinese).name}
            below |= {"system": chinese.system} if chinese.system and "system" not in below else {}
        return {**below, **values}

    @field_validator("prompt", mode="before")
    @classmethod
    def _is_loaded(cls, found: object, info: ValidationInfo) -> object:
        explains = info.data.get("kind") == "explain"
        if found is None:
            found = _EXPLAINS if explains else _ASKS
        return found if isinstance(found, Prompts) else _loaded(found, explains=explains)

    @field_validator("rule")
    @classmethod
    def _is_a_rule(cls, rule: str | None) -> str | None:
        return None if rule is None else parse_rule(rule).spec

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.kind == "explain":
            wrong = [name for name in _ASK_ONLY if name in self.model_fields_set]
            if wrong:
                raise Misfit("means nothing on a rung of kind: explain, which asks once; take it out", wrong[0])
            if len(self.model) > 1:
                raise Misfit("a rung of kind: explain asks one model", "model")
        if self.agree is not None and self.agree > self.most:
            raise Misfit(
                f"is {self.agree}, but the rung draws {counted(self.most, 'sample')} at most; it could never accept",
                "agree",
            )
        if self.agree_models > len(self.model):
            raise Misfit(
                f"is {self.agree_models}, but the rung has {counted(len(self.model), 'model')}", "agree_models"
            )
        if self.orders is not None and self.orders > self.samples:
            raise Misfit(f"is {self.orders}, but a model draws {counted(self.samples, 'sample')}", "orders")
        return self

    @property
    def most(self) -> int:
        """Samples a question costs here at most."""
        return self.samples * len(self.model)

    @cached_property
    def stopping_rule(self) -> Rule | None:
        """The rule, read."""
        return None if self.rule is None else parse_rule(self.rule)

    def votes_needed(self, *, has_gold: bool) -> int:
        """Return how many votes the accepted class needs."""
        half = self.most // 2 + 1
        agree = self.agree or (half if self.rule is None else 2)
        if has_gold:
            return agree
        return self.agree_blind or max(2, agree, half if self.rule is None else 0)

    @property
    def orders_shown(self) -> int:
        """Different orders of the options among a model's samples."""
        return self.orders or self.samples

    def may_accept(self, *, has_gold: bool) -> bool:
        """Tell whether the rung could accept such a question at all."""
        return self.most >= self.votes_needed(has_gold=has_gold)

    @property
    def facts(self) -> dict[str, object]:
        """The rung as JSON values, for the binding and the report, under the names that old journals have."""
        if self.kind == "explain":
            return {"name": self.name, "model": self.model[0], "prompts": self.prompt.digests, **self.bound}
        return {
            "name": self.name,
            "models": list(self.model),
            "prompts": self.prompt.digests,
            "samples": self.samples,
            "agree": self.votes_needed(has_gold=True),
            "agree_blind": self.votes_needed(has_gold=False),
            "agree_models": self.agree_models,
            "majority": self.majority,
            "orders": self.orders_shown,
            "rule": self.rule,
            **self.bound,
            "is_strong": self.strong,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """All rungs, the cheapest first."""

    rungs: tuple[Rung, ...]
    """Those that ask."""
    explain: Rung | None = None
    seed: int = 0
    """Of option orders and sampling."""
    is_seeded: bool = True
    """False sends no seed to the engines."""
    min_chars: int = 20
    """A chain shorter than this is no chain of thought."""
    keep: Keep = KEEP_ONE
    """Which of the right chains become rows."""


class Output(PlanConfig):
    """What is written of the accepted questions."""

    prompt: AskingPrompts = Field(default=_ASKS, validate_default=True)
    """The user message of the rows; the same for all rungs."""
    forms: tuple[Form | PreferenceForm, ...] = FORMS
    """``dpo`` and ``kto`` are pairs of a right and a wrong chain of one question."""
    pairs_per_question: int = Field(default=2, ge=1, le=MOST_SAMPLES)
    """Most pairs of a question."""
    dev_share: float = Field(default=0.05, ge=0, le=0.5)
    """Share of the problems that goes to the dev part."""
    salt: str = ""
    """Another one gives another split."""
    thoughts: Literal["keep", "drop"] = "keep"
    """What a model thought before its answer: kept as ``<think>`` … ``</think>`` in one fixed form, or left out."""


class DistillPlan(Plan):
    """A whole plan."""

    ladder: tuple[Rung, ...] = Field(default=(), validate_default=True)
    """All rungs, the explaining one too."""
    seed: int = Field(default=0, ge=-LAST_SEED, le=LAST_SEED)
    seeded: bool = True
    min_chars: int = Field(default=20, ge=1, le=MOST)
    keep: Annotated[Keep | None, BeforeValidator(keep_of)] = None
    """Which of a question's right chains become rows; ``first`` (as None) and ``shortest`` keep one."""
    output: Output = Output()
    data: tuple[str, ...] = ()
    """Files of problems, unless the command line names some."""
    currency: str = "USD"

    @field_validator("ladder", mode="before")
    @classmethod
    def _ends_with_a_strong_one(cls, listed: object) -> object:
        """Take the last rung that asks for a strong one, unless it says otherwise."""
        if not isinstance(listed, list):
            return listed
        asking = [place for place, one in enumerate(listed) if isinstance(one, dict) and one.get("kind") != "explain"]
        last = asking[-1] if asking else None
        return [
            {**one, "strong": True} if place == last and one.get("strong") is None else one
            for place, one in enumerate(listed)
        ]

    @model_validator(mode="after")
    def _is_a_ladder(self) -> Self:
        names = [rung.name for rung in self.ladder]
        for place, rung in enumerate(self.ladder):
            if rung.name in names[:place]:
                raise Misfit(f"{rung.name!r} is another rung's name", "ladder", place, "name")
        kinds = [rung.kind for rung in self.ladder]
        if "ask" not in kinds:
            raise Misfit("has no rung that asks; list at least one", "ladder")
        if kinds.count("explain") > 1:
            raise Misfit("has two rungs of kind: explain; keep one", "ladder")
        return self

    def named(self) -> Sequence[tuple[str, tuple[str | int, ...]]]:
        """Return the entries that the rungs ask."""
        return [(name, ("ladder", place, "model")) for place, rung in enumerate(self.ladder) for name in rung.model]

    @cached_property
    def cascade(self) -> Ladder:
        """The ladder as a question climbs it."""
        return Ladder(
            rungs=tuple(rung for rung in self.ladder if rung.kind == "ask"),
            explain=next((rung for rung in self.ladder if rung.kind == "explain"), None),
            seed=self.seed,
            is_seeded=self.seeded,
            min_chars=self.min_chars,
            keep=self.keep or KEEP_ONE,
        )

    @property
    def used(self) -> dict[str, ModelPlan]:
        """The models that the ladder asks."""
        asked = {name for name, _ in self.named()}
        # The likeliest chain is known where the engine tells log-probabilities.
        told = {"logprobs": True} if self.keep is not None and self.keep.prefer == "likely" else {}
        return {
            name: model.model_copy(update={"extra": {**told, **model.extra}}) if told else model
            for name, model in self.models.items()
            if name in asked
        }

    @property
    def binding(self) -> dict[str, object]:
        """What the journal belongs to; endpoints, limits and prices may change on resuming."""
        cascade, output = self.cascade, self.output
        return {
            "seed": self.seed,
            "seeded": self.seeded,
            "keep": (self.keep or KEEP_ONE).fact,
            "min_chars": self.min_chars,
            "models": {name: model.binding for name, model in self.used.items()},
            "ladder": {rung.name: rung.facts for rung in cascade.rungs},
            "explain": None if cascade.explain is None else cascade.explain.facts,
            "output": {"prompt": output.prompt.digests, "dev": output.dev_share, "salt": output.salt},
        }


def load_plan(
    name: str, *, endpoints: Sequence[str] = (), served: str | None = None, preset: str | None = None
) -> DistillPlan:
    """Read a plan by path or bare name; template files may lie beside it.

    Args:
        endpoints: ``--endpoint``; overrides those of every model.
        served: ``--model``; overrides every model's name.
        preset: ``--preset``; of the rungs that ask and name none.

    Raises:
        UsageError: it cannot be used; names file, line and field.
    """
    layer, path = layer_of(DistillPlan, name)
    if preset is not None and "ladder" in layer:
        load_preset(preset)
        layer["ladder"] = dataclasses.replace(layer["ladder"], value=_with_preset(layer["ladder"].value, preset))
    placed = {
        field: dataclasses.replace(one, value=_beside(path.parent, one.value))
        if field in ("ladder", "output.prompt")
        else one
        for field, one in layer.items()
    }
    plan = build(DistillPlan, placed).overridden(endpoints=endpoints, served=served)
    return plan.model_copy(update={"models": plan.used})


def _with_preset(rungs: object, preset: str) -> object:
    """Give the rungs that ask a preset, where they name none."""
    if not isinstance(rungs, list):
        return rungs
    return [
        {"preset": preset, **one} if isinstance(one, dict) and one.get("kind") != "explain" else one for one in rungs
    ]


def _beside(folder: Path, value: object) -> object:
    """Resolve template files that lie beside the plan, as they are named from there."""
    if isinstance(value, dict):
        return {key: _beside(folder, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_beside(folder, one) for one in value]
    if isinstance(value, str) and value.endswith(".txt") and (folder / value).is_file():
        return str(folder / value)
    return value
