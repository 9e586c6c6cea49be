"""The configuration of ``synth augment``: who writes questions, who judges them, how many, from what.

See ``synth/plans/augment.yaml`` for a whole one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver.problems.prompt import built_in_names
from synth.augment.accept import Panel, Solver
from synth.llm.plan_file import ModelPlan, Section, known_model, models_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes new questions, and how."""

    models: tuple[str, ...]
    """Entries of ``models``; attempt i is written by the i-th, round and round."""
    prompt: str = "augment"
    """A template of ``synth/prompts``, or a path."""
    english: str = "augment_english"
    """The template for problems without Chinese."""
    shots: int = 3
    """Similar training questions shown as examples."""
    attempts: int = 4
    """Candidates that are asked for a problem at most."""
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole configuration."""

    models: Mapping[str, ModelPlan]
    problems: tuple[str, ...]
    """Files of the problems that get new questions."""
    examples: tuple[str, ...]
    """Files whose questions are shown as examples; the problems themselves where none is named."""
    count: int | None
    """Questions wanted, None for as many as come of all attempts."""
    writer: Writer
    panel: Panel
    near: float
    """Character 5-gram Jaccard similarity from which two questions on one problem count as the same."""
    grounded: bool
    """Whether questions are refused that speak of things which no problem or question so far speaks of."""
    must_agree: bool
    """Whether the answer that the writer claims, where it claims one, must be the panel's."""
    seed: int

    @property
    def binding(self) -> dict[str, object]:
        """What the replies and the accepted questions depend on."""
        used = {*self.writer.models, *(one.model for one in self.panel.solvers)}
        return {
            "models": {name: plan.binding for name, plan in self.models.items() if name in used},
            "writer": dataclasses.asdict(self.writer),
            "panel": dataclasses.asdict(self.panel),
            "near": self.near,
            "grounded": self.grounded,
            "must_agree": self.must_agree,
            "seed": self.seed,
        }


def plan_of(section: Section, *, endpoints: Sequence[str] = (), served: str | None = None) -> Plan:
    """Read a configuration.

    Args:
        endpoints: ``--endpoint``; overrides those of every model.
        served: ``--model``; overrides the name that every endpoint is asked for.

    Raises:
        SettingsError: a field cannot be used; names file, line and field.
    """
    models = models_of(section, endpoints=endpoints, served=served)
    seed = section.integer("seed", 0, least=0)
    # 0 stands for "not given", which the file can also say by null.
    count = section.integer("count", 0, least=0)
    plan = Plan(
        models=models,
        problems=section.texts("problems", ()),
        examples=section.texts("examples", ()),
        count=count or None,
        writer=_writer(section.section("writer"), models),
        panel=panel_of(section.section("panel"), models, seed),
        near=section.number("near", 0.7, least=0, most=1),
        grounded=section.flag("grounded", True),
        must_agree=section.flag("must_agree", False),
        seed=seed,
    )
    section.done()
    return plan


def panel_of(section: Section, models: Mapping[str, ModelPlan], seed: int) -> Panel:
    """Read the section ``panel``, which ``perturb`` has too."""
    listed = section.sections("solvers")
    if not listed:
        raise section.error("solvers", "is missing; name at least one solver: {model: …, prompt: cot, samples: 4}")
    panel = Panel(
        solvers=tuple(_solver(one, models) for one in listed),
        duels=section.integer("duels", 2, least=0),
        max_elsewhere=section.integer("max_elsewhere", 0, least=0),
        max_unread=section.integer("max_unread", 1, least=0),
        max_torn=section.integer("max_torn", 0, least=0),
        seed=seed,
    )
    section.done()
    kinds = {(one.model, one.prompt) for one in panel.solvers}
    if sum(one.samples for one in panel.solvers) < 2 or len(kinds) < len(panel.solvers):
        raise section.error("solvers", "several samples are wanted, and every solver with a model or prompt of its own")
    return panel


def _writer(section: Section, models: Mapping[str, ModelPlan]) -> Writer:
    writer = Writer(
        models=known_model(section, "model", models),
        prompt=section.text("prompt", "augment"),
        english=section.text("english", "augment_english"),
        shots=section.integer("shots", 3, least=0),
        attempts=section.integer("attempts", 4, least=1),
        temperature=section.number("temperature", 1.0, least=0, most=2),
        top_p=section.number("top_p", 1.0, least=0.01, most=1),
        max_tokens=section.integer("max_tokens", 400, least=1),
    )
    section.done()
    return writer


def _solver(section: Section, models: Mapping[str, ModelPlan]) -> Solver:
    names = known_model(section, "model", models)
    if len(names) > 1:
        raise section.error("model", "one model a solver; list another solver for another model")
    solver = Solver(
        model=names[0],
        prompt=section.text("prompt", "cot"),
        english=section.text("english", "english"),
        samples=section.integer("samples", 4, least=1),
        temperature=section.number("temperature", 1.0, least=0, most=2),
        top_p=section.number("top_p", 1.0, least=0.01, most=1),
        max_tokens=section.integer("max_tokens", 400, least=1),
    )
    for name in ("prompt", "english"):
        found = getattr(solver, name)
        if found not in built_in_names() and not found.endswith(".txt"):
            raise section.error(name, f"is {found!r}; use one of {', '.join(built_in_names())}, or a .txt file")
    section.done()
    return solver
