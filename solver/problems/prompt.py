"""Rendering a question, under a permutation of its options, into chat messages.

A template is a text file with the fields ``{problem}``, ``{question}``, ``{options}`` and, if wanted, ``{letters}``.
The problem comes before the question, so that all questions of a problem share a prefix and hit the engine's prefix
cache. Built-in templates are the files in ``solver/problems/prompts``: a new one is one file. ``--prompt`` takes a
built-in's name or the path of a file. A file may begin with a header, which is no part of the template::

    ---
    help: step by step, in English
    language: en
    reasons: yes
    ---

``expects: N`` says how many tokens half of the replies have at least where a model reasons as it is asked to,
``system: TEXT`` adds a system message, and ``english: NAME`` names the built-in that problems without Chinese get.

>>> from solver.problems.question import question_of
>>> q = question_of("p#0", problem="P", text="Q?", options=("x", "y"))
>>> render(Template(name="t", text="{problem}/{question}/{options}"), q, (1, 0))
'P/Q?/A. y\\nB. x'
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from solver.base.errors import PromptError
from solver.base.inputs import reason_of
from solver.base.places import SOLVER_PROMPTS
from solver.base.registry import Registry
from solver.problems.letters import letter_of
from solver.problems.question import Question

_FIELD = re.compile(r"\{(problem|question|options|letters)\}")
_NEEDED = ("problem", "question", "options")
_HEADER = re.compile(r"---\n((?:(?:help|language|reasons|expects|system|english): [^\n]*\n)+)---\n")
_CHINESE = re.compile("[\u4e00-\u9fff]")
DEFAULT_PROMPT = "reason"
LEAST_REASONING = 20
"""Tokens that half of the replies to a prompt that asks for reasoning have at least, where it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A prompt template."""

    name: str
    """A built-in's name or a path."""
    text: str
    help: str = ""
    """What it asks for, in a few words."""
    language: str | None = None
    """``zh`` or ``en``; None where its file does not say."""
    reasons: bool | None = None
    """Whether it asks for reasoning before the answer; None where its file does not say."""
    expects: int | None = None
    """Tokens that half of the replies have at least where the model reasons; None where the prompt asks for none."""
    system: str | None = None
    """The system message that goes with it."""
    english: Template | None = None
    """What problems without Chinese get in its place."""

    @property
    def digest(self) -> str:
        """First 16 hex digits of the SHA-256 of everything that is said."""
        parts = [self.text]
        parts += [self.system] if self.system else []
        parts += [self.english.digest] if self.english else []
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def in_language_of(self, question: Question) -> Template:
        """Return the wording for a question: the English one, if there is one, where it has no Chinese."""
        return self if self.english is None or is_chinese(question) else self.english


def has_chinese(text: str) -> bool:
    """Tell whether a text has Chinese in it."""
    return _CHINESE.search(text) is not None


def is_chinese(question: Question) -> bool:
    """Tell whether a question has Chinese in it."""
    return any(map(has_chinese, (question.problem, question.text, *question.options)))


def built_in_names() -> tuple[str, ...]:
    """Return the names of the built-in templates, sorted."""
    return tuple(sorted(path.stem for path in SOLVER_PROMPTS.glob("*.txt")))


def prompts() -> Registry[Template]:
    """Return the built-in templates, the default first."""
    names = dict.fromkeys((DEFAULT_PROMPT, *built_in_names()))
    return Registry("prompt", (load_template(name) for name in names))


def load_template(name: str) -> Template:
    """Read a template by built-in name or by path.

    Raises:
        PromptError: there is no such template, or a field is missing from it.
    """
    path = SOLVER_PROMPTS / f"{name}.txt" if name in built_in_names() else Path(name)
    try:
        whole = path.read_text(encoding="utf-8-sig").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = reason_of(error, path)
        known = ", ".join(built_in_names())
        raise PromptError(f"prompt {name!r} cannot be read ({why}); use one of {known}, or a UTF-8 file") from error
    header = _HEADER.match(whole)
    told = dict(line.split(": ", 1) for line in header[1].splitlines()) if header else {}
    text = whole[header.end() :] if header else whole
    missing = [field for field in _NEEDED if "{" + field + "}" not in text]
    if missing:
        raise PromptError(f"prompt {name!r} lacks {', '.join('{' + field + '}' for field in missing)}")
    if text.index("{problem}") > text.index("{question}"):
        raise PromptError(f"prompt {name!r} puts the question before the problem, which defeats prefix caching")
    return Template(
        name=name,
        text=text,
        help=told.get("help", ""),
        language=told.get("language"),
        reasons={"yes": True, "no": False}.get(told.get("reasons", "")),
        expects=_expected(told, name),
        system=told.get("system"),
        english=load_template(told["english"]) if "english" in told else None,
    )


def _expected(told: Mapping[str, str], name: str) -> int | None:
    """Return how long replies should be, from a header.

    Raises:
        PromptError: the header says something else than a number there.
    """
    given = told.get("expects")
    if given is None:
        return LEAST_REASONING if told.get("reasons") == "yes" else None
    if not given.strip().isdecimal():
        raise PromptError(f"prompt {name!r}: expects is {given!r}; a number of tokens is wanted")
    return int(given)


def lettered(options: Sequence[str]) -> str:
    """Return the options one a line, each with its letter: ``A. text``."""
    return "\n".join(f"{letter_of(index)}. {option}" for index, option in enumerate(options))


def render(template: Template, question: Question, permutation: Sequence[int] | None = None) -> str:
    """Fill a template.

    Args:
        permutation: shown position -> original option index; None keeps the file's order.

    Returns:
        The text of the one user message.
    """
    order = range(len(question.options)) if permutation is None else permutation
    shown = [question.options[index].strip() for index in order]
    values = {
        "problem": question.problem.strip(),
        "question": question.text.strip(),
        "options": lettered(shown),
        "letters": "、".join(letter_of(index) for index in range(len(shown))),
    }
    # One pass, so that braces inside the data are never taken for fields.
    return _FIELD.sub(lambda match: values[match.group(1)], template.in_language_of(question).text)
