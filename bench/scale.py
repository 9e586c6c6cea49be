"""Time and memory of the store and the scorer against the number of questions, and whether any step is quadratic.

    python -m bench.scale [--sizes 1000,10000,100000] [--samples 16] [--chart docs/scale.svg]

Every size runs in a process of its own, so that its peak memory is its own: *write* (samples appended in batches as a
run with 128 in flight does, each batch durable), *resume* (what is stored is read again, as the same command does
before it draws anything), *score* (samples read, scored, results written). One JSON line a size on stdout. Seconds are
process time; ``wall_s`` is told beside them. Exit code 1 where a step takes more than three times as long for twice the
questions.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product
from math import log
from pathlib import Path
from random import Random

from bench.tables import Column, can_be_saved, save
from harness.run.results import line_of
from harness.scoring.score import Score, score
from solver.base.files import write_atomically
from solver.problems.question import Question, question_of
from solver.sampling.sample import Sample, Status, lean
from solver.scheduling.outcome import outcome_of
from solver.scheduling.store import FILE, Store
from solver.voting.tally import verdict_of

STEPS = ("write", "resume", "score")
BATCH = 128
TEXT = "因为甲在乙前，乙在丙前，所以甲在丙前；选项乙与此不符，排除。" * 5
QUADRATIC = 1.585  # log2(3): time that grows with this power of the size or more


def question(number: int) -> Question:
    """Make a question of four options, three to a problem."""
    name = f"p{number // 3:06d}#{number % 3}"
    options = ("甲", "乙", "丙", "丁")
    return question_of(
        name, problem=f"题{number // 3}", text="谁？", options=options, gold_letter="A", level=number % 5
    )


def sample(number: int, index: int, rng: Random) -> Sample:
    """Make a sample of a question; six in ten are right, and others as often as they are drawn."""
    vote = 0 if rng.random() < 0.6 else rng.randrange(4)
    return Sample(
        key=f"{rng.getrandbits(256):064x}",
        question_id=f"p{number // 3:06d}#{number % 3}",
        model="m",
        index=index,
        status=Status.ANSWERED,
        text=f"{TEXT}{rng.random()}\n答案是：{'ABCD'[vote]}",
        shown_letter="ABCD"[vote],
        option_class=vote,
        rule="declared",
        span=(150, 155),
        finish_reason="stop",
        is_closed=False,
        prompt_tokens=100,
        completion_tokens=80,
        mean_logprob=-0.3,
        letter_logprob=-0.1,
        launched_at=1.7e9 + number,
        finished_at=1.7e9 + number + 1,
        retries=0,
        error=None,
    )


def batches(n_questions: int, n_samples: int) -> Iterator[list[Sample]]:
    """Make all samples breadth first, as under a deadline: the worst order for whoever wants a question's together."""
    rng = Random(1)
    places = product(range(n_samples), range(n_questions))
    while batch := [sample(number, index, rng) for index, number in islice(places, BATCH)]:
        yield batch


def score_all(held: Iterable[Sample], n_questions: int, folder: Path) -> Score:
    """Score the samples of all questions and write the results."""
    questions = [question(number) for number in range(n_questions)]
    samples: dict[str, list[Sample]] = {one.id: [] for one in questions}
    for found in held:
        samples[found.question_id].append(found)
    per_question = [sorted(samples.pop(one.id), key=lambda found: found.index) for one in questions]
    outcomes = [
        outcome_of(one, verdict_of(one.id, [found.option_class for found in own], stop_reason="fixed 16"), own)
        for one, own in zip(questions, per_question, strict=True)
    ]
    write_atomically(folder / "results.jsonl", "".join(map(line_of, outcomes)))
    return score(outcomes)


def measure(n_questions: int, n_samples: int, folder: Path) -> dict[str, object]:
    """Run the three steps at one size."""
    held: dict[str, Sample] = {}
    n_all = n_questions * n_samples

    async def fill(store: Store) -> None:
        for batch in batches(n_questions, n_samples):
            await store.append(batch)

    def write() -> None:
        with Store(folder) as store:
            asyncio.run(fill(store))

    def resume() -> None:
        with Store(folder) as store:
            held.update((one.key, lean(one)) for one in store.samples(is_ordered=False))
        assert len(held) == n_all

    def score_held() -> None:
        assert score_all(held.values(), n_questions, folder).n_samples == n_all

    row: dict[str, object] = {"questions": n_questions, "samples": n_all}
    for name, step in zip(STEPS, (write, resume, score_held), strict=True):
        began, wall = time.process_time(), time.monotonic()
        step()
        row[f"{name}_s"] = round(time.process_time() - began, 3)
        row[f"{name}_wall_s"] = round(time.monotonic() - wall, 3)
        row[f"{name}_peak_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    row["file_mib"] = round((folder / FILE).stat().st_size / 2**20)
    return row


def powers(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return for each step the power of the size with which its time grows, between the last two sizes."""
    if len(rows) < 2:
        return {}
    before, after = rows[-2:]
    growth = log(after["samples"] / before["samples"])
    return {step: round(log(after[f"{step}_s"] / max(before[f"{step}_s"], 1e-3)) / growth, 2) for step in STEPS}


def chart(rows: Sequence[dict[str, float]]) -> str:
    """Draw time and peak memory against the number of samples, as SVG."""
    width, height, left, top = 360, 220, 60, 36
    colours = dict(zip(STEPS, ("#0072b2", "#d55e00", "#009e73"), strict=True))
    largest = max(row["samples"] for row in rows)
    parts = []
    for panel, (suffix, unit) in enumerate((("_s", "s, process time"), ("_peak_mib", "MiB, peak so far"))):
        x0 = left + panel * (width + 90)
        most = max(row[f"{step}{suffix}"] for row in rows for step in STEPS) or 1
        parts.append(f'<text x="{x0}" y="{top - 14}">{unit}</text>')
        parts.append(f'<path d="M{x0},{top}V{top + height}H{x0 + width}" fill="none" stroke="#888"/>')
        for share in (0, 0.5, 1):
            y = top + height * (1 - share)
            parts.append(f'<text x="{x0 - 6}" y="{y + 4:.0f}" text-anchor="end">{most * share:,.0f}</text>')
            text = f"{largest * share / 1e6:.1f} M samples"
            parts.append(
                f'<text x="{x0 + width * share:.0f}" y="{top + height + 16}" text-anchor="middle">{text}</text>'
            )
        for place, step in enumerate(STEPS):
            points = [
                (x0 + width * row["samples"] / largest, top + height * (1 - row[f"{step}{suffix}"] / most))
                for row in rows
            ]
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colours[step]}" stroke-width="2"/>')
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colours[step]}"/>' for x, y in points]
            parts.append(f'<text x="{x0 + 12}" y="{top + 14 + 15 * place}" fill="{colours[step]}">{step}</text>')
    size = f'width="{left + 2 * width + 130}" height="{top + height + 30}"'
    style = 'font-family="sans-serif" font-size="11" fill="#333"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>\n' + "\n".join(parts) + "\n</svg>\n"


def main() -> int:
    """Measure every size and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description="time and memory against size")
    parser.add_argument("--sizes", default="3125,6250,12500,25000,50000,100000", help="numbers of questions")
    parser.add_argument("--samples", type=int, default=16, help="samples a question (default 16)")
    parser.add_argument("--chart", type=Path, metavar="SVG", help="draw a chart of all sizes there")
    can_be_saved(parser)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one is not None:
        with tempfile.TemporaryDirectory(prefix="scale-") as folder:
            print(json.dumps(measure(args.one, args.samples, Path(folder))))
        return 0
    rows = []
    for size in args.sizes.split(","):
        command = [sys.executable, "-m", "bench.scale", "--one", size, "--samples", str(args.samples)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        rows.append(json.loads(done.stdout))
        print(done.stdout, end="", flush=True)
        if args.chart:
            args.chart.write_text(chart(rows), encoding="utf-8")
    columns = [Column("questions", "{questions:,}"), Column("samples", "{samples:,}")]
    columns += [Column(f"{step}, s", f"{{{step}_s:.1f}}") for step in STEPS]
    columns += [Column("peak MiB", "{score_peak_mib:,}"), Column("file MiB", "{file_mib:,}")]
    save(args.save, columns, rows)
    found = powers(rows)
    print(json.dumps({"powers": found}))
    return int(any(power > QUADRATIC for power in found.values()))


if __name__ == "__main__":
    sys.exit(main())
