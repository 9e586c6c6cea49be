"""The arms of the search: ways to ask a model that differ in prompt, system message or sampling. Pure.

Stopping rule, cap and a smaller bound on a chain's length are no arms: all that an arm has drawn tells what they would
have done (``harness.tune.stopping``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from harness.tune.stopping import Stop
from solver.problems.prompt import DEFAULT_PROMPT, Template, load_template, prompts
from solver.problems.question import Question
from solver.scheduling.settings import SamplingSettings

SAMPLINGS: Sequence[Mapping[str, object]] = (
    # What makers of models recommend, and what was measured here: docs/log.md, "Real models".
    {"temperature": 0.7, "top_p": 0.8},
    {"temperature": 0.7, "top_p": 1.0, "min_p": 0.05},
    {"temperature": 0.3, "top_p": 0.9},
    {"temperature": 0.5, "top_p": 0.95},
    {"temperature": 0.6, "top_p": 0.95, "top_k": 20},
    {"temperature": 1.0, "top_p": 0.8},
    {"temperature": 1.0, "top_p": 1.0},
    {"temperature": 1.0, "top_p": 1.0, "min_p": 0.1},
)
"""Ways to sample that are tried with the best prompts."""
_SHOWN = {"temperature": "T", "top_p": "top-p", "top_k": "top-k", "min_p": "min-p"}


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to ask."""

    name: str
    """For people; no two arms of a search share one."""
    settings: SamplingSettings
    """Whole; its rule and cap are not looked at."""
    template: Template = field(init=False, repr=False)
    """Of its prompt, as it was when the search began."""
    key: str = field(init=False, repr=False)
    """What its samples depend on, as one text."""

    def __post_init__(self) -> None:
        template = load_template(self.settings.prompt)
        parts = [template.digest, self.settings.bound, self.settings.shuffle_options]
        object.__setattr__(self, "template", template)
        object.__setattr__(self, "key", json.dumps(parts, sort_keys=True, default=str))

    def stopping(self, stop: Stop) -> Arm:
        """Return the arm with a rule, cap and bound of its own."""
        settings = self.settings.replaced(rule=stop.rule, max_samples=stop.cap, max_tokens=stop.max_tokens)
        return Arm(self.name, settings)


def prompt_arms(base: SamplingSettings, names: Sequence[str], questions: Sequence[Question]) -> tuple[Arm, ...]:
    """Return one arm a prompt, the base's own first; prompts that say the same to these questions are one.

    Args:
        names: built-in prompts and files; none takes the built-in ones of the questions' language.
    """
    sample = questions[0]
    is_chinese = load_template(DEFAULT_PROMPT).in_language_of(sample).language == "zh"
    found: dict[tuple[str, str | None], Arm] = {}
    for name in (base.prompt, *(names or _of_language(is_chinese=is_chinese))):
        template = load_template(name).in_language_of(sample)
        found.setdefault((template.text, base.system or template.system), Arm(name, base.replaced(prompt=name)))
    return tuple(found.values())


def sampling_arms(best: Arm, *, systems: Sequence[str] = (), thinks: bool = False) -> tuple[Arm, ...]:
    """Return the best arm so far, itself first, in the other ways to sample.

    Args:
        systems: system messages to try with it.
        thinks: whether the model's template can turn thinking on and off.
    """
    own = best.settings
    unset: Mapping[str, object] = {"top_k": None, "min_p": None}
    variants: list[Mapping[str, object]] = [{**unset, **one} for one in SAMPLINGS]
    variants += [{"system": system} for system in systems]
    variants += [{"thinking": state} for state in ("on", "off")] if thinks else []
    return _different([best, *(Arm("", own.replaced(**one)) for one in variants)], own)


def _different(arms: Iterable[Arm], base: SamplingSettings) -> tuple[Arm, ...]:
    """Name arms by what differs, and leave out those that ask as an earlier one does."""
    found: dict[str, Arm] = {}
    for arm in arms:
        label = arm.name or _label(arm.settings, base)
        taken = {one.name for one in found.values()}
        name = next(one for one in chain([label], (f"{label} ({n})" for n in count(2))) if one not in taken)
        found.setdefault(arm.key, Arm(name, arm.settings))
    return tuple(found.values())


def _of_language(*, is_chinese: bool) -> Sequence[str]:
    """Return the built-in prompts for a language; reasoning in English is tried over Chinese problems, too."""
    wanted = [one.name for one in prompts() if is_chinese == (one.language == "zh") or one.english is not None]
    return [*wanted, "reason-en"]


def _label(settings: SamplingSettings, base: SamplingSettings) -> str:
    """Name an arm by its prompt, and by what of its sampling is not the base's."""
    parts = [settings.prompt]
    if settings.bound != base.bound:
        shown = [(name, getattr(settings, name)) for name in _SHOWN]
        parts += [f"{_SHOWN[name]} {value:g}" for name, value in shown if value is not None]
    if settings.system is not None and settings.system != base.system:
        parts.append(f"system {settings.system.split(chr(10))[0][:20]!r}")
    if settings.thinking != base.thinking:
        parts.append(f"thinking {settings.thinking}")
    return ", ".join(parts)
