"""The configuration of ``distill``: the ladder and its output, read from YAML (see ``synth/plans/distill.yaml``)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast, get_args

from solver.base.errors import SolverError
from solver.training_rows import FORMS, Form
from solver.voting.rules.registry import parse_rule
from solver.voting.rules.stopping_rule import Rule
from synth.distill.ladder import ExplainRung, Ladder, Rung
from synth.errors import SettingsError
from synth.llm.plan_file import ModelPlan, Section, known_model, models_of
from synth.llm.prompt_templates import Prompts, load_prompts

_RUNG_MARKS = ("samples", "agree", "agree_blind", "agree_models", "majority", "orders", "rule", "strong", "expect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What is written of the accepted questions."""

    prompts: Prompts
    """The user message of the rows; the same for all rungs."""
    forms: tuple[Form, ...] = FORMS
    dev_share: float = 0.05
    """Share of the problems that goes to the dev part."""
    salt: str = ""
    """Another one gives another split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DistillPlan:
    """A whole configuration file of ``distill``."""

    models: Mapping[str, ModelPlan]
    """Only those that the ladder uses."""
    ladder: Ladder
    output: Output
    data: tuple[str, ...] = ()
    """Files of problems, unless the command line names some."""
    currency: str = "USD"

    @property
    def binding(self) -> dict[str, object]:
        """What the journal belongs to; endpoints, limits and prices may change on resuming."""
        ladder = self.ladder
        return {
            "seed": ladder.seed,
            "seeded": ladder.is_seeded,
            "keep": ladder.keep,
            "min_chars": ladder.min_chars,
            "models": {name: plan.binding for name, plan in self.models.items()},
            "ladder": {rung.name: rung_facts(rung) for rung in ladder.rungs},
            "explain": None if ladder.explain is None else rung_facts(ladder.explain),
            "output": {"prompt": self.output.prompts.digests, "dev": self.output.dev_share, "salt": self.output.salt},
        }


def rung_facts(rung: Rung | ExplainRung) -> dict[str, object]:
    """Return a rung as JSON values, for the binding and the report."""
    facts: dict[str, object] = {field.name: getattr(rung, field.name) for field in dataclasses.fields(rung)}
    facts["prompts"] = rung.prompts.digests
    facts.pop("expected", None)
    if isinstance(rung, Rung):
        facts["models"] = list(rung.models)
        facts["rule"] = None if rung.rule is None else rung.rule.spec
    return facts


def plan_of(section: Section, *, endpoints: Sequence[str] = (), served: str | None = None) -> DistillPlan:
    """Read a configuration.

    Args:
        endpoints: ``--endpoint``; overrides those of every model.
        served: ``--model``; overrides every model's name.

    Raises:
        SettingsError: a field cannot be used; names file, line and field.
    """
    models = models_of(section, endpoints=endpoints, served=served)
    output = _output(section.section("output"))
    rungs: list[Rung] = []
    explains: list[ExplainRung] = []
    listed = section.sections("ladder")
    for part in listed:
        name = part.text("name")
        if name in {rung.name for rung in rungs} | {rung.name for rung in explains}:
            raise part.error("name", f"{name!r} is another rung's name")
        if part.choice("kind", ("ask", "explain"), "ask") == "explain":
            explains.append(_explain_rung(part, name, models))
        else:
            rungs.append(_rung(part, name, models, is_last=part.line == _last_line(listed)))
        part.done()
    if not rungs:
        raise section.error("ladder", "has no rung that asks; list at least one")
    if len(explains) > 1:
        raise section.error("ladder", "has two rungs of kind: explain; keep one")
    ladder = Ladder(
        rungs=tuple(rungs),
        explain=explains[0] if explains else None,
        seed=section.integer("seed", 0),
        is_seeded=section.flag("seeded", True),
        min_chars=section.integer("min_chars", 20, least=1),
        keep="shortest" if section.choice("keep", ("first", "shortest"), "first") == "shortest" else "first",
    )
    data = section.texts("data", ())
    currency = section.text("currency", "USD")
    section.done()
    used = {name for rung in rungs for name in rung.models} | {rung.model for rung in explains}
    return DistillPlan(
        models={name: plan for name, plan in models.items() if name in used},
        ladder=ladder,
        output=output,
        data=data,
        currency=currency,
    )


def _last_line(listed: Sequence[Section]) -> int:
    """Return where the last rung begins that asks."""
    return max((part.line for part in listed if part.value("kind") != "explain"), default=0)


def _rung(section: Section, name: str, models: Mapping[str, ModelPlan], *, is_last: bool) -> Rung:
    samples = section.integer("samples", 1, least=1)
    names = known_model(section, "model", models)
    most = samples * len(names)
    rule = _rule(section)
    agree = section.integer("agree", most // 2 + 1 if rule is None else 2, least=1)
    rung = Rung(
        name=name,
        models=names,
        prompts=_prompts(section, "prompt", explains=False),
        samples=samples,
        agree=agree,
        agree_blind=section.integer("agree_blind", max(2, agree, most // 2 + 1 if rule is None else 0), least=2),
        agree_models=section.integer("agree_models", 1, least=1),
        majority=section.flag("majority", True),
        orders=section.integer("orders", samples, least=1),
        rule=rule,
        is_strong=section.flag("strong", is_last),
        expected=section.number("expect", least=0, most=1) if section.has("expect") else None,
        temperature=section.number("temperature", 0.7, least=0, most=5),
        top_p=section.number("top_p", 1.0, least=0.001, most=1),
        max_tokens=section.integer("max_tokens", 1024, least=1),
    )
    if agree > most:
        raise section.error("agree", f"is {agree}, but the rung draws {most} samples at most; it could never accept")
    if rung.agree_models > len(names):
        raise section.error("agree_models", f"is {rung.agree_models}, but the rung has {len(names)} models")
    if rung.orders > samples:
        raise section.error("orders", f"is {rung.orders}, but a model draws {samples} samples")
    return rung


def _explain_rung(section: Section, name: str, models: Mapping[str, ModelPlan]) -> ExplainRung:
    (model, *more) = known_model(section, "model", models)
    if more:
        raise section.error("model", "a rung of kind: explain asks one model")
    wrong = [mark for mark in _RUNG_MARKS if section.has(mark)]
    if wrong:
        raise section.error(wrong[0], "means nothing on a rung of kind: explain, which asks once; take it out")
    return ExplainRung(
        name=name,
        model=model,
        prompts=_prompts(section, "prompt", explains=True),
        temperature=section.number("temperature", 0.7, least=0, most=5),
        top_p=section.number("top_p", 1.0, least=0.001, most=1),
        max_tokens=section.integer("max_tokens", 1024, least=1),
    )


def _output(section: Section) -> Output:
    forms = section.texts("forms", FORMS)
    for form in forms:
        if form not in get_args(Form):
            raise section.error("forms", f"{form!r} is none of {', '.join(FORMS)}")
    output = Output(
        prompts=_prompts(section, "prompt", explains=False),
        forms=cast(tuple[Form, ...], tuple(forms)),
        dev_share=section.number("dev_share", 0.05, least=0, most=0.5),
        salt=section.text("salt", ""),
    )
    section.done()
    return output


def _prompts(section: Section, field: str, *, explains: bool) -> Prompts:
    default: dict[str, str] = {"zh": "explain", "en": "explain_english"} if explains else {"zh": "cot", "en": "english"}
    found = section.value(field)
    if found is None:
        found = default
    if isinstance(found, Mapping):
        found = {str(key): str(value) for key, value in found.items()}
    elif not isinstance(found, str):
        raise section.error(field, f"is {found!r}; a template's name is wanted, or one each for zh and en")
    # A file is named from where the configuration lies, as from where the command runs.
    try:
        return load_prompts(_beside(section.file, found), explains=explains)
    except SettingsError as error:
        raise section.error(field, str(error)) from None


def _beside(file: str, found: str | Mapping[str, str]) -> str | Mapping[str, str]:
    """Resolve template files that lie beside the configuration."""

    def resolved(name: str) -> str:
        beside = Path(file).parent / name
        return str(beside) if name.endswith(".txt") and beside.is_file() else name

    return resolved(found) if isinstance(found, str) else {lang: resolved(name) for lang, name in found.items()}


def _rule(section: Section) -> Rule | None:
    spec = section.optional_text("rule")
    if spec is None:
        section.value("rule")
        return None
    try:
        return parse_rule(spec)
    except SolverError as error:
        raise section.error("rule", str(error)) from None
