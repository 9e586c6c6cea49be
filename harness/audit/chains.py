"""The chains behind a dispute: of those that reach the proposed letter, the one that speaks best for it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.run.folder import RunFolder
from solver.problems.letters import letter_of
from solver.problems.option_order import permutation
from solver.problems.question import Question
from solver.sampling.sample import Sample, Status
from solver.scheduling.store import FILE, read_samples
from solver.voting.label_errors import Dispute, excerpt_of


def with_excerpts(
    disputes: Sequence[Dispute], sources: Sequence[Path], questions: Mapping[str, Question]
) -> Iterator[Dispute]:
    """Add to each dispute the end of a chain that reaches the proposed letter, where a run folder has one."""
    wanted = {dispute.question_id: dispute.proposed for dispute in disputes}
    found: dict[str, tuple[str, Sample, tuple[int, ...] | None]] = {}
    for folder in sources:
        if folder.is_dir() and (folder / FILE).exists():
            for question_id, sample in chains_of(folder, wanted).items():
                order = _order_of(folder, sample, questions.get(question_id))
                found.setdefault(question_id, (f"{folder.name}/{sample.model}", sample, order))
    for dispute in disputes:
        if dispute.question_id not in found:
            yield dispute
            continue
        name, sample, order = found[dispute.question_id]
        yield replace(dispute, excerpt=excerpt_of(sample.text), excerpt_by=name, excerpt_order=order)


def _order_of(folder: Path, sample: Sample, question: Question | None) -> tuple[int, ...] | None:
    """Return the order in which the options were shown, where the run shuffled them: the chain's letters are its."""
    binding = RunFolder(folder).read_binding()
    seed = binding.get("seed")
    if binding.get("shuffle_options") is not True or question is None or not isinstance(seed, int):
        return None
    return permutation(question, run_seed=seed, index=sample.index)


def chains_of(folder: Path, wanted: Mapping[str, str]) -> dict[str, Sample]:
    """Find the best chain of a run for each question and letter.

    Args:
        wanted: question id -> original letter of the class that the chain must reach.

    Returns:
        Question id -> the sample with the highest mean log-probability among those that reached the letter themselves;
        without log-probabilities the longest. Questions without such a sample are left out.
    """
    best: dict[str, Sample] = {}
    for sample in read_samples(folder):
        letter = wanted.get(sample.question_id)
        if letter is None or sample.status is not Status.ANSWERED or sample.is_closed:
            continue
        if sample.option_class is None or letter_of(sample.option_class) != letter:
            continue
        other = best.get(sample.question_id)
        if other is None or _worth(sample) > _worth(other):
            best[sample.question_id] = sample
    return best


def _worth(sample: Sample) -> tuple[float, int]:
    return (-math.inf if sample.mean_logprob is None else sample.mean_logprob, len(sample.text))
