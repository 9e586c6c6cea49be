"""What the user is looking at; keys change it (``solver.terminal.pressing``), the screen draws it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from solver.problems.question import Problem, Question
from solver.scheduling.outcome import CANCELLED
from solver.scheduling.settings import SamplingSettings
from solver.terminal.editor import Editor
from solver.terminal.watch import Watch


class Stage(StrEnum):
    """Which screen is shown."""

    WRITE = "write"
    BROWSE = "browse"
    SOLVE = "solve"
    READ = "read"


class Todo(StrEnum):
    """What ``press`` asks for."""

    ASK = "ask"
    """Solve the state's question; ``Action.value`` samples more, or 0 to go by the rule."""
    CANCEL = "cancel"
    OPEN = "open"
    SAVE = "save"
    COMPLETE = "complete"
    """Complete the path in the prompt."""
    LEAVE = "leave"
    REPAINT = "repaint"
    STOP = "stop"
    """Give the terminal to the shell until ``fg``."""


class Action(NamedTuple):
    """Something to be done outside of the state."""

    todo: Todo
    value: str = ""


class Field(StrEnum):
    """What a line of input at the foot of the screen is for."""

    OPEN = "open a file"
    SAVE = "save to"
    RULE = "rule"
    MORE = "how many more samples"
    MODEL = "model"
    FIND = "find"


@dataclass(slots=True)
class Prompt:
    """A line of input at the foot of the screen."""

    field: Field
    editor: Editor
    hint: str = ""


@dataclass(slots=True)
class State:
    """All of it; the session keeps one."""

    settings: SamplingSettings
    stage: Stage = Stage.WRITE
    editor: Editor = field(default_factory=Editor)
    """The problem, or the further question, being written."""
    base: Problem | None = None
    """The problem to which a further question is being written; None for a new problem."""
    problems: tuple[Problem, ...] = ()
    """The opened file's."""
    file: str = ""
    rows: tuple[tuple[int, int], ...] = ()
    """Problem and question of every row of the browser."""
    row: int = 0
    problem: Problem | None = None
    position: int = 0
    """Which question of the problem."""
    is_from_file: bool = False
    watches: dict[Question, Watch] = field(default_factory=dict)
    """By question, not by its id: two files may use the same ids."""
    prompt: Prompt | None = None
    scroll: int = 0
    page: int = 10
    """Rows that the last screen could scroll by."""
    message: str = ""
    is_bad: bool = False
    """True where the message is about something that went wrong."""
    models: tuple[str, ...] = ()
    """What the backend serves; empty until it is ready."""
    backend: str = ""
    """What the backend is doing until it is ready, or why it cannot."""
    is_helping: bool = False
    interrupted_at: float = float("-inf")
    source: str = ""
    """The text of the problem in view, where it was typed."""
    typed: int = 0
    """Problems typed so far, for their ids."""
    last_path: str = ""

    @property
    def question(self) -> Question | None:
        """The question in view."""
        return None if self.problem is None else self.problem.questions[self.position]

    @property
    def watch(self) -> Watch | None:
        """What is known of the question in view."""
        return None if self.question is None else self.watches.get(self.question)

    @property
    def is_busy(self) -> bool:
        """True while a question is being solved."""
        return self.watch is not None and self.watch.is_open

    @property
    def is_answered(self) -> bool:
        """True where the question in view was solved to the end, neither cancelled nor failed."""
        outcome = self.watch.outcome if self.watch is not None else None
        return outcome is not None and outcome.stop_reason not in (CANCELLED, "failed")

    def say(self, text: str, *, is_bad: bool = False) -> None:
        """Show a message until the next key."""
        self.message, self.is_bad = text, is_bad

    def browse(self, problems: tuple[Problem, ...], file: str) -> None:
        """Show the questions of a file."""
        self.problems, self.file, self.row, self.stage = problems, file, 0, Stage.BROWSE
        self.rows = tuple(
            (place, number) for place, problem in enumerate(problems) for number in range(len(problem.questions))
        )
