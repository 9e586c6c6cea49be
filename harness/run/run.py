"""One evaluation, as all its parts know it: what was asked for, the data it is about, where it is kept and shown.

It is made once, before anything is written, and passed on whole.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from harness.run.attempt_log import read_with, versions_told
from harness.run.config import EvalConfig, asked_models, check_folder
from harness.run.data import load_data
from harness.run.folder import RunFolder
from harness.run.pilot import LEAST_QUESTIONS, pilot_of
from harness.track.registry import TRACKERS
from solver.backends.backend import OpenBackend
from solver.base.display.figures import counted
from solver.base.display.live import Screen
from solver.base.display.printing import command_line
from solver.base.display.theme import clock
from solver.base.errors import UsageError
from solver.base.extras import require
from solver.base.files import write_json, write_json_lines
from solver.extraction.version import RULES_VERSION
from solver.problems.jsonl import Loaded, digest_of, questions_of, require_good
from solver.problems.prompt import Template, load_template
from solver.problems.question import Question
from solver.scheduling.settings import SamplingSettings

RESERVE_S = 5.0
"""Seconds kept back from a deadline for deciding and writing."""
RESERVE_PER_QUESTION_S = 0.002
"""As above; scoring and writing took 0.4 ms a question with three samples on a loaded core (5,000 questions)."""
RESERVE_ENGINE_S = 6.0
"""As above, for stopping an engine of our own: the process is over by then, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """An evaluation."""

    config: EvalConfig
    loaded: Loaded
    """All that was read."""
    questions: tuple[Question, ...]
    """Those of it that are asked."""
    data_sha256: str
    """Of these."""
    template: Template
    """Of the prompt."""
    screen: Screen
    process_started: float
    """``time.monotonic()`` at the start of the process; a deadline counts from there."""

    @property
    def folder(self) -> RunFolder:
        """Where it is kept."""
        return RunFolder(self.config.folder)

    @property
    def deadline(self) -> float | None:
        """When nothing more may be drawn, on the clock of ``time.monotonic()``."""
        deadline_s = self.config.deadline_s
        if deadline_s is None:
            return None
        # The event loop's clock is time.monotonic() on every platform that vLLM runs on.
        return self.process_started + deadline_s - self._reserve_s(deadline_s)

    @property
    def limits(self) -> str:
        """A line on the deadline, empty without one: what was typed may mean other units than its writer thought."""
        deadline_s = self.config.deadline_s
        if deadline_s is None:
            return ""
        kept = clock(self._reserve_s(deadline_s))
        return (
            f"deadline {clock(deadline_s)} from the start of the process; the last {kept} are for deciding and writing"
        )

    @property
    def other_rules(self) -> str:
        """A line where other extraction rules than the present ones read what the folder holds, empty elsewhere."""
        versions = read_with(self.folder)
        if set(versions) <= {RULES_VERSION}:
            return ""
        return (
            f"note: its samples were read with extraction rules {versions_told(versions)}, new ones are with "
            f"{RULES_VERSION}; all anew: {command_line('harness', 'reread', self.folder.path)}"
        )

    def _reserve_s(self, deadline_s: float) -> float:
        reserve_s = RESERVE_S + RESERVE_PER_QUESTION_S * len(self.questions)
        reserve_s += 0 if self.config.backend.endpoints else RESERVE_ENGINE_S
        return min(reserve_s, deadline_s / 2)

    def claim(self, *, has_samples: bool) -> None:
        """Make the folder this run's, and keep there what of the data could not be used.

        Args:
            has_samples: its store holds some. A folder without samples and submission is left of a start that
                failed, for a mistyped model perhaps, and binds nobody.

        Raises:
            ConfigMismatch: it is another's.
        """
        if replaced := self._settle(has_begun=has_samples or self.folder.submission.exists()):
            text = "\n".join(replaced)
            self.screen.say(
                f"note: nothing was sampled in {self.folder.path} so far; its settings are replaced:\n{text}"
            )
        for fault in self.loaded.odd:
            self.screen.say(f"note: {fault}")
        if self.loaded.bad:
            write_json_lines(self.folder.rejects, map(dataclasses.asdict, self.loaded.bad), follows=False)
            told = f"{len(self.loaded.bad)} of {counted(self.loaded.lines, 'line')} rejected, see {self.folder.rejects}"
            self.screen.say(told)
        if any(row.form.name != "contest" for row in self.loaded.rows):
            write_json(self.folder.submission_ids, [row.question_ids for row in self.loaded.rows], follows=False)

    async def settings_for(self, backend: OpenBackend) -> SamplingSettings:
        """Return how questions are sampled, with the models that are asked, and settle these.

        Raises:
            ConfigMismatch: the folder belongs to other models.
            EndpointError, UsageError: nothing tells which model to ask.
        """
        # A run that asks for what the endpoint serves stays with what that was at its beginning.
        named = asked_models(self.folder.path) or self.config.sampling.models
        models = named or await backend.default_models()
        self._settle(asked_models=models)
        backend.expected = models
        return self.config.sampling.replaced(models=models, over_launch=self.config.ahead)

    def _settle(self, *, has_begun: bool = True, **facts: object) -> Sequence[str]:
        told = {"data_sha256": self.data_sha256, "prompt_sha256": self.template.digest, **facts}
        return check_folder(self.folder.path, self.config, told, has_begun=has_begun)


def run_of(config: EvalConfig, screen: Screen, *, process_started: float) -> Run:
    """Read what an evaluation is about; writes nothing.

    Raises:
        SolverError: the input cannot be used.
    """
    # Before anything is paid for: at the end it would be too late to install one.
    require(*(TRACKERS[name].module for name in config.track))
    loaded = load_data(config.inputs, mapping=config.map, tell=screen.say)
    if not config.skip_bad:
        require_good(loaded, is_skipping=True)
    questions = questions_of(loaded.problems)[: config.limit]
    if config.pilot is not None:
        questions = pilot_of(questions, config.pilot, config.sampling.seed)
        if len(questions) < LEAST_QUESTIONS:
            told = counted(len(questions), "question")
            raise UsageError(f"{', '.join(config.inputs)}: {told}, where a forecast needs {LEAST_QUESTIONS} at least")
    if not questions:
        raise UsageError("no usable question is left; fix the lines that cannot be used")
    return Run(
        config=config,
        loaded=loaded,
        questions=questions,
        data_sha256=digest_of(questions),
        template=load_template(config.sampling.prompt),
        screen=screen,
        process_started=process_started,
    )
