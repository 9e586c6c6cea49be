"""The terminal's files: opening one, saving answers, completing a path."""

from __future__ import annotations

import os
from pathlib import Path

from solver.base.display.figures import counted
from solver.base.errors import SolverError, advice_on
from solver.base.files import json_lines
from solver.base.outputs import holds_rows
from solver.problems.load import read_problems
from solver.scheduling.outcome_json import answer_json
from solver.scheduling.wording import plain
from solver.terminal.state import Stage, State

_ROWS = (".jsonl", ".json")
"""Endings of files that get JSON lines; others get text."""
_HEAD_BYTES = 64 * 1024


def open_file(state: State, name: str, mapping: str | None = None) -> None:
    """Show the questions of a file, whose fields are found or as ``--map`` says."""
    try:
        problems = read_problems(str(Path(name).expanduser()), mapping=mapping, say=state.say)
    except SolverError as error:
        state.say(str(error).split("\n")[0], is_bad=True)
        return
    state.browse(problems, Path(name).name)


def save(state: State, name: str) -> None:
    """Add the question in view, or in the browser every answered one, to the end of a file of saved answers."""
    wanted = state.watches.values() if state.stage is Stage.BROWSE else [state.watch]
    found = [watch.outcome for watch in wanted if watch is not None and watch.outcome is not None]
    if not found:
        state.say("nothing is answered yet, so there is nothing to save", is_bad=True)
        return
    if name.endswith(_ROWS):
        text = json_lines(answer_json(one, has_chains=True) for one in found)
    else:
        text = "".join(f"{plain(one)}\n\n" for one in found)
    path = Path(name).expanduser()
    try:
        if not _takes(path):
            state.say(f"{name}: is there already and holds no saved answers; name another file", is_bad=True)
            return
        with path.open("a", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except OSError as error:
        state.say(f"{name}: cannot be written: {advice_on(error)}", is_bad=True)
        return
    state.say(f"{counted(len(found), 'answered question')} added to {name}")


def _takes(path: Path) -> bool:
    """Tell whether answers may be added to a file: it is new, or empty, or holds what was saved before."""
    if not path.is_file():
        return True
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES).decode("utf-8", "replace")
    if path.name.endswith(_ROWS):
        return not head.strip() or holds_rows("question_id", "answer_letter", "vote_share")(head)
    return not head.strip() or "\nvotes in order: " in head


def complete(state: State) -> None:
    """Complete the path in the line of input, as far as it is certain."""
    prompt = state.prompt
    if prompt is None:
        return
    head, _, tail = prompt.editor.text.rpartition("/")
    folder = Path(f"{head}/" if head or prompt.editor.text.startswith("/") else ".").expanduser()
    try:
        names = sorted(one.name + ("/" if one.is_dir() else "") for one in folder.iterdir())
    except OSError:
        names = []
    fitting = [name for name in names if name.startswith(tail) and (tail or not name.startswith("."))]
    if not fitting:
        prompt.hint = "nothing there begins like this"
        return
    # By characters, not by components: that is what completing is.
    known = os.path.commonprefix(fitting)  # noqa: RUF071
    prompt.editor.replace(prompt.editor.text[: len(prompt.editor.text) - len(tail)] + known)
    prompt.hint = "" if len(fitting) == 1 else "  ".join(fitting)
