"""What was asked: every question of a run with its prompt, its options as shown, and its key, for export."""

from __future__ import annotations

from dataclasses import dataclass

from harness.analysis.run_data import RunData
from harness.errors import ExportError
from solver.base.errors import PromptError
from solver.problems.letters import letter_of
from solver.problems.option_order import permutation
from solver.problems.prompt import Template, load_template, render
from solver.problems.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A question as one sample showed it."""

    prompt: str
    """The user message."""
    options: tuple[str, ...]
    """In the order shown."""
    targets: tuple[str, ...]
    """Letters, as shown, of the options with the right text; empty without a key."""


class Asker:
    """Makes again what a run asked, sample by sample."""

    def __init__(self, run: RunData) -> None:
        """Read the prompt that the run used.

        Raises:
            ExportError: the questions' texts or the prompt are gone or have changed since.
        """
        if run.texts_missing:
            raise ExportError(
                f"{run.name}: the file of problems is gone or has changed since the run ({run.texts_missing}); "
                "name it with --data FILE"
            )
        self._run = run
        self._template = self._load()
        seed = run.settings.get("seed")
        self._seed = seed if isinstance(seed, int) else 0
        self._is_shuffled = run.settings.get("shuffle_options") is True

    def question(self, question_id: str) -> Question:
        """Return a question of the run."""
        return self._run.questions[question_id]

    def shown(self, question_id: str, index: int) -> Shown:
        """Return a question as the sample with that index showed it."""
        question = self.question(question_id)
        order = permutation(question, run_seed=self._seed, index=index, is_on=self._is_shuffled)
        classes = [question.classes[place] for place in order]
        return Shown(
            prompt=render(self._template, question, order),
            options=tuple(question.options[place] for place in order),
            targets=tuple(letter_of(at) for at, found in enumerate(classes) if found == question.gold),
        )

    def _load(self) -> Template:
        if (tool := self._run.settings.get("imported_from")) is not None:
            raise ExportError(
                f"{self._run.name}: was imported from {tool}, which does not tell the whole prompt; see its log"
            )
        name = str(self._run.settings.get("prompt"))
        try:
            template = load_template(name)
        except PromptError as error:
            raise ExportError(f"{self._run.name}: {error}") from error
        then = self._run.settings.get("prompt_sha256")
        if then is not None and then != template.digest:
            raise ExportError(
                f"{self._run.name}: the prompt {name!r} has changed since the run, so what was asked cannot be "
                "written; put the old text back, or run again"
            )
        return template
