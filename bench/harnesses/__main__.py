"""The same questions through lm-evaluation-harness, evalscope and this project at one endpoint, and why they differ.

    python -m bench.harnesses --endpoint http://127.0.0.1:8000/v1 --model NAME --data logiqa-zh,ar-lsat --out DIR
    python -m bench.harnesses --endpoint URL --model NAME --data a.jsonl b.csv --limit 30 --out DIR --wording own

Every harness asks with its own wording and, again, with ours (``--wording``); ours runs twice, which shows how far the
server's own spread goes. Their sample logs are read back by ``harness import``. ``DIR`` gets ``tables.md``,
``harnesses.jsonl`` (a line a harness and benchmark), ``disagreements.jsonl`` (a line each, without texts), and a folder
for each run, which ``harness compare`` takes. The peers are installed into environments below ``--envs``, or are taken
from ``--sites DIR``: ``DIR/lm-eval`` and ``DIR/evalscope``, folders for ``PYTHONPATH`` (``pip install --target``).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.peers.environments import install, python_of
from bench.peers.evalscope import EvalScope
from bench.peers.lm_eval import LmEval
from solver.problems.question import Question
from tests.support.checkout import ROOT

from . import contestants
from .asked import benchmark_of
from .contestants import WORDINGS, Command, Job, Place, run
from .disagreement import disagreements, parts_of
from .readings import Reading, foreign_readings, own_readings
from .tables import Row, markdown, question_record, record

OURS = "ours"
PEERS: Mapping[str, tuple[LmEval | EvalScope, Command]] = {
    "lm-eval": (LmEval(), contestants.lm_eval),
    "evalscope": (EvalScope(), contestants.evalscope),
}
"""By the name that ``harness import`` knows: what is installed, and the command."""
EXACT = ("ours again", "lm-eval, our wording")
"""Those that send our prompt to the last character; evalscope heads options ``A)``."""


def main() -> None:
    """Run all, one after the other; print the tables."""
    args = _arguments()
    out: Path = args.out.absolute()
    sources = [word for name in args.data for word in ([name] if Path(name).exists() else name.split(","))]
    job = Job(
        benchmarks=[benchmark_of(source, out / "data", args.limit) for source in sources],
        endpoint=args.endpoint.rstrip("/"),
        model=args.model,
        prompt=args.prompt,
        concurrency=args.concurrency,
        max_tokens=args.max_tokens,
        limit_s=args.limit_s,
    )
    readings: dict[str, Mapping[str, Reading]] = {}
    seconds: dict[str, float] = {}
    for name, found, spent in _played(job, args, out):
        readings[name], seconds[name] = found, spent
        print(f"harnesses: {name}: {len(found)} questions, {spent:.1f} s", file=sys.stderr, flush=True)
    ours = readings.pop(OURS)
    rows = [row for name, theirs in readings.items() for row in _rows(job, name, ours, theirs)]
    text = f"{_heading(job)}\n\n{markdown(rows, seconds)}"
    (out / "tables.md").write_text(text, encoding="utf-8")
    _write(out / "harnesses.jsonl", [{**record(row), "seconds": seconds[row.contestant]} for row in rows])
    whole = [row for row in rows if row.benchmark == "all"]
    _write(
        out / "disagreements.jsonl",
        [question_record(row.contestant, one) for row in whole for one in row.disagreements],
    )
    print(text)


def _played(job: Job, args: argparse.Namespace, out: Path) -> Iterator[tuple[str, Mapping[str, Reading], float]]:
    """Run every harness and read what it left; a run whose folder is there already is read only."""
    questions = {question.id: question for one in job.benchmarks for question in one.questions}
    for name in (OURS, "ours again"):
        folder = out / name.replace(" ", "-")
        spent = run(contestants.ours(job, folder), folder, {}, job.limit_s)
        yield name, own_readings(folder / "run", questions), spent
    for tool in args.peer:
        peer, command = PEERS[tool]
        place = _place(tool, peer, args)
        for wording in args.wording or WORDINGS:
            folder = out / f"{tool}-{wording}"
            name = f"{tool}, {'its own' if wording == 'own' else 'our'} wording"
            try:
                spent = run(command(job, folder, wording, place), folder, place.environment, job.limit_s)
            except RuntimeError as error:
                # The others' figures are worth having all the same.
                print(f"harnesses: {name}: {error}", file=sys.stderr, flush=True)
                continue
            yield name, foreign_readings(folder / "out", folder / "runs", tool, questions), spent


def _place(tool: str, peer: LmEval | EvalScope, args: argparse.Namespace) -> Place:
    if args.sites is None:
        install(peer, args.envs)
        return Place(python=python_of(peer, args.envs), environment={})
    return Place(python=Path(sys.executable), environment={"PYTHONPATH": str(args.sites.absolute() / tool)})


def _rows(job: Job, name: str, ours: Mapping[str, Reading], theirs: Mapping[str, Reading]) -> Iterator[Row]:
    sets: dict[str, Sequence[Question]] = {one.name: one.questions for one in job.benchmarks}
    if len(sets) > 1:
        sets["all"] = [question for one in job.benchmarks for question in one.questions]
    else:
        sets = {"all": next(iter(sets.values()))}
    for benchmark, questions in sets.items():
        found = disagreements(questions, ours, theirs, is_same_prompt=name in EXACT)
        yield Row(
            contestant=name,
            benchmark=benchmark,
            asked=len(questions),
            parts=parts_of(questions, ours, theirs),
            disagreements=tuple(found),
        )


def _heading(job: Job) -> str:
    data = ", ".join(f"{one.name} ({len(one.questions)})" for one in job.benchmarks)
    told = f"{job.model}: {data}; greedy, {job.max_tokens} tokens at most, {job.concurrency} in flight, "
    return told + f"our prompt is {job.prompt}. Differences are theirs minus ours in points, 95 % by problem."


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m bench.harnesses", description=__doc__, formatter_class=raw)
    parser.add_argument("--endpoint", required=True, help="base URL of an OpenAI-compatible server")
    parser.add_argument("--model", required=True, help="the model's name there")
    parser.add_argument("--data", nargs="+", required=True, help="files of any shape, or benchmarks by name")
    parser.add_argument("--out", type=Path, required=True, help="folder; the same one again reads what is over")
    parser.add_argument("--limit", type=int, default=0, help="questions of each benchmark, about; 0: all")
    parser.add_argument("--wording", action="append", choices=WORDINGS, help="may be repeated; default: both")
    parser.add_argument("--peer", nargs="+", choices=tuple(PEERS), default=list(PEERS), help="default: both")
    parser.add_argument("--prompt", default="reason", help="ours")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--max-tokens", type=int, default=1024)
    parser.add_argument("--limit-s", type=float, default=1800.0, help="a harness that takes longer is killed")
    parser.add_argument("--envs", type=Path, default=ROOT / ".peers", help="where the peers are installed")
    parser.add_argument("--sites", type=Path, help="folders for PYTHONPATH instead, with this Python")
    return parser.parse_args()


if __name__ == "__main__":
    main()
