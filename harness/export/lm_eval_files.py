"""A run as the result files of lm-evaluation-harness: what its table, its loggers and its readers of folders take.

    OUT/<model>/results_<date>.json            aggregated; one task, and one subtask a split
    OUT/<model>/samples_<task>_<date>.jsonl    one line for each question and filter

There are two filters, as for any task there with ``repeats``: ``vote`` is the run's verdict, ``first-sample`` what the
first sample alone says. The metric is ``exact_match``; standard errors are ours, clustered by problem. The form is that
of lm_eval 0.4.13.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from harness.analysis.run_data import RunData
from harness.export.asked import Asker
from harness.export.inspect_log import task_name
from solver.base.files import file_name_of
from solver.base.intervals import Mean, clustered_mean
from solver.problems.letters import letter_or_none
from solver.sampling.sample import Sample
from solver.scheduling.outcome import Outcome

METRIC = "exact_match"
FILTERS = ("vote", "first-sample")


def files_of(run: RunData) -> dict[str, str]:
    """Return the files' texts by their paths below the output folder.

    Raises:
        ExportError: the questions' texts or the prompt are gone or have changed since the run.
    """
    asker = Asker(run)
    task = file_name_of(re.sub(r"\W", "_", task_name(run)))
    begun = min((sample.launched_at for found in run.samples.values() for sample in found), default=0.0)
    moment = datetime.fromtimestamp(begun, UTC).replace(tzinfo=None).isoformat().replace(":", "-")
    folder = file_name_of("+".join(run.models) or "unknown")
    lines = [json.dumps(row, ensure_ascii=False) for row in _rows(run, asker)]
    return {
        f"{folder}/results_{moment}.json": json.dumps(_results(run, task, begun), ensure_ascii=False, indent=2) + "\n",
        f"{folder}/samples_{task}_{moment}.jsonl": "".join(line + "\n" for line in lines),
    }


def _results(run: RunData, task: str, begun: float) -> dict[str, object]:
    splits = sorted({result.split for result in run.results if result.split})
    parts: dict[str, Sequence[Outcome]] = {task: run.results}
    for split in splits if len(splits) > 1 else ():
        parts[f"{task}_{re.sub(r'[^0-9A-Za-z]', '_', split)}"] = [one for one in run.results if one.split == split]
    config = {
        "task": task,
        "output_type": "generate_until",
        "repeats": max((len(found) for found in run.samples.values()), default=1),
        "num_fewshot": 0,
        "generation_kwargs": {name: run.settings.get(name) for name in ("temperature", "top_p", "max_tokens")},
        "metadata": {"version": 1, "rule": run.rule},
        "metric_list": [{"metric": METRIC, "aggregation": "mean", "higher_is_better": True}],
    }
    n = {name: len([one for one in own if one.gold is not None]) for name, own in parts.items()}
    subtasks = [name for name in parts if name != task]
    return {
        "results": {name: {"alias": name, **_metrics(run, own)} for name, own in parts.items()},
        "group_subtasks": {task: subtasks},
        "configs": {name: {**config, "task": name} for name in parts},
        "versions": dict.fromkeys(parts, 1),
        "n-shot": dict.fromkeys(parts, 0),
        "higher_is_better": {name: {METRIC: True} for name in parts},
        "n-samples": {name: {"original": n[name], "effective": n[name]} for name in parts},
        "config": {
            "model": "local-chat-completions",
            "model_args": {"model": "+".join(run.models)},
            "batch_size": 1,
            "random_seed": run.settings.get("seed"),
        },
        "date": begun,
        "lm_eval_version": None,
        "model_source": "logic-vote",
        "model_name": "+".join(run.models),
        "model_name_sanitized": "+".join(run.models),
        "total_evaluation_time_seconds": str(run.time_spent.wall_s),
    }


def _metrics(run: RunData, results: Sequence[Outcome]) -> Mapping[str, object]:
    metrics: dict[str, object] = {}
    keyed = [result for result in results if result.gold is not None]
    for name in FILTERS if keyed else ():
        hits = [float(_answer(run, result, name) == result.gold) for result in keyed]
        found: Mean = clustered_mean(hits, [result.problem_id for result in keyed])
        metrics |= {f"{METRIC},{name}": found.value, f"{METRIC}_stderr,{name}": found.se}
    return metrics


def _answer(run: RunData, result: Outcome, name: str) -> int | None:
    if name == "vote":
        return result.answer
    samples = run.samples.get(result.question_id, ())
    return samples[0].option_class if samples else None


def _rows(run: RunData, asker: Asker) -> Iterator[dict[str, object]]:
    for name in FILTERS:
        for place, result in enumerate(run.results):
            yield _row(run, result, place, name, asker)


def _row(run: RunData, result: Outcome, place: int, name: str, asker: Asker) -> dict[str, object]:
    question, samples = asker.question(result.question_id), run.samples.get(result.question_id, ())
    prompt = asker.shown(result.question_id, samples[0].index if samples else 0).prompt
    doc = {
        "id": result.question_id,
        "problem": question.problem,
        "question": question.text,
        "options": list(question.options),
        "answer": letter_or_none(result.gold),
        "family": result.family,
        "level": result.level,
        "split": result.split,
    }
    target, answer = letter_or_none(result.gold) or "", _answer(run, result, name)
    row: dict[str, object] = {
        "doc_id": place,
        "doc": doc,
        "target": target,
        "arguments": {"gen_args_0": {"arg_0": prompt, "arg_1": _generation(run, samples)}},
        "resps": [[sample.text for sample in samples]],
        "filtered_resps": [letter_or_none(answer) or "[invalid]"],
        "filter": name,
        "metrics": [METRIC],
        "doc_hash": _hash(json.dumps(doc, ensure_ascii=False)),
        "prompt_hash": _hash(prompt),
        "target_hash": _hash(target),
    }
    if result.gold is not None:
        row[METRIC] = float(answer == result.gold)
    return row


def _generation(run: RunData, samples: Sequence[Sample]) -> dict[str, object]:
    own = {name: run.settings.get(name) for name in ("temperature", "top_p", "max_tokens")}
    return {**own, "until": [], "n": len(samples)}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
