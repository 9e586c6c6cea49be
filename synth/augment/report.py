"""The report of ``augment``: what became of the attempts, as JSON values and as text."""

from __future__ import annotations

from solver.base.display.figures import counted
from solver.problems.letters import letter_of
from synth.augment.accept_loop import Result
from synth.augment.augment_config import AugmentPlan


def report_of(plan: AugmentPlan, problems: int, result: Result, seconds: float) -> dict[str, object]:
    """Return the counts of a run."""
    return {
        "problems": problems,
        "wanted": plan.count,
        "accepted": len(result.accepted),
        "settled": result.settled,
        "malformed": len(result.malformed),
        "rejected": len(result.rejected),
        "failed": len(result.failed),
        "reasons": dict(result.reasons.most_common()),
        "claims_confirmed": sum(
            one.finding is not None and one.finding.answer is not None and one.claimed == letter_of(one.finding.answer)
            for one in result.accepted
        ),
        "seconds": round(seconds, 1),
    }


def text_of(report: dict[str, object]) -> str:
    """Return the report for people."""
    settled, problems, accepted = (int(str(report[name])) for name in ("settled", "problems", "accepted"))
    wanted = "" if report["wanted"] is None else f" of {report['wanted']} wanted"
    tried = f"{counted(settled, 'attempt')} at {counted(problems, 'problem')}"
    lines = [f"{tried}: {counted(accepted, 'question')} accepted{wanted}"]
    reasons = report["reasons"]
    if isinstance(reasons, dict):
        lines += [f"  {count:6}  {reason}" for reason, count in reasons.items()]
    listed = report["usage"]
    for one in listed if isinstance(listed, list) else ():
        lines.append("  " + ", ".join(f"{name} {value}" for name, value in one.items() if value not in (0, None)))
    lines.append(f"{report['seconds']} s")
    return "\n".join(lines)
