"""A run as a log of Inspect (UK AI Security Institute), which ``inspect view`` and ``read_eval_log`` open.

Each sample of ours is one sample of the log, with its number as the epoch. It carries two scores: ``choice``, its own
answer, and ``vote``, the run's verdict on the question, the same in all epochs of a question. The log's results give
the accuracy of the verdicts with its clustered standard error (``vote``), and that of the first samples (``choice``:
the mean over all samples would be biased, see ``harness.scoring.score``). ``reductions`` holds one verdict a question.

The form is version 2 of the log (inspect_ai 0.3.285), as JSON.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from harness.analysis.run_data import RunData
from harness.export.asked import Asker
from harness.scoring.group_accuracy import accuracy_of
from harness.scoring.metrics.metric import Summary
from solver.problems.letters import letter_or_none
from solver.sampling.sample import Sample
from solver.scheduling.outcome import Outcome

_STOP = {"stop": "stop", "length": "max_tokens", "content_filter": "content_filter"}
"""The engine's finish reasons in Inspect's words."""
CORRECT, INCORRECT, NO_ANSWER = "C", "I", "N"


def log_of(run: RunData) -> dict[str, object]:
    """Return the log as one JSON object.

    Raises:
        ExportError: the questions' texts or the prompt are gone or have changed since the run.
    """
    asker = Asker(run)
    drawn = [sample for found in run.samples.values() for sample in found]
    begun = min((sample.launched_at for sample in drawn), default=0.0)
    ended = max((sample.finished_at for sample in drawn), default=begun)
    is_whole = run.summary.get("complete", True) is True
    return {
        "version": 2,
        "status": "success" if is_whole else "cancelled",
        "eval": _spec(run, begun),
        "plan": {"steps": [{"solver": "vote", "params": {"rule": run.rule}}], "config": _generation(run)},
        "results": _results(run, len(drawn)),
        "stats": {"started_at": _moment(begun), "completed_at": _moment(ended), "model_usage": _usage(drawn)},
        "samples": list(_samples(run, asker)),
        "reductions": [{"scorer": "vote", "reducer": "mode", "samples": list(_reduced(run))}],
    }


def _spec(run: RunData, begun: float) -> dict[str, object]:
    names = [str(path) for path in _list(run.summary.get("data"))]
    most = max((len(found) for found in run.samples.values()), default=1)
    identity = hashlib.sha256(f"{run.settings.get('data_sha256')}\n{run.name}\n{begun}".encode()).hexdigest()
    return {
        "eval_id": identity[:22],
        "run_id": identity[22:44],
        "created": _moment(begun),
        "task": task_name(run),
        "task_id": identity[44:],
        "task_version": str(run.settings.get("data_sha256", ""))[:12] or "0",
        "task_args": {"rule": run.rule, "prompt": str(run.settings.get("prompt"))},
        "dataset": {
            "name": task_name(run),
            "location": ", ".join(names) or None,
            "samples": len(run.results),
            "sample_ids": [result.question_id for result in run.results],
            "shuffled": False,
        },
        "model": "vllm/" + "+".join(run.models or ("unknown",)),
        "model_generate_config": _generation(run),
        "config": {"epochs": most, "epochs_reducer": ["mode"]},
        "packages": {},
        "scorers": [{"name": "vote"}, {"name": "choice"}],
        "metadata": {"made_by": "logic-vote", "settings": dict(run.settings)},
    }


def task_name(run: RunData) -> str:
    """Name the task after the files of problems.

    >>> from harness.analysis.run_data import RunData
    >>> task_name(RunData(name="r", settings={}, summary={"data": ["a.jsonl", "b.jsonl.gz"]}, results=(), samples={}))
    'a+b'
    """
    return "+".join(str(name).split(".")[0] for name in _list(run.summary.get("data"))) or run.name


def _generation(run: RunData) -> dict[str, object]:
    return {name: run.settings.get(name) for name in ("temperature", "top_p", "max_tokens") if name in run.settings}


def _results(run: RunData, drawn: int) -> dict[str, object]:
    scores = []
    whole = accuracy_of(run.results)
    if whole is not None:
        metrics = {"accuracy": whole.value, "stderr": whole.se, "ci_low": whole.low, "ci_high": whole.high}
        scores.append(_score("vote", metrics, whole.n))
        first = Summary(run.summary).number("single_sample_accuracy")
        if isinstance(first, int | float):
            scores.append(_score("choice", {"accuracy": first}, whole.n))
    return {"total_samples": drawn, "completed_samples": drawn, "scores": scores}


def _score(name: str, metrics: Mapping[str, float], n: int) -> dict[str, object]:
    return {
        "name": name,
        "scorer": name,
        "reducer": "mode" if name == "vote" else None,
        "scored_samples": n,
        "metrics": {metric: {"name": metric, "value": value, "params": {}} for metric, value in metrics.items()},
    }


def _samples(run: RunData, asker: Asker) -> Iterator[dict[str, object]]:
    for result in run.results:
        # Of several models each has its own indices; epochs count through.
        for epoch, sample in enumerate(run.samples.get(result.question_id, ()), start=1):
            yield _sample(result, sample, epoch, asker)


def _sample(result: Outcome, sample: Sample, epoch: int, asker: Asker) -> dict[str, object]:
    shown = asker.shown(result.question_id, sample.index)
    model = f"vllm/{sample.model}"
    answer = {"role": "assistant", "content": sample.text, "source": "generate", "model": model}
    usage = _tokens([sample])
    row: dict[str, object] = {
        "id": result.question_id,
        "epoch": epoch,
        "input": [{"role": "user", "content": shown.prompt, "source": "input"}],
        "choices": list(shown.options),
        "target": list(shown.targets) if len(shown.targets) > 1 else "".join(shown.targets),
        "messages": [{"role": "user", "content": shown.prompt, "source": "input"}, answer],
        "output": {
            "model": model,
            "choices": [{"message": answer, "stop_reason": _STOP.get(sample.finish_reason or "", "unknown")}],
            "usage": usage,
            "time": sample.finished_at - sample.launched_at,
            "error": sample.error,
        },
        "scores": _scores(result, sample),
        "metadata": {
            "problem_id": result.problem_id,
            "family": result.family,
            "level": result.level,
            "split": result.split,
            "votes": list(result.votes),
            "vote_share": result.vote_share,
            "stop_reason": result.stop_reason,
            "extraction_rule": sample.rule,
            "is_closed": sample.is_closed,
        },
        "model_usage": {model: usage},
        "started_at": _moment(sample.launched_at),
        "completed_at": _moment(sample.finished_at),
        "total_time": sample.finished_at - sample.launched_at,
        "uuid": sample.key[:22],
    }
    if sample.error is not None:
        row["error"] = {"message": sample.error, "traceback": "", "traceback_ansi": ""}
    return row


def _scores(result: Outcome, sample: Sample) -> dict[str, object]:
    if result.gold is None:
        return {}
    read = sample.text[slice(*sample.span)] if sample.span else None
    return {
        "vote": {"value": _judged(result.answer, result.gold), "answer": letter_or_none(result.answer)},
        "choice": {
            "value": _judged(sample.option_class, result.gold),
            "answer": sample.shown_letter,
            "explanation": read,
        },
    }


def _reduced(run: RunData) -> Iterator[dict[str, object]]:
    for result in run.results:
        if result.gold is not None:
            is_right = 1.0 if result.is_correct else 0.0
            yield {"sample_id": result.question_id, "value": is_right, "answer": letter_or_none(result.answer)}


def _judged(answer: int | None, gold: int) -> str:
    return NO_ANSWER if answer is None else CORRECT if answer == gold else INCORRECT


def _usage(samples: list[Sample]) -> dict[str, object]:
    models = dict.fromkeys(sample.model for sample in samples)
    return {f"vllm/{model}": _tokens([sample for sample in samples if sample.model == model]) for model in models}


def _tokens(samples: list[Sample]) -> dict[str, int]:
    asked = sum(sample.prompt_tokens for sample in samples)
    made = sum(sample.completion_tokens for sample in samples)
    return {"input_tokens": asked, "output_tokens": made, "total_tokens": asked + made}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []
