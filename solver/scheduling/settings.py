"""How a question is sampled: the one record of it, its defaults and its checks.

Every command that asks models holds one of these, and gets flags, help, YAML, ``key=value`` and the configuration that
binds a run folder from its fields (``solver.base.config``). A new parameter of the engine is a field of
``solver.sampling.parameters.Sampling``, a new one of voting a field here; each is used where it matters, and nowhere
else is there a list of them.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal, Self

from pydantic import field_validator, model_validator

from solver.base.config import setting
from solver.base.config.bounds import LAST_SEED, MOST, MOST_AT_ONCE, MOST_BUDGET, MOST_SAMPLES
from solver.base.errors import UsageError
from solver.problems.prompt import DEFAULT_PROMPT, load_template, prompts
from solver.sampling.parameters import Sampling
from solver.voting.allocation import Policy, parse_policy, policy_examples
from solver.voting.ensemble import DEFAULT_ENSEMBLE, Ensemble, ensemble_examples, parse_ensemble
from solver.voting.rules import DEFAULT_RULE, Fixed, Rule, parse_rule, rule_examples
from solver.voting.tally import verdict_of

MOST_AHEAD = 8
"""Samples of a question ahead of need: the most, and what an engine of our own gets."""


class SamplingSettings(Sampling):
    """How a question is sampled.

    Raises:
        UsageError: a value cannot be used.
        PromptError: there is no such prompt, or it cannot be used.
    """

    models: tuple[str, ...] = setting(
        (),
        "model to ask; several make an ensemble, best first",
        flag="--model",
        metavar="NAME",
        binds="always",
        for_clients=True,
    )
    ensemble: str = setting(
        DEFAULT_ENSEMBLE,
        lambda: f"how several models become one: {ensemble_examples()}",
        metavar="ENSEMBLE",
        binds="always",
        for_clients=True,
    )
    rule: str = setting(
        DEFAULT_RULE,
        lambda: f"when to stop: {rule_examples()}",
        metavar="RULE",
        binds="always",
        for_clients=True,
    )
    allocation: str = setting(
        "",
        lambda: f"instead of a rule, spend the token budget or the time where it is worth most: {policy_examples()}",
        metavar="NAME",
        binds="changed",
    )
    max_samples: int = setting(
        # lead:3 with at most 8 is as good as eight of each, at 5.4 (1.5B) and 6.6 (0.5B) samples a question.
        8,
        "samples of a question and model at most",
        metavar="N",
        ge=1,
        le=MOST_SAMPLES,
        binds="always",
        for_clients=True,
    )
    prompt: str = setting(
        DEFAULT_PROMPT,
        lambda: f"{', '.join(prompts().names)} or a file",
        metavar="NAME|PATH",
        binds="always",
        for_clients=True,
    )
    context: Literal["none", "answers", "chain"] = setting(
        "none",
        "earlier answers of the same problem put before a question, alone or with a chain; questions wait for them",
        binds="changed",
        for_clients=True,
    )
    seed: int = setting(
        0,
        "of samples, option orders and the order of questions",
        metavar="N",
        ge=-LAST_SEED,
        le=LAST_SEED,
        binds="always",
        for_clients=True,
    )
    is_seeded: bool = setting(
        # Seeds cost a small model on a GPU half its speed, and batching changes the last bits all the same.
        False,
        "send every request a seed of its own",
        flag=("--seeded", "--no-seed"),
        binds="always",
    )
    shuffle_options: bool = setting(False, "another option order for every sample", binds="always", for_clients=True)
    max_concurrency: int = setting(
        192,
        "samples in flight at most",
        flag=("--slots", "--max-concurrency"),
        metavar="N",
        shown="192; in eval 512 with a GPU here, and with a running vLLM what its load tells",
        was="slots",
        ge=1,
        le=MOST_AT_ONCE,
    )
    over_launch: int | None = setting(
        None,
        f"samples of a question ahead of need where slots are idle, 0 to {MOST_AHEAD}",
        metavar="N",
        shown=f"{MOST_AHEAD} in eval with an engine of its own, else 0",
        ge=0,
        le=MOST_AHEAD,
    )
    token_budget: int | None = setting(
        None,
        "generated tokens at most, give or take the last sample",
        metavar="N",
        ge=1,
        le=MOST_BUDGET,
        for_clients=True,
    )
    mean_tokens: int | None = setting(
        None,
        "generated tokens a question and model at most, on average over the run; chains on their way may be longer",
        metavar="N",
        ge=1,
        le=MOST,
    )

    @field_validator("models")
    @classmethod
    def _are_different(cls, models: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(models)) < len(models):
            raise UsageError(f"models cannot be {models!r}: one is named twice; max_samples draws more of it")
        return models

    @field_validator("rule")
    @classmethod
    def _is_a_rule(cls, rule: str) -> str:
        parse_rule(rule)
        return rule

    @field_validator("allocation")
    @classmethod
    def _is_an_allocation(cls, allocation: str) -> str:
        if allocation:
            parse_policy(allocation)
        return allocation

    @field_validator("prompt")
    @classmethod
    def _is_a_prompt(cls, prompt: str) -> str:
        load_template(prompt)
        return prompt

    @field_validator("ensemble")
    @classmethod
    def _is_an_ensemble(cls, ensemble: str) -> str:
        parse_ensemble(ensemble)
        return ensemble

    @model_validator(mode="after")
    def _can_allocate(self) -> Self:
        if self.allocation and self.context != "none":
            raise UsageError(
                f"--allocation {self.allocation} decides all questions at the end, so none can be shown another's "
                f"answer before: leave out --context {self.context}"
            )
        return self

    @cached_property
    def stopping_rule(self) -> Rule:
        """The rule, read; with an allocation nothing stops a question but its cap."""
        return Fixed(self.max_samples) if self.allocation else parse_rule(self.rule)

    @cached_property
    def policy(self) -> Policy | None:
        """The allocation, read."""
        return parse_policy(self.allocation) if self.allocation else None

    @property
    def what_decides(self) -> str:
        """The rule or the allocation, in words."""
        return f"allocation {self.policy.spec}" if self.policy else f"rule {self.stopping_rule.spec}"

    def mean_budget(self, questions: int) -> int | None:
        """Return the tokens that ``mean_tokens`` comes to for so many questions and models."""
        return None if self.mean_tokens is None else self.mean_tokens * questions

    @cached_property
    def combination(self) -> Ensemble:
        """The ensemble, read."""
        return parse_ensemble(self.ensemble)

    @property
    def places(self) -> int | None:
        """How many samples to keep in flight where somebody said so."""
        return self.max_concurrency if "max_concurrency" in self.model_fields_set else None

    def asking(self, models: tuple[str, ...]) -> Self:
        """Return settings that ask these models where none is named."""
        return self if self.models else self.model_copy(update={"models": models})

    def with_more(self, drawn: int, more: int) -> Self:
        """Return settings that draw ``more`` samples beyond the ``drawn`` ones, whatever the rule says."""
        return self.replaced(
            rule=f"fixed:{drawn + more}", allocation="", max_samples=max(self.max_samples, drawn + more)
        )


def check_ensemble(settings: SamplingSettings) -> None:
    """Make sure, before anything is drawn, that the ensemble fits the number of models.

    Raises:
        UsageError: it does not.
    """
    if len(settings.models) > 1:
        settings.combination.combine([verdict_of("trial#0", (), stop_reason="trial")] * len(settings.models))


def check_members(settings: SamplingSettings) -> None:
    """As above, where nobody names models later on: an ensemble has something to combine.

    Raises:
        UsageError: it has not, or does not fit.
    """
    check_ensemble(settings)
    if settings.ensemble != DEFAULT_ENSEMBLE and len(settings.models) < 2:
        raise UsageError(f"--ensemble {settings.ensemble} combines models: name two or more with --model")
