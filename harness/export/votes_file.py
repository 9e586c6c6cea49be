"""A run as recorded votes: letters and features of every sample, no text; what ``replay`` and ``board`` read.

    OUT/votes.jsonl    a line a question and model, the schema below
    OUT/README.md      a card: what was asked, how, and what the fields are

The schema, with its version in every line (``format``). Fields that are not known are left out; lists have one entry a
sample, in launch order:

==============================  =====================================================================================
``format``                      ``votes/1``
``dataset, question_id``        the question's own id; ``PROBLEM#PLACE`` where the problem has several questions
``model, prompt``               who was asked, and under which prompt
``gold, n_options``             letter of the key, or null; options are lettered in the file's order
``answers``                     letters, null where none was read; options with the same text have the first's letter
``tokens``                      generated tokens
``finish``                      one character a sample: ``s`` ended by itself, ``l`` cut, ``?`` not known
``lp_answer, lp_mean``          log-probability (nats) of the answer's letter, and mean over the generated tokens; null
                                where the engine did not say
``temperature, top_p …``        how was sampled
==============================  =====================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.analysis.run_data import RunData
from solver.base.display.figures import counted
from solver.base.files import json_lines
from solver.problems.letters import letter_or_none
from solver.sampling.sample import Sample, Status
from solver.scheduling.outcome import Outcome

FORMAT = "votes/1"
_HOW = ("temperature", "top_p", "max_tokens")


def files_of(run: RunData) -> dict[str, str]:
    """Return the files' texts by their names."""
    return {"votes.jsonl": json_lines(rows_of(run)), "README.md": _card(run)}


def rows_of(run: RunData) -> Iterator[dict[str, object]]:
    """Yield a row for each question and model."""
    data = run.summary.get("data")
    dataset = "+".join(str(name).split(".")[0] for name in data) if isinstance(data, list) else run.name
    how = {name: run.settings[name] for name in _HOW if name in run.settings}
    for one in run.results:
        by_model: dict[str, list[Sample]] = {}
        for sample in run.samples.get(one.question_id, ()):
            if sample.status is not Status.FAILED:
                by_model.setdefault(sample.model, []).append(sample)
        for model, samples in by_model.items():
            yield {
                "format": FORMAT,
                "dataset": dataset,
                "model": model,
                "prompt": str(run.settings.get("prompt", "")),
                "question_id": one.question_id,
                **_votes(one, samples),
                **how,
            }


def _votes(one: Outcome, samples: Sequence[Sample]) -> dict[str, object]:
    found: dict[str, object] = {
        "gold": letter_or_none(one.gold),
        "n_options": one.n_options,
        "answers": [letter_or_none(sample.option_class) for sample in samples],
        "tokens": [sample.completion_tokens for sample in samples],
        "finish": "".join({"stop": "s", "length": "l"}.get(sample.finish_reason or "", "?") for sample in samples),
    }
    for name, field in (("lp_answer", "letter_logprob"), ("lp_mean", "mean_logprob")):
        values = [getattr(sample, field) for sample in samples]
        if any(value is not None for value in values):
            found[name] = [None if value is None else round(value, 4) for value in values]
    return found


def _card(run: RunData) -> str:
    n_samples = sum(map(len, run.samples.values()))
    told = "\n".join(f"| `{name}` | {run.settings.get(name)} |" for name in ("prompt", *_HOW, "rule", "max_samples"))
    return f"""# Recorded votes: {run.name}

{counted(len(run.results), "question")}, {counted(n_samples, "sample")} of {", ".join(run.models) or "one model"}.
Letters and features of every sample, no text (format `{FORMAT}`; its fields:
harness/export/votes_file.py).

| asked with | |
|---|---|
{told}

    python -m harness replay votes.jsonl --rule lead:3 --rule fixed:3
    python -m harness board votes.jsonl

The questions are not in here, and their licence is that of their makers. A stopping rule drew these samples where one
was set: what later samples of a question would have said is not recorded.
"""
