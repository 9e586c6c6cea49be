"""What a key does to what the user is looking at. Pure: ``press`` changes the state and returns what is to be done
outside of it (ask the model, read a file, leave), if anything.
"""

from __future__ import annotations

from solver.base.errors import InputError, SolverError
from solver.problems.free_text import follow_up, problems_of
from solver.problems.question import Problem
from solver.terminal.editor import Editor
from solver.terminal.keys import Key
from solver.terminal.state import Action, Field, Prompt, Stage, State, Todo
from solver.voting.rules import rule_examples

LEAVE_WITHIN_S = 2.0
"""Two Ctrl-C within this time leave."""
MORE = 4
"""Samples that are offered when more are wanted."""


def press(state: State, key: Key, now: float) -> Action | None:
    """Obey a key.

    Args:
        now: on a steady clock, seconds.
    """
    if key.name == "ctrl-c":
        return _interrupt(state, now)
    state.message, state.is_bad = "", False
    if key.name == "ctrl-l":
        return Action(Todo.REPAINT)
    if key.name == "ctrl-z":
        return Action(Todo.STOP)
    if state.is_helping:
        state.is_helping = False
        return None
    if state.prompt is not None:
        return _press_prompt(state, state.prompt, key)
    return _PRESS[state.stage](state, key)


def _interrupt(state: State, now: float) -> Action | None:
    """Ctrl-C cancels what is going on; twice leaves."""
    is_second = now - state.interrupted_at <= LEAVE_WITHIN_S
    state.interrupted_at = now
    if is_second:
        return Action(Todo.LEAVE)
    state.prompt, state.is_helping = None, False
    if state.is_busy:
        state.say("cancelled; Ctrl-C again leaves")
        return Action(Todo.CANCEL)
    state.say("Ctrl-C again leaves")
    return None


def _press_write(state: State, key: Key) -> Action | None:
    match key.name:
        case "ctrl-d" | "alt-enter":
            return _submit(state)
        case "ctrl-o":
            _open(state)
        case "ctrl-k":
            state.editor.replace("")
        case "ctrl-g":
            state.is_helping = True
        case "escape" if state.base is not None:
            state.base, state.stage = None, Stage.SOLVE
        case "escape" if state.problems:
            state.stage = Stage.BROWSE
        case "pageup" | "pagedown":
            for _ in range(state.page):
                state.editor.press(Key("up" if key.name == "pageup" else "down"))
        case _:
            state.editor.press(key)
    return None


def _submit(state: State) -> Action | None:
    """Take what was written: a problem, a further question, or JSON lines."""
    text = state.editor.text
    try:
        if state.base is not None:
            problem = follow_up(state.base, text, len(state.base.questions))
            _replace_problem(state, problem)
            state.base = None
            state.problem, state.position = problem, len(problem.questions) - 1
        else:
            problems = problems_of(text, f"typed-{state.typed + 1}")
            state.typed += 1
            state.source = text
            if len(problems) > 1:
                state.browse(problems, "pasted")
                return None
            state.problem, state.position, state.is_from_file = problems[0], 0, False
    except InputError as error:
        state.say(str(error).split("\n")[0], is_bad=True)
        return None
    state.stage = Stage.SOLVE
    return Action(Todo.ASK)


def _replace_problem(state: State, problem: Problem) -> None:
    """Put the problem with its further question into the opened file's place."""
    if state.is_from_file:
        row = state.row
        state.browse(tuple(problem if one.id == problem.id else one for one in state.problems), state.file)
        state.row = row


def _press_browse(state: State, key: Key) -> Action | None:
    last = len(state.rows) - 1
    steps = {"up": -1, "down": 1, "pageup": -state.page, "pagedown": state.page, "home": -last, "end": last}
    if key.name in steps:
        state.row = min(max(state.row + steps[key.name], 0), last)
        return None
    match key.name, key.text:
        case "enter", _:
            place, state.position = state.rows[state.row]
            state.problem, state.is_from_file, state.stage = state.problems[place], True, Stage.SOLVE
            return None if state.watch is not None else Action(Todo.ASK)
        case "escape", _:
            state.stage = Stage.WRITE
        case "text", "/":
            state.prompt = Prompt(Field.FIND, Editor(is_single=True), "words of a problem or question")
        case ("text", "o") | ("ctrl-o", _):
            _open(state)
        case "text", "s":
            _save(state)
        case ("text", "?") | ("ctrl-g", _):
            state.is_helping = True
        case "text", "q":
            return Action(Todo.LEAVE)
    return None


def _find(state: State, words: str) -> None:
    """Go to the next row that holds the words."""
    wanted = words.strip().lower()
    for step in range(1, len(state.rows) + 1):
        row = (state.row + step) % len(state.rows)
        place, number = state.rows[row]
        problem = state.problems[place]
        question = problem.questions[number]
        if wanted in f"{problem.id}\n{problem.text}\n{question.text}\n{' '.join(question.options)}".lower():
            state.row = row
            return
    state.say(f"nothing holds {words!r}", is_bad=True)


def _press_solve(state: State, key: Key) -> Action | None:
    problem = state.problem
    assert problem is not None
    is_asking = key.name == "enter" and not state.is_busy and not state.is_answered
    if (key.name, key.text) in (("text", "c"), ("enter", "")) and state.watch is not None and not is_asking:
        state.stage, state.scroll = Stage.READ, 0
        return None
    if (key.name, key.text) in (("text", "?"), ("ctrl-g", "")):
        state.is_helping = True
        return None
    if state.is_busy:
        return None
    match key.name, key.text:
        case "enter", _:
            return Action(Todo.ASK)
        case (("left" | "right"), _):
            step = -1 if key.name == "left" else 1
            state.position = (state.position + step) % len(problem.questions)
        case "text", "n":
            if len(problem.questions) == 1:
                state.say("the problem has one question; a asks another one")
                return None
            state.position = (state.position + 1) % len(problem.questions)
            return None if state.watch is not None else Action(Todo.ASK)
        case "text", "a":
            state.base, state.stage = problem, Stage.WRITE
            state.editor.replace("")
        case "text", "m":
            state.prompt = Prompt(Field.MORE, _line(str(MORE)), "drawn whatever the rule says")
        case "text", "r":
            state.prompt = Prompt(Field.RULE, _line(state.settings.rule), rule_examples())
        case "text", "o":
            state.prompt = Prompt(Field.MODEL, _line(",".join(state.settings.models)), ", ".join(state.models))
        case "text", "s":
            _save(state)
        case "text", "q":
            return Action(Todo.LEAVE)
        case "escape", _:
            state.stage = Stage.BROWSE if state.is_from_file else Stage.WRITE
            state.editor.replace(state.source)
    return None


def _press_read(state: State, key: Key) -> Action | None:
    steps = {"up": -1, "down": 1, "pageup": -state.page, "pagedown": state.page, "home": -(10**9), "end": 10**9}
    steps |= {" ": state.page, "k": -1, "j": 1}
    if (name := key.text if key.name == "text" else key.name) in steps:
        # The screen knows how far there is to scroll, and corrects this.
        state.scroll = max(0, state.scroll + steps[name])
    elif key.name in ("escape", "enter", "left") or key.text in ("c", "q"):
        state.stage = Stage.SOLVE
    return None


def _line(text: str) -> Editor:
    return Editor(text=text, cursor=len(text), is_single=True)


def _open(state: State) -> None:
    state.prompt = Prompt(Field.OPEN, _line(""), "JSON lines (.jsonl, .gz) or one problem as text; Tab completes")


def _save(state: State) -> None:
    hint = ".jsonl: JSON with all chains; any other: text. Added at the end of the file"
    state.prompt = Prompt(Field.SAVE, _line(state.last_path or "answers.jsonl"), hint)


def _press_prompt(state: State, prompt: Prompt, key: Key) -> Action | None:
    if key.name == "escape":
        state.prompt = None
        return None
    if key.name == "tab" and prompt.field in (Field.OPEN, Field.SAVE):
        return Action(Todo.COMPLETE)
    if key.name == "tab" and prompt.field is Field.MODEL and state.models:
        here = prompt.editor.text
        place = state.models.index(here) + 1 if here in state.models else 0
        prompt.editor.replace(state.models[place % len(state.models)])
        return None
    if key.name != "enter":
        prompt.editor.press(key)
        return None
    text = prompt.editor.text.strip()
    state.prompt = None
    if not text:
        return None
    try:
        return _answer_prompt(state, prompt.field, text)
    except SolverError as error:
        state.prompt = prompt
        state.say(str(error), is_bad=True)
        return None


def _answer_prompt(state: State, wanted: Field, text: str) -> Action | None:
    match wanted:
        case Field.OPEN:
            return Action(Todo.OPEN, text)
        case Field.SAVE:
            state.last_path = text
            return Action(Todo.SAVE, text)
        case Field.FIND:
            _find(state, text)
            return None
        case Field.MORE:
            if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 999:
                raise InputError(f"{text!r}: how many? a number from 1 to 999")
            return Action(Todo.ASK, text)
        case Field.RULE:
            state.settings = state.settings.replaced(rule=text)
            return Action(Todo.ASK)
        case Field.MODEL:
            names = tuple(name.strip() for name in text.split(",") if name.strip())
            strangers = [name for name in names if state.models and name not in state.models]
            if strangers:
                raise InputError(f"{strangers[0]!r} is not served; served: {', '.join(state.models)}")
            state.settings = state.settings.replaced(models=names)
            return Action(Todo.ASK)


_PRESS = {
    Stage.WRITE: _press_write,
    Stage.BROWSE: _press_browse,
    Stage.SOLVE: _press_solve,
    Stage.READ: _press_read,
}
