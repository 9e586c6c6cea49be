"""The plan of ``synth augment``: who writes questions, who judges them, how many, from what.

See ``synth/plans/augment.yaml`` for a whole one. ``perturb`` has the same panel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator, model_validator

from solver.base.config import Misfit, other_default
from solver.base.config.bounds import LAST_SEED, MOST, MOST_SAMPLES
from solver.base.errors import UsageError
from solver.problems.prompt import prompts
from solver.sampling.parameters import Parameters
from synth.llm.plan_file import AskingConfig, Names, Plan, PlanConfig


class Writer(AskingConfig):
    """Who writes new questions, and how."""

    model: Names = Field(default=(), validate_default=True)
    """Entries of ``models``; attempt i is written by the i-th, round and round."""
    prompt: str = "augment"
    """A template of ``synth/prompts``, or a path."""
    english: str = "augment_english"
    """The template for problems without Chinese."""
    shots: int = Field(default=3, ge=0, le=MOST_SAMPLES)
    """Similar training questions shown as examples."""
    attempts: int = Field(default=4, ge=1, le=MOST_SAMPLES)
    """Candidates that are asked for a problem at most."""
    temperature: float = other_default(Parameters, "temperature", 1.0)
    max_tokens: int = other_default(Parameters, "max_tokens", 400)

    @property
    def facts(self) -> dict[str, object]:
        """What replies depend on, under the names that old journals have."""
        own = self.own
        del own["model"]
        return {**own, "models": self.model, **self.bound}


class Solver(AskingConfig):
    """One member of the panel."""

    model: str
    """Entry of ``models``."""
    prompt: str = "cot"
    """A template of ``solver.problems.prompt``, for Chinese problems."""
    english: str = "english"
    """The template for problems without Chinese."""
    samples: int = Field(default=4, ge=1, le=MOST_SAMPLES)
    temperature: float = other_default(Parameters, "temperature", 1.0)
    max_tokens: int = other_default(Parameters, "max_tokens", 400)

    @field_validator("prompt", "english")
    @classmethod
    def _is_a_template(cls, name: str) -> str:
        known = prompts().names
        if name not in known and not name.endswith(".txt"):
            raise UsageError(f"is {name!r}; use one of {', '.join(known)}, or a .txt file")
        return name


class Panel(PlanConfig):
    """Who judges, and how strictly."""

    solvers: tuple[Solver, ...] = Field(default=(), validate_default=True)
    """Asked in this order; the first also fights the duels."""
    duels: int = Field(default=2, ge=0, le=MOST_SAMPLES)
    """Samples of every duel; 0 asks for none."""
    max_elsewhere: int = Field(default=0, ge=0, le=MOST_SAMPLES)
    """Votes of the whole panel that may be for other options."""
    max_unread: int = Field(default=1, ge=0, le=MOST_SAMPLES)
    """Samples of the whole panel, duels aside, that may have no readable answer."""
    max_torn: int = Field(default=0, ge=0, le=MOST_SAMPLES)
    """Samples of the whole panel, duels included, that may name a letter and another text than that option's."""
    seed: int = Field(default=0, ge=-LAST_SEED, le=LAST_SEED)
    """Of option orders and sampling; the plan's own, never of the section."""

    @field_validator("solvers")
    @classmethod
    def _can_agree(cls, solvers: tuple[Solver, ...]) -> tuple[Solver, ...]:
        if not solvers:
            raise UsageError("is missing; name at least one solver: {model: …, prompt: cot, samples: 4}")
        kinds = {(one.model, one.prompt) for one in solvers}
        if sum(one.samples for one in solvers) < 2 or len(kinds) < len(solvers):
            raise UsageError("several samples are wanted, and every solver with a model or prompt of its own")
        return solvers

    @property
    def facts(self) -> dict[str, object]:
        """What verdicts depend on."""
        return {**self.model_dump(exclude={"solvers"}), "solvers": [{**one.own, **one.bound} for one in self.solvers]}


class JudgedPlan(Plan):
    """A plan in which a panel judges what a writer made."""

    panel: Panel = Field(default={}, validate_default=True)
    seed: int = Field(default=0, ge=0, le=LAST_SEED)

    @model_validator(mode="before")
    @classmethod
    def _hands_its_seed_on(cls, values: object) -> object:
        if not isinstance(values, Mapping) or not isinstance(panel := values.get("panel"), Mapping):
            return values
        # A record that is made again from its own values has the seed in both places.
        if panel.get("seed", values.get("seed") or 0) != (values.get("seed") or 0):
            raise Misfit("stands at the top of the plan; take it out here", "panel", "seed")
        return {**values, "panel": {**panel, "seed": values.get("seed") or 0}}

    def named(self) -> Sequence[tuple[str, tuple[str | int, ...]]]:
        """Return the entries that the solvers are."""
        return [(one.model, ("panel", "solvers", place, "model")) for place, one in enumerate(self.panel.solvers)]

    @property
    def models_binding(self) -> dict[str, object]:
        """What the replies of those models that are asked depend on."""
        asked = {name for name, _ in self.named()}
        return {name: model.binding for name, model in self.models.items() if name in asked}


class AugmentPlan(JudgedPlan):
    """A whole plan."""

    problems: tuple[str, ...] = ()
    """Files of the problems that get new questions."""
    examples: tuple[str, ...] = ()
    """Files whose questions are shown as examples; the problems themselves where none is named."""
    count: Annotated[int | None, AfterValidator(lambda count: count or None)] = Field(default=None, ge=0, le=MOST)
    """Questions wanted, None (or 0) for as many as come of all attempts."""
    writer: Writer = Field(default={}, validate_default=True)
    near: float = Field(default=0.7, ge=0, le=1)
    """Character 5-gram Jaccard similarity from which two questions on one problem count as the same."""
    grounded: bool = True
    """Whether questions are refused that speak of things which no problem or question so far speaks of."""
    must_agree: bool = False
    """Whether the answer that the writer claims, where it claims one, must be the panel's."""

    def named(self) -> Sequence[tuple[str, tuple[str | int, ...]]]:
        """Return the entries that write and judge."""
        return [*((name, ("writer", "model")) for name in self.writer.model), *super().named()]

    @property
    def binding(self) -> dict[str, object]:
        """What the replies and the accepted questions depend on."""
        return {
            "models": self.models_binding,
            "writer": self.writer.facts,
            "panel": self.panel.facts,
            "near": self.near,
            "grounded": self.grounded,
            "must_agree": self.must_agree,
            "seed": self.seed,
        }
