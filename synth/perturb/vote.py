"""Perturbations that a model makes and a panel of solvers votes on, for what cannot be proven or done by rule.

* ``reword``: the model rewrites the problem; a question stays if the panel (``synth.augment.panel``) finds its known
  answer in the rewritten problem. Where no answer is known, the panel must find the same one in both.
* ``change``: the model changes one fact for one question; the answer is what the panel agrees on, and must be another
  one than before.

Outputs are read strictly (``{"problem": …}``); what is malformed is counted and kept, never mended.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from solver.base.config import other_default
from solver.base.config.bounds import MOST_SAMPLES
from solver.base.places import SYNTH_PROMPTS
from solver.problems.letters import letter_of, letter_or_none
from solver.problems.option_order import seed_of
from solver.problems.prompt import has_chinese, lettered
from solver.problems.question import Question, question_id_of, question_of
from solver.sampling.parameters import Parameters
from synth.augment.augment_config import JudgedPlan
from synth.augment.panel import Ask, Finding, examine
from synth.llm.call import Call
from synth.llm.plan_file import AskingConfig
from synth.perturb.problems import Made, origin
from synth.perturb.world import Kind
from synth.puzzles.benchmark_overlap import shingles

VOTED: tuple[Kind, ...] = ("reword", "change")
"""Kinds that a model may make; names and order are left to the rules."""
_FIELD = re.compile(r"\{(problem|question|options)\}")
_LEAST_KEPT = 0.3
"""Of a problem's length: a shorter rewrite has lost something, one longer than its inverse has won something."""


class Rewriter(AskingConfig):
    """Who writes perturbations."""

    model: str
    """Entry of ``models``."""
    attempts: int = Field(default=2, ge=1, le=MOST_SAMPLES)
    """Calls for one perturbation at most."""
    temperature: float = other_default(Parameters, "temperature", 1.0)
    max_tokens: int = other_default(Parameters, "max_tokens", 800)


class PerturbPlan(JudgedPlan):
    """Who writes perturbations and who judges them."""

    writer: Rewriter = Field(default={}, validate_default=True)

    def named(self) -> Sequence[tuple[str, tuple[str | int, ...]]]:
        """Return the entries that write and judge."""
        return [(self.writer.model, ("writer", "model")), *super().named()]

    @property
    def binding(self) -> dict[str, object]:
        """What the replies depend on."""
        sampled = self.writer.bound
        if sampled["top_p"] == 1:
            # Journals are older than this setting.
            del sampled["top_p"]
        return {
            "writer": self.writer.model,
            "attempts": self.writer.attempts,
            **sampled,
            "seed": self.seed,
            "models": self.models_binding,
            "panel": self.panel.facts,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What came of one perturbation."""

    made: Made | None
    reason: str
    """``accepted``; or why not: ``failed``, ``malformed``, ``unchanged``, ``panel: …``, ``same answer``."""
    text: str
    """The writer's last output."""


async def vote(row: Mapping[str, Any], kind: Kind, salt: int, plan: PerturbPlan, ask: Ask) -> Vote:
    """Have one perturbation made and judged.

    Args:
        row: a problem in the contest's form.
        salt: which one of its kind; a change is made for question ``salt`` modulo their number.

    Raises:
        Stopped, BudgetSpent: nothing more may be asked.
    """
    last = Vote(made=None, reason="failed", text="")
    for attempt in range(plan.writer.attempts):
        call = _call(row, kind, salt, attempt, plan)
        (reply,) = await ask([call])
        if reply.error is not None:
            return Vote(made=None, reason="failed", text="")
        problem = read_problem(reply.text)
        reason: str | None = "malformed" if problem is None else fault_of(row["problem"], problem)
        if problem is not None and reason is None:
            judge = _judge_reworded if kind == "reword" else _judge_changed
            found = await judge(row, problem, salt, plan, ask)
            if not isinstance(found, str):
                return Vote(made=found, reason="accepted", text=reply.text)
            reason = found
        last = Vote(made=None, reason=reason or "malformed", text=reply.text)
    return last


def read_problem(text: str) -> str | None:
    """Read ``{"problem": …}``, None where the output is anything else.

    >>> read_problem('{"problem": "甲"}'), read_problem('好的 {"problem": "甲"}')
    ('甲', None)
    """
    try:
        value = json.loads(text.rpartition("</think>")[2].strip())
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or set(value) != {"problem"} or not isinstance(value["problem"], str):
        return None
    return value["problem"].strip() or None


def fault_of(old: str, new: str) -> Literal["unchanged", "length"] | None:
    """Say why a rewrite is none; None where it may be one.

    >>> fault_of("甲比乙高。", "甲比乙高。"), fault_of("甲比乙高，乙比丙高。", "乙没有甲高，丙没有乙高。")
    ('unchanged', None)
    """
    if shingles(old) == shingles(new):
        return "unchanged"
    ratio = len(new) / max(len(old), 1)
    return "length" if not _LEAST_KEPT <= ratio <= 1 / _LEAST_KEPT else None


async def _judge_reworded(row: Mapping[str, Any], problem: str, salt: int, plan: PerturbPlan, ask: Ask) -> Made | str:
    kept, evidence, reason = [], [], "panel: not asked"
    for place, one in enumerate(row["questions"]):
        question = _question(row, place, problem, f"reword{salt}")
        finding = await examine(question, plan.panel, ask)
        known = one.get("answer")
        if known is None:
            before = await examine(_question(row, place, row["problem"], "original"), plan.panel, ask)
            known = letter_or_none(before.answer)
        if finding.answer is not None and letter_of(finding.answer) == known:
            kept.append({"question": one["question"], "options": list(one["options"]), "answer": known})
            evidence.append(finding.to_json(question))
        else:
            reason = "panel: another answer" if finding.answer is not None else f"panel: {finding.reason}"
    return _made(row, "reword", salt, problem, kept, evidence) if kept else reason


async def _judge_changed(row: Mapping[str, Any], problem: str, salt: int, plan: PerturbPlan, ask: Ask) -> Made | str:
    place = salt % len(row["questions"])
    one = row["questions"][place]
    question = _question(row, place, problem, f"change{salt}")
    finding: Finding = await examine(question, plan.panel, ask)
    if finding.answer is None:
        return f"panel: {finding.reason}"
    answer = letter_of(finding.answer)
    if answer == one.get("answer"):
        return "same answer"
    kept = [{"question": one["question"], "options": list(one["options"]), "answer": answer}]
    return _made(row, "change", salt, problem, kept, [finding.to_json(question)])


def _made(
    row: Mapping[str, Any], kind: Kind, salt: int, problem: str, kept: list[dict[str, Any]], evidence: Sequence[object]
) -> Made:
    told = origin(row, kind, salt, "votes") | {"evidence": list(evidence)}
    result = {"id": f"{row.get('id')}-{kind}{salt}", "problem": problem, "questions": kept, "perturbation": told}
    return Made(row=result, kind=kind, proof="votes")


def _question(row: Mapping[str, Any], place: int, problem: str, label: str) -> Question:
    one = row["questions"][place]
    return question_of(
        question_id_of(f"{row.get('id')}-{label}", place),
        problem=problem,
        text=one["question"],
        options=tuple(one["options"]),
    )


def _call(row: Mapping[str, Any], kind: Kind, salt: int, attempt: int, plan: PerturbPlan) -> Call:
    language = "" if has_chinese(row["problem"]) else "_english"
    template = (SYNTH_PROMPTS / f"perturb_{kind}{language}.txt").read_text(encoding="utf-8").rstrip("\n")
    one = row["questions"][salt % len(row["questions"])]
    values = {
        "problem": row["problem"].strip(),
        "question": one["question"].strip(),
        "options": lettered([option.strip() for option in one["options"]]),
    }
    return Call(
        model=plan.writer.model,
        prompt=_FIELD.sub(lambda match: values[match[1]], template),
        index=attempt,
        sampling=plan.writer,
        seed=seed_of(plan.seed, f"{row.get('id')}/{kind}/{salt}", plan.writer.model, attempt),
        stage="writer",
    )
