"""What does the acceptance of ``synth augment`` let through? Questions of known truth, real solver samples, a prover.

Candidates are made from generated puzzles that no model was trained on, of six kinds in equal numbers:

* ``good``: the family's own question;
* ``none``: the right option is replaced by another false one, proven false;
* ``twin``: a wrong option is replaced by the right one in other words;
* ``both``: a wrong option is replaced by a weaker truth ("X or Y", where X is right);
* ``alien``: the question of another puzzle of the family, told about this problem; the prover says whether it makes
  sense here all the same, and which options are then right;
* ``two``: two values that the prover holds for right (few families have such).

All go through ``synth.augment.accept.examine``, with the panel of a plan of ``synth augment``. ::

    python -m bench.augment_gold --endpoint http://127.0.0.1:8100/v1 --count 240 --out runs/gold

Prints, for each kind, how many were accepted; of the accepted, the share with exactly one right option (and that one
chosen), with Wilson's interval; and the share of good questions that was lost. Goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from solver.base.display.progress import bar
from solver.base.intervals import share_interval
from solver.problems.question import Question, question_of
from synth.augment.augment_config import AugmentPlan, Panel
from synth.augment.panel import Finding, examine
from synth.augment.question_filter import QuestionFilter
from synth.llm.asker import Asker
from synth.llm.journal import Journal
from synth.llm.plan_file import load
from synth.perturb.world import Known, cast_of, known_of
from synth.puzzles.families import trained
from synth.puzzles.family import Ask
from synth.puzzles.stream import training_problem
from synth.puzzles.voice import Voice

KINDS = ("good", "none", "twin", "both", "alien", "two")
HEAD = re.compile(r"^\s*(?:选择题|问题|Question|Q)\s*\d*\s*[:：.]\s*", re.IGNORECASE)
"""The number that heads a question."""
STREAM = -77 * 2**40
"""Seeds of the puzzles; no other stream is negative but the benchmark's, which is elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A question and the truth about it."""

    question: Question
    kind: str
    right: tuple[int, ...]
    """Right options; exactly one makes the question good."""


def candidates(count: int, *, lang: str | None, seed: int = 0) -> list[Candidate]:
    """Make candidates, kinds in turn."""
    made: list[Candidate] = []
    place = 0
    while len(made) < count:
        kind = KINDS[len(made) % len(KINDS)]
        family = trained()[place % len(trained())]
        rng = Random(f"gold/{seed}/{place}")
        known = known_of(
            family,
            seed=STREAM - seed * 2**32 - place,
            difficulty=rng.randint(1, 5),
            lang="en" if lang == "en" or (lang is None and rng.random() < 0.25) else "zh",
            style="full",
            item_id=f"gold-{seed}-{place:05d}",
        )
        place += 1
        found = None if known is None else _candidate(known, kind, rng)
        if found is not None:
            made.append(found)
        elif place > 400 * count:
            raise SystemExit(f"no more candidates of kind {kind}")
    return made


def _candidate(known: Known, kind: str, rng: Random) -> Candidate | None:
    at = rng.randrange(len(known.asks))
    ask, one = known.asks[at], known.item.questions[at]
    options = list(one.question.options)
    gold = one.question.gold
    assert gold is not None
    wrong = [place for place in range(len(options)) if place != gold]
    right: tuple[int, ...] = (gold,)
    texts = _texts(known)
    text = one.question.text
    if kind == "none":
        spare = [texts(ask, value) for value in _values(known, ask) if not known.family.holds(known.world, ask, value)]
        spare = [option for option in spare if option not in options]
        if not spare:
            return None
        options[gold], right = rng.choice(spare), ()
    elif kind in ("twin", "both"):
        if len(options) < 3:
            return None
        place = rng.choice(wrong)
        words = _reworded(options[gold], known.lang) if kind == "twin" else None
        if kind == "both":
            other = options[rng.choice([one for one in wrong if one != place])]
            words = f"{options[gold]}或{other}" if known.lang == "zh" else f"{options[gold]} or {other}"
        if words is None or len(words) > 40:
            return None
        options[place], right = words, tuple(sorted((gold, place)))
    elif kind == "alien":
        alien = known_of(
            known.family,
            seed=known.seed - 2**31,
            difficulty=known.difficulty,
            lang=known.lang,
            style="full",
            item_id="x",
        )
        if alien is None:
            return None
        one = alien.item.questions[0]
        text, options = one.question.text, list(one.question.options)
        right = _right_here(known, alien, options)
    elif kind == "two":
        spare = [texts(ask, value) for value in _values(known, ask) if known.family.holds(known.world, ask, value)]
        spare = [option for option in spare if option not in options]
        if not spare or len(options) < 3:
            return None
        place = rng.choice(wrong)
        options[place], right = rng.choice(spare), tuple(sorted((gold, place)))
    if len({option.strip().casefold() for option in options}) < len(options):
        return None
    question = question_of(
        f"{known.item.id}#{kind}",
        problem=known.item.problem_text,
        text=text,
        options=tuple(options),
        family=known.family.name,
        level=known.item.questions[at].level,
    )
    return Candidate(question=question, kind=kind, right=right)


def _right_here(known: Known, alien: Known, options: Sequence[str]) -> tuple[int, ...]:
    """Return the right options of another puzzle's question where it makes sense about this problem, else none.

    It makes sense where this problem's own names word it the same way: "how many levels has the tree?".
    """
    family, ask = known.family, alien.asks[0]
    cast, wanted = cast_of(known), HEAD.sub("", alien.item.questions[0].question.text)
    values = {ask.right, *ask.wrong}
    try:
        told = {_texts(known)(ask, value): value for value in values}
        wordings = {
            HEAD.sub("", family.question(known.world, ask, cast, Voice(known.lang, known.style, Random(draw))))
            for draw in range(60)
        }
        if wanted not in wordings or any(option not in told for option in options):
            return ()
        return tuple(place for place, one in enumerate(options) if family.holds(known.world, ask, told[one]))
    except (LookupError, ValueError, TypeError):
        # It asks about the fifth of four.
        return ()


def _values(known: Known, ask: Ask[Any]) -> list[Any]:
    """Values that questions of this kind about this world may have."""
    found: dict[Any, None] = {}
    for draw in range(30):
        for one in known.family.asks(known.world, Random(f"values/{draw}")):
            if one.kind == ask.kind:
                found |= dict.fromkeys((one.right, *one.wrong))
    return list(found)


def _texts(known: Known) -> Any:
    cast = cast_of(known)
    voice = Voice(known.lang, known.style, Random(0))
    return lambda ask, value: known.family.option(known.world, ask, value, cast, voice)


def _reworded(option: str, lang: str) -> str | None:
    """Say the same in other words."""
    if option.isdigit():
        digits = "零一二三四五六七八九十"
        if lang == "zh":
            return digits[int(option)] if int(option) <= 10 else f"{int(option) - 1}加1"
        return f"{int(option) - 1} plus 1"
    if option in ("是", "否", "Yes", "No"):
        return None
    return f"是{option}" if lang == "zh" else f"it is {option}"


async def judge(
    made: Sequence[Candidate], panel: Panel, screen: QuestionFilter, asker: Asker, at_once: int
) -> list[Finding]:
    """Screen all candidates and put the others to the panel."""
    gate = asyncio.Semaphore(at_once)
    done = 0
    with bar("judging", len(made)) as tick:

        async def one(candidate: Candidate) -> Finding:
            nonlocal done
            async with gate:
                fault = screen.fault(candidate.question, ())
                if fault is None:
                    finding = await examine(candidate.question, panel, asker.ask)
                else:
                    finding = Finding(answer=None, reason=fault, votes=(), duels=(), samples=0, tokens=0)
            done += 1
            tick(done)
            return finding

        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(one(candidate)) for candidate in made]
    return [task.result() for task in running]


def report(made: Sequence[Candidate], findings: Sequence[Finding]) -> str:
    """Return the table and the two shares."""
    lines = ["| kind | candidates | accepted | of these right | rejected because |", "|---|---:|---:|---:|---|"]
    for kind in KINDS:
        chosen = [(one, found) for one, found in zip(made, findings, strict=True) if one.kind == kind]
        accepted = [(one, found) for one, found in chosen if found.answer is not None]
        right = sum(one.right == (found.answer,) for one, found in accepted)
        reasons = Counter(found.reason for _, found in chosen if found.answer is None)
        told = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        lines.append(f"| {kind} | {len(chosen)} | {len(accepted)} | {right} | {told} |")
    accepted = [(one, found) for one, found in zip(made, findings, strict=True) if found.answer is not None]
    lines.append("")
    if accepted:
        single = [float(len(one.right) == 1) for one, _ in accepted]
        exact = [float(one.right == (found.answer,)) for one, found in accepted]
        for name, hits in (("exactly one right option", single), ("that option accepted", exact)):
            interval = share_interval(hits, list(range(len(hits))))
            bounds = f"{interval.low:.1%} to {interval.high:.1%}"
            lines.append(f"accepted with {name}: {interval.value:.1%} ({bounds}, n = {len(hits)})")
    good = [found.answer is None for one, found in zip(made, findings, strict=True) if one.kind == "good"]
    if good:
        lost = share_interval([float(one) for one in good], list(range(len(good))))
        lines.append(f"good questions lost: {lost.value:.1%} ({lost.low:.1%} to {lost.high:.1%}, n = {len(good)})")
    samples, tokens = sum(one.samples for one in findings), sum(one.tokens for one in findings)
    lines.append(f"{samples / len(made):.1f} samples and {tokens / len(made):.0f} tokens a candidate")
    return "\n".join(lines)


async def main() -> None:
    """Judge and report."""
    parser = argparse.ArgumentParser(description="What the acceptance of synth augment lets through.")
    parser.add_argument("--endpoint", action="append", default=[], help="default: the embedded model is served")
    parser.add_argument("--plan", default="augment", help="whose panel judges (default: the shipped plan)")
    parser.add_argument("--count", type=int, default=240, help="candidates")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lang", choices=("zh", "en"))
    parser.add_argument("--at-once", type=int, default=12, help="candidates judged at the same time")
    parser.add_argument("--out", type=Path, required=True, help="folder of the journal and the evidence")
    options = parser.parse_args()
    plan = load(AugmentPlan, options.plan).overridden(endpoints=options.endpoint)
    made = candidates(options.count, lang=options.lang, seed=options.seed)
    known = [one.question for place in range(1600) for one in training_problem(78, place).questions]
    screen = QuestionFilter(known, near=plan.near, grounded=plan.grounded)
    print(f"{len(made)} candidates: {dict(Counter(one.kind for one in made))}", file=sys.stderr)
    with Journal(options.out / "journal.sqlite", {"seed": options.seed, "models": plan.binding["models"]}) as journal:
        async with Asker(plan.models, journal, talk=lambda line: print(line, file=sys.stderr)) as asker:
            findings = await judge(made, plan.panel, screen, asker, options.at_once)
    with (options.out / "evidence.jsonl").open("w", encoding="utf-8") as file:
        for one, found in zip(made, findings, strict=True):
            row = {"id": one.question.id, "kind": one.kind, "right": one.right, "question": one.question.text,
                   "options": one.question.options, **found.to_json(one.question)}  # fmt: skip
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(report(made, findings))


if __name__ == "__main__":
    asyncio.run(main())
