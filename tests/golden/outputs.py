"""What the commands that read finished runs print and write about the golden ones."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from solver.voting.rules import RULES
from tests.golden.command import INPUTS, RECORDED, ROOT, good
from tests.golden.fields import lines_of, record, without
from tests.golden.folders import brought
from tests.golden.runs import KINDS, TIMES

_RULES = ("lead:3", "lead:2", "fixed:1", "fixed:3", "beta:.9", "esc:3", "exact")
_KINDS_THEN = {"fixed", "lead", "beta", "esc", "exact"}
_DATA = ("--data", INPUTS / "problems.jsonl", "--data", INPUTS / "flat.jsonl")
UNTOLD = TIMES | {"eval_id", "packages", "revision", "total_evaluation_time_seconds", "created", "version"}
"""Fields that tell a moment, a speed, or which version of which tool wrote them."""


def of(name: str, folder: Path) -> Any:
    """Return what one command says; ``folder`` is for work.

    Raises:
        KeyError: no command has this name.
    """
    runs = {kind: brought(f"evals/whole/{kind}", folder) for kind in KINDS}
    value = _SAY[name](folder, runs)
    # The folder of work may lie anywhere.
    return without(json.loads(json.dumps(value).replace(str(folder), "WORK")), UNTOLD)


def _compare(_: Path, runs: dict[str, Path]) -> Any:
    return [good("harness", "compare", runs["lead"], runs[other], "--json").rows for other in ("fixed", "several")]


def _leaderboard(folder: Path, _: dict[str, Path]) -> Any:
    return good("harness", "leaderboard", folder, "--json").rows


def _replay(_: Path, __: dict[str, Path]) -> Any:
    # It reads nothing but results.jsonl.
    runs = {kind: RECORDED / "evals" / "whole" / kind for kind in KINDS}
    rules = [word for rule in _RULES for word in ("--rule", rule)]
    always = (*rules, "--cap", 8, "--permutations", 30, "--seed", 5, "--json")
    pooled = ("--pool-by", "question_id")
    one = good("harness", "replay", runs["lead"], *always).rows
    two = good("harness", "replay", runs["lead"], runs["fixed"], *always, *pooled, "--min-samples", 2).rows
    return [one, two]


def _submit(folder: Path, runs: dict[str, Path]) -> Any:
    bare, filled = folder / "bare.jsonl", folder / "filled.jsonl"
    good("harness", "submit", runs["lead"], "-o", bare)
    good("harness", "submit", runs["fixed"], "-o", filled, "--fill", "B")
    return [path.read_text(encoding="utf-8") for path in (bare, filled)]


def _combine(folder: Path, runs: dict[str, Path]) -> Any:
    rules = ("plurality", "pooled", "champion", "gated:0.6", "weighted:0.8,0.7")
    words = [word for rule in rules for word in ("--ensemble", rule)]
    ending = good("harness", "combine", runs["lead"], runs["fixed"], *words, "-o", folder / "both.jsonl", "--json")
    return [ending.rows, (folder / "both.jsonl").read_text(encoding="utf-8")]


def _audit(folder: Path, runs: dict[str, Path]) -> Any:
    out = folder / "disputed.jsonl"
    words = (*_DATA, "--min-strength", 0.05)
    said = good("harness", "audit", *runs.values(), *words, "-o", out, "--json").rows
    found = lines_of(out)
    decided = folder / "decided.jsonl"
    # Those that are left undecided may be of other files than the one that decisions are laid over.
    own = [row for row in found if not row["question_id"].startswith("flat")]
    for row, decision in zip(own, ("A", "drop", "keep"), strict=False):
        row["decision"] = decision
    decided.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in found), encoding="utf-8")
    again = good("harness", "audit", *runs.values(), *words, "--equal", "--decisions", decided, "--json").rows
    mended = folder / "mended.jsonl"
    applied = good("harness", "audit", "--apply", decided, INPUTS / "problems.jsonl", "-o", mended, "--json").rows
    return [said, found, again, applied, mended.read_text(encoding="utf-8")]


def _export(tool: str, folder: Path, runs: dict[str, Path], kinds: Sequence[str]) -> Any:
    written = {}
    for kind in kinds:
        out = folder / "out" / kind
        printed = good("harness", "export", runs[kind], "--to", tool, "-o", out, *_DATA).out
        paths = [Path(line) for line in printed.splitlines()]
        assert sorted(paths) == sorted(path for path in out.rglob("*") if path.is_file())
        read = {str(path.relative_to(out)): path for path in paths}
        written[kind] = {
            name: lines_of(path) if path.suffix == ".jsonl" else json.loads(path.read_text(encoding="utf-8"))
            for name, path in read.items()
        }
    return written


def _report(folder: Path, _: dict[str, Path]) -> Any:
    # The databases are needed for the chains, and the names of the folders stand in the page.
    runs = [brought(f"evals/whole/{kind}", folder / "report") for kind in ("lead", "fixed")]
    good("harness", "report", *runs, *_DATA, "-o", folder / "page.html")
    page = (ROOT / folder / "page.html").read_text(encoding="utf-8")
    # What is new is welcome: rows of rules that were not there then.
    for name in set(RULES.names) - _KINDS_THEN:
        page = re.sub(rf"<tr[^>]*>\s*<td[^>]*>(?:<b>)?{name}\b.*?</tr>", "", page, flags=re.DOTALL)
    packed = re.findall(r'<script type="[^"]*" id="([^"]+)">([A-Za-z0-9+/=]+)</script>', page)
    blocks = {name: json.loads(gzip.decompress(base64.b64decode(text))) for name, text in packed}
    tables = [re.findall(r"<td[^>]*>(.*?)</td>", table, re.DOTALL) for table in page.split("<table")[1:]]
    # A table of settings grows with every setting.
    tables = [cells for cells in tables if "data_sha256" not in "".join(cells)]
    figures = [[re.sub(r"<[^>]+>", "", cell) for cell in cells] for cells in tables]
    return {"blocks": blocks, "tables": [[cell for cell in cells if re.search(r"\d", cell)] for cells in figures]}


_SAY: dict[str, Callable[[Path, dict[str, Path]], Any]] = {
    "report": _report,
    "compare": _compare,
    "leaderboard": _leaderboard,
    "replay": _replay,
    "submit": _submit,
    "combine": _combine,
    "audit": _audit,
    "export-inspect": lambda folder, runs: _export("inspect", folder, runs, ["lead"]),
    "export-lm-eval": lambda folder, runs: _export("lm-eval", folder, runs, ["several"]),
}
NAMES = tuple(_SAY)


def make(folder: Path) -> None:
    """Record all of them."""
    for name in NAMES:
        record(f"outputs/{name}", of(name, folder / name), is_packed=name.startswith(("export", "report")))
