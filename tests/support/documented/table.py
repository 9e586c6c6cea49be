"""The page of documented commands: what each does now, and did before, in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.support.documented.pieces import Piece
from tests.support.documented.trial import Trial

HEAD = """# Every documented command

Made by `python -m tests.support.documented` on {day}, on two busy cores;
`tests/integration/test_documented_commands.py` tries the same at every run of the tests.
Each block runs in a folder of its own with small inputs, without the start of a process (some 0.3 s on a quiet core);
*run as* stands where sizes or addresses were changed. Where a model would be served here, a scripted server stands in
for the engine. What is shown in several places is tried once. {run} commands ran, {failed} of them failed; of {read}
only the words were read, and {left} were not run.

*Before* is what the same words did in the version of {before_day} (`{version}`), in a folder that this version had made
(`bench/results/documented/commands-before.json`, by `python -m tests.support.documented --before {version}`): its exit
code, seconds (a process of its own, its start included, on a machine with twenty others: the two columns of seconds do
not compare), what it wrote, and, where it failed, its last words. Of the {run} commands that run now {good} ended well
before, {missing} were no commands then, {bad} failed, and {untried} were not tried, as no page showed them yet.

| shown in | command | how | exit code | seconds | wrote | before |
|---|---|---|---:|---:|---|---|
"""
OWN = """
## What the version before showed

Commands of its pages, help texts and plans that no page shows today, run by both.

| shown in | command | before | now |
|---|---|---|---|
"""
NO_COMMAND = "no such command"

Found = Sequence[tuple[Piece, Trial | None]]


def page(now: Found, before: Mapping[str, Trial], own: Found, *, day: str, before_day: str, version: str) -> str:
    """Return the page.

    Args:
        before: by command, what came of the commands of today in the earlier version.
        own: what that version showed, with what comes of it today.
    """
    run = [(piece, trial) for piece, trial in now if trial is not None and trial.how.startswith("run")]
    then = [before[piece.command] for piece, _ in run if piece.command in before]
    missing = [trial for trial in then if trial.says == NO_COMMAND]
    head = HEAD.format(
        day=day,
        before_day=before_day,
        version=version,
        run=len(run),
        failed=sum(not trial.is_good for _, trial in run),
        read=sum(trial is not None and trial.how.startswith("words") for _, trial in now),
        left=sum(trial is None for _, trial in now),
        good=sum(trial.is_good for trial in then),
        missing=len(missing),
        untried=len(run) - len(then),
        bad=sum(not trial.is_good for trial in then) - len(missing),
    )
    rows = [_row(piece, trial, before.get(piece.command)) for piece, trial in now]
    theirs = [
        _line(_where(piece), f"`{piece.command}`", told(before.get(piece.command)), told(trial)) for piece, trial in own
    ]
    return head + "".join(rows) + (OWN + "".join(theirs) if theirs else "")


def _row(piece: Piece, trial: Trial | None, before: Trial | None) -> str:
    if trial is None:
        cells = [f"not run: {piece.not_run}", "", "", ""]
    else:
        is_run = trial.how.startswith("run")
        how = f"{trial.how}; run as `{trial.ran_as}`" if trial.ran_as else trial.how
        code, seconds = (str(trial.code), f"{trial.seconds:.1f}") if is_run else ("", "")
        cells = [how, code, seconds, _wrote(trial)]
    return _line(_where(piece), f"`{piece.command}`", *cells, told(before) if trial is not None else "")


def told(trial: Trial | None) -> str:
    """Return what came of a command in one cell."""
    if trial is None or trial.how.startswith("shell"):
        return ""
    if trial.says == NO_COMMAND:
        return NO_COMMAND
    if trial.how.startswith("words"):
        return "its words are read" if trial.is_good else f"{trial.code}: {trial.says}"
    parts = [f"{trial.code}", f"{trial.seconds:.1f} s", _wrote(trial), "" if trial.is_good else trial.says]
    return ", ".join(part for part in parts if part)


def _wrote(trial: Trial) -> str:
    names = [f"`{name}`" for name in trial.wrote]
    return ", ".join([*names, *(f"**nothing left in `{name}`**" for name in trial.emptied)])


def _where(piece: Piece) -> str:
    return piece.block.partition(":")[0] if ":" in piece.block else f"`{piece.block}`"


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
