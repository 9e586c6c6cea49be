"""What the runs of a champion's folder say: a pure reading of what is there, complete or not, as JSON and as Markdown.

Intervals are the project's own (``solver.base.intervals``): clustered by problem; differences paired on the questions
that both runs have. The champion, whose answer the ensembles' rules begin with, is the member that was best on the
questions that choose; those that are held out had no say in it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.champion.plan import Plan
from bench.champion.stages import AT_ONCE, BASE, Layout, State, blocked, held_run, run_of
from bench.tables import Column, table_of
from harness.analysis import compare, ensemble_runs
from harness.run.folder import RunFolder
from harness.run.results import read_results
from solver.base.display.figures import points_with_interval, with_interval
from solver.base.intervals import Difference, Interval, paired_difference, share_interval
from solver.scheduling.outcome import Outcome
from solver.voting.ensemble import parse_ensemble

FORMS = ("adapter", "merged", "int4")
TITLES = {"adapter": "adapter", "merged": "merged, 16 bits", "int4": "4 bits"}
Row = dict[str, Any]


def report_of(plan: Plan, layout: Layout, state: State, noted: Sequence[Mapping[str, Any]]) -> Row:
    """Return all figures of the current folder.

    Args:
        noted: the journal.
    """
    runs = {name: read_results(Path(name)) for name in _runs(plan) if f"{Path(name).name}" in state.done}
    chosen = _best_first(plan, runs)
    return {
        "base": plan.base,
        "asked": plan.asked,
        "members": [row for name in (BASE, *plan.members) for row in _forms(plan, name, runs, noted)],
        "left_out": [name for name in plan.members if name in {*state.failed, *blocked(layout, state.failed)}],
        "champion": chosen[0] if chosen else None,
        "choosing": {name: _voted(runs[run_of(name, "choose")])._asdict() for name in chosen},
        "ensembles": ensembles_of(plan, chosen, runs),
        "speed": _speed(layout, state, noted),
        "servers": [row for row in noted if "server" in row],
        "stages": [_stage(one.name, one.words, state, noted) for one in layout.stages],
    }


def _runs(plan: Plan) -> Iterator[str]:
    for name in (BASE, *plan.members):
        yield run_of(name, "choose")
        yield from (held_run(name, form) for form in FORMS)


def _voted(results: Sequence[Outcome]) -> Interval:
    keyed = [one for one in results if one.gold is not None]
    return share_interval([float(one.is_correct is True) for one in keyed], [one.problem_id for one in keyed])


def _single(results: Sequence[Outcome]) -> Interval:
    """One sample: of every question the mean over as many as all have."""
    keyed = [one for one in results if one.gold is not None]
    k = max(1, min((len(one.votes) for one in keyed if one.votes), default=1))
    shares = [sum(vote == one.gold for vote in one.votes[:k]) / k for one in keyed]
    return share_interval(shares, [one.problem_id for one in keyed])


def _best_first(plan: Plan, runs: Mapping[str, Sequence[Outcome]]) -> list[str]:
    """Members by their vote on the questions that choose; of equals the plan's first."""
    there = [name for name in plan.members if {run_of(name, "choose"), held_run(name, "adapter")} <= {*runs}]
    return sorted(there, key=lambda name: -_voted(runs[run_of(name, "choose")]).value)


def _forms(
    plan: Plan, name: str, runs: Mapping[str, Sequence[Outcome]], noted: Sequence[Mapping[str, Any]]
) -> Iterator[Row]:
    base = runs.get(held_run(BASE, "adapter"))
    whole = held_run(name, "adapter" if name == BASE else "merged")
    for form in FORMS:
        run = held_run(name, form)
        if run not in runs:
            continue
        own = runs[run]
        voted, single = _voted(own), _single(own)
        row: Row = {"member": name, "form": "16 bits" if run == held_run(BASE, "adapter") else TITLES[form], "run": run}
        row |= {"n": voted.n, "problems": voted.n_clusters, "voted": voted._asdict(), "single": single._asdict()}
        if base is not None and own is not base:
            row |= _against(own, base, "base")
        if form == "int4" and whole in runs:
            row |= _against(own, runs[whole], "16_bits")
        yield row | _cost(plan, name, form, noted)


def _against(own: Sequence[Outcome], other: Sequence[Outcome], what: str) -> Row:
    found = compare.compare(own, other, "a", "b")
    voted = {"value": found.difference, "low": found.ci_low, "high": found.ci_high, "p_value": found.p_value}
    single = found.singles.difference if found.singles else None
    return {f"voted_against_{what}": voted, f"single_against_{what}": single and _plain(single)}


def _plain(found: Difference) -> Row:
    return {"value": found.value, "low": found.low, "high": found.high, "p_value": found.p_value}


def _cost(plan: Plan, name: str, form: str, noted: Sequence[Mapping[str, Any]]) -> Row:
    summary = RunFolder(Path(held_run(name, form))).read_summary()
    stage, server, folder = f"{name}-{form}", f"{name}-{form}", f"models/{name}-{form}"
    if form == "adapter":
        given = plan.base if name == BASE else plan.members[name].adapter
        stage, server, folder = name, BASE, given or f"members/{name}/adapter"
    told: Mapping[str, Any] = next((row for row in reversed(noted) if row.get("server") == server), {})
    return {
        "bytes": _bytes(Path(folder)),
        "made_s": _seconds(stage, noted),
        "eval_s": summary["wall_s"],
        "tokens_per_s": summary["tokens_per_s"],
        "tokens_per_question": summary["tokens_per_question"],
        "server_weight_bytes": told.get("weight_bytes"),
        "server_kv_bytes": told.get("kv_bytes"),
    }


def _bytes(folder: Path) -> int | None:
    return sum(path.stat().st_size for path in folder.glob("*.safetensors")) or None


def _seconds(stage: str, noted: Sequence[Mapping[str, Any]]) -> float | None:
    """Seconds of a stage, all calls together; None where it was made elsewhere."""
    found = [row["seconds"] for row in noted if row.get("stage") == stage]
    return round(sum(found), 1) if found else None


def ensembles_of(plan: Plan, chosen: Sequence[str], runs: Mapping[str, Sequence[Outcome]]) -> Row | None:
    """Return the plan's ensembles over members' runs, the champion's first; None where there is one member or none.

    Each is held against the first and against the member that turned out best, which makes it harder: that one is
    chosen by the very figures that it is compared with.
    """
    if len(chosen) < 2:
        return None
    named = [(name, runs[held_run(name, "adapter")]) for name in chosen]
    found = ensemble_runs.combine(named, [parse_ensemble(spec) for spec in plan.ensembles])
    best = max(found.members, key=lambda one: one.accuracy.value if one.accuracy else 0.0).name
    golds = {one.question_id: one for one in runs[held_run(best, "adapter")]}
    told = ensemble_runs.to_json(found)
    for row, verdicts in zip(told["ensembles"], found.verdicts, strict=True):  # type: ignore[call-overload]
        pairs = [(verdict.answer, golds[verdict.question_id]) for verdict in verdicts]
        keyed = [(answer, one) for answer, one in pairs if one.gold is not None]
        deltas = [float(answer == one.gold) - float(one.is_correct is True) for answer, one in keyed]
        gap = paired_difference(deltas, [one.problem_id for _, one in keyed])
        row["against_best"] = _plain(gap)
        row["is_worse"] = gap.high < 0
    folders = [held_run(name, "adapter") for name in chosen]
    rules = [word for spec in plan.ensembles for word in ("--ensemble", spec)]
    return {**told, "best": best, "command": f"python -m {shlex.join(['harness', 'combine', *folders, *rules])}"}


def _speed(layout: Layout, state: State, noted: Sequence[Mapping[str, Any]]) -> Row | None:
    together = next((one for one in layout.stages if one.name.startswith(AT_ONCE) and one.name in state.done), None)
    if together is None:
        return None
    names = [f"alone-{member}" for member, _ in together.adapters]
    one_by_one = {name: _seconds(name, noted) for name in names if name in state.done}
    seconds = _seconds(together.name, noted)
    each = [one for one in one_by_one.values() if one is not None]
    ratio = seconds / sum(each) if seconds is not None and len(each) == len(names) else None
    return {"one_after_the_other_s": one_by_one, "at_once_s": seconds, "ratio": ratio}


def _stage(name: str, words: Sequence[str], state: State, noted: Sequence[Mapping[str, Any]]) -> Row:
    last: Mapping[str, Any] = next((row for row in reversed(noted) if row.get("stage") == name), {})
    status = "done" if name in state.done else "failed" if name in state.failed else "not done"
    command = last.get("command", f"python -m {shlex.join(words)}")
    return {
        "stage": name,
        "status": status,
        "device": last.get("device"),
        "seconds": _seconds(name, noted),
        "command": command,
    }


# ---- as Markdown

_MEMBERS = (
    Column("model", "{member}", "left"),
    Column("form", "{form}", "left"),
    Column("n", "{n:,}"),
    Column("one sample, %", "{single}", "left"),
    Column("against the base", "{single_base}", "left"),
    Column("vote, %", "{voted}", "left"),
    Column("against the base", "{voted_base}", "left"),
    Column("4 bits against 16: one sample", "{single_whole}", "left"),
    Column("vote", "{voted_whole}", "left"),
)
_COSTS = (
    Column("model", "{member}", "left"),
    Column("form", "{form}", "left"),
    Column("weights, MB", "{megabytes:,.1f}"),
    Column("made in, s", "{made_s:,.0f}"),
    Column("asked in, s", "{eval_s:,.0f}"),
    Column("tokens a second", "{tokens_per_s:,.0f}"),
    Column("server's weights, GiB", "{weight_gib:.2f}"),
)
_ENSEMBLES = (
    Column("", "{name}", "left"),
    Column("vote, %", "{voted}", "left"),
    Column("against the champion", "{first}", "left"),
    Column("against the best", "{best}", "left"),
    Column("samples a question", "{samples_per_question:.0f}"),
)
_STAGES = (
    Column("stage", "{stage}", "left"),
    Column("", "{status}", "left"),
    Column("device", "{device}"),
    Column("seconds", "{seconds:,.0f}"),
    Column("command", "`{command}`", "left"),
)


def markdown_of(report: Row) -> str:
    """Return the tables."""
    members = [_shown(row) for row in report["members"]]
    parts = ["# The champion's table", f"Base `{report['base']}`, asked with `{report['asked']}`."]
    parts += ["Shares in per cent, differences in points, 95 % intervals clustered by problem, differences paired."]
    parts += [table_of(_MEMBERS, members)]
    if report["left_out"]:
        parts += [f"Left out of all tables, as they are not trained: {', '.join(report['left_out'])}."]
    parts += ["## Size and speed", table_of(_COSTS, members)]
    parts += ["Seconds are of whole commands; where others ran on the same device they are longer for it."]
    parts += ["## Ensembles", *_of_ensembles(report), "## Several adapters in one engine", _of_speed(report["speed"])]
    parts += ["## Commands", table_of(_STAGES, report["stages"])]
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _shown(row: Row) -> Row:
    shown = {**row, "megabytes": row["bytes"] and row["bytes"] / 1e6}
    shown["weight_gib"] = row["server_weight_bytes"] and row["server_weight_bytes"] / 2**30
    for what in ("single", "voted"):
        shown[what] = with_interval(row[what]["value"], row[what]["low"], row[what]["high"])
        for other, name in (("base", "base"), ("16_bits", "whole")):
            shown[f"{what}_{name}"] = _points(row.get(f"{what}_against_{other}"))
    return shown


def _points(found: Row | None) -> str | None:
    if found is None:
        return None
    gap = Difference(found["value"], found["low"], found["high"], 0.0, found["p_value"], "", 0, 0)
    return points_with_interval(gap)


def _of_ensembles(report: Row) -> Iterator[str]:
    found = report["ensembles"]
    if found is None:
        yield "Not made: two members at least must have been asked."
        return
    rows = [
        {
            **row,
            "voted": with_interval(row["accuracy"], row["ci_low"], row["ci_high"]),
            "first": None
            if row["delta_vs_first"] is None
            else _points(
                {"value": row["delta_vs_first"], "low": row["delta_low"], "high": row["delta_high"], "p_value": 1.0}
            ),
            "best": _points(row.get("against_best")),
        }
        for row in (*found["members"], *found["ensembles"])
    ]
    yield f"Champion by the questions that choose: {report['champion']}; best on the held-out ones: {found['best']}."
    yield table_of(_ENSEMBLES, rows)
    worse = [row["name"] for row in found["ensembles"] if row["is_worse"]]
    told = (
        f"Worse than the best member by more than noise: {', '.join(worse)}."
        if worse
        else ("No ensemble is worse than the best member by more than noise: no interval lies below 0.")
    )
    yield f"{told} The same by hand: `{found['command']}`"


def _of_speed(speed: Row | None) -> str:
    if speed is None:
        return "Not measured."
    each = ", ".join(
        f"{name.removeprefix('alone-')} {one:.1f}" for name, one in speed["one_after_the_other_s"].items() if one
    )
    ratio = "" if speed["ratio"] is None else f" ({speed['ratio']:.2f} of their sum)"
    return f"One after the other, seconds: {each}; all at once {speed['at_once_s']:.1f}{ratio}."
