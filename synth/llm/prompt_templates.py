"""Prompts of the ladder: which template a question gets, and the wall that keeps the answer out of it.

``Prompts`` renders *blind* questions only: ones without gold, made by ``blind``. The one place where an answer may
enter a prompt is ``render_explain``, for the "explain the given answer" rung, whose texts never become training rows.

>>> from solver.problems.question import question_of
>>> question = question_of("p#0", problem="甲在乙前。", text="谁在前？", options=("甲", "乙"), gold_letter="A")
>>> load_prompts("cot").render(question, (0, 1))
Traceback (most recent call last):
ValueError: question 'p#0' still has its answer; prompts of the ladder are rendered from blind questions only
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solver.base.errors import PromptError, UsageError
from solver.base.places import SYNTH_PROMPTS
from solver.problems.letters import letter_of
from solver.problems.prompt import Template, built_in_names, has_chinese, load_template, render
from solver.problems.question import Question

ANSWER = "{answer}"
"""The field of an explaining template where the right letter goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """The templates of a rung, by the language of the problem."""

    zh: Template
    en: Template

    @property
    def digests(self) -> dict[str, str]:
        """Template name -> first 16 hex digits of its SHA-256."""
        return {template.name: template.digest for template in (self.zh, self.en)}

    def of(self, question: Question) -> Template:
        """Return the template for a question's language."""
        return self.zh if has_chinese(question.problem + question.text) else self.en

    def render(self, question: Question, permutation: Sequence[int]) -> str:
        """Return the user message for a blind question.

        Raises:
            ValueError: the question is not blind.
        """
        if question.gold is not None:
            raise ValueError(
                f"question {question.id!r} still has its answer; prompts of the ladder are rendered from blind "
                "questions only"
            )
        return render(self.of(question), question, permutation)


def blind(question: Question) -> Question:
    """Return the question without its answer."""
    return dataclasses.replace(question, gold=None)


def render_explain(prompts: Prompts, question: Question, permutation: Sequence[int], gold: int) -> str:
    """Return the user message of the explaining rung; it holds the answer.

    Args:
        gold: the answer's class.
    """
    order = tuple(permutation)
    letter = letter_of(next(shown for shown, index in enumerate(order) if question.classes[index] == gold))
    # Filled into the template, before the question's own text comes in, so that "{answer}" in data stays as it is.
    template = prompts.of(question)
    told = Template(name=template.name, text=template.text.replace(ANSWER, letter))
    return render(told, question, order)


def load_prompts(name: str | Mapping[str, str], *, explains: bool = False) -> Prompts:
    """Read the templates of a rung: a name for both languages, or one for each (``{zh: cot, en: english}``).

    A name is a template of this package, one of the solver's, or a file.

    Args:
        explains: True where the template is to tell the answer.

    Raises:
        UsageError: a template is missing, tells the answer where it must not, or does not where it must.
    """
    names = {"zh": name, "en": name} if isinstance(name, str) else dict(name)
    if set(names) != {"zh", "en"}:
        raise UsageError(f"prompt {name!r}: give one name, or one each for zh and en")
    return Prompts(zh=_load(names["zh"], explains), en=_load(names["en"], explains))


def _load(name: str, explains: bool) -> Template:
    own = sorted(path.stem for path in SYNTH_PROMPTS.glob("*.txt"))
    try:
        template = load_template(str(SYNTH_PROMPTS / f"{name}.txt") if name in own else name)
    except PromptError as error:
        raise UsageError(f"{error}; synth has {', '.join(own)}, the solver {', '.join(built_in_names())}") from None
    tells = ANSWER in template.text
    if tells and not explains:
        raise UsageError(
            f"prompt {name!r} tells the answer ({ANSWER}); that is for rungs of kind: explain, whose texts are kept "
            "apart from the training rows"
        )
    if explains and not tells:
        raise UsageError(f"prompt {name!r} has no {ANSWER}; a rung of kind: explain needs one")
    return dataclasses.replace(template, name=name)


def digest_of(prompt: str) -> str:
    """Return the first 16 hex digits of a rendered prompt's SHA-256."""
    return hashlib.sha256(prompt.encode()).hexdigest()[:16]
