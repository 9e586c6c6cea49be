"""Run folders for tests of the report and of export, written through the real store and results writer."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from harness.run.config import EvalConfig, check_folder
from harness.run.folder import RunFolder
from harness.run.results import line_of
from harness.scoring.score import Timing, score
from solver.base.files import write_atomically
from solver.problems.jsonl import digest_of, load_problems, questions_of
from solver.problems.letters import letter_of, letter_or_none
from solver.problems.prompt import DEFAULT_PROMPT, load_template
from solver.sampling.sample import Sample, Status
from solver.scheduling.outcome import outcome_of
from solver.scheduling.store import Store
from solver.voting.tally import verdict_of


def a_sample_of(question_id: str, index: int, vote: int | None, *, text: str = "", model: str = "m") -> Sample:
    """Make a finished sample; its answer, where there is one, stands at the end of its text."""
    ending = "" if vote is None else f"答案是：{letter_of(vote)}"
    return Sample(
        key=f"{question_id}/{model}/{index}",
        question_id=question_id,
        model=model,
        index=index,
        status=Status.NO_ANSWER if vote is None else Status.ANSWERED,
        text=text + ending,
        shown_letter=letter_or_none(vote),
        option_class=vote,
        rule="nothing" if vote is None else "declared",
        span=None if vote is None else (len(text), len(text) + len(ending)),
        finish_reason="stop",
        is_closed=False,
        prompt_tokens=50,
        completion_tokens=20 + index,
        mean_logprob=-0.25,
        letter_logprob=-0.01,
        launched_at=1000.0 + index,
        finished_at=1003.0 + index,
        retries=0,
        error=None,
    )


def votes_for(place: int) -> list[int | None]:
    """Votes of the question at a place; by turns right, wrong (and disputed), split, and partly without an answer."""
    votes: list[list[int | None]] = [[0] * 4, [1] * 4, [1] * 4, [0, 1, 0, 2], [0, None, 0, 0]]
    return votes[place % len(votes)]


def a_run(folder: Path, *, n: int, text: str, rule: str = "fixed:4", turn: int = 0, sampled: int | None = None) -> Path:
    """Write a run of ``n`` questions with four samples each; the key is always A.

    Args:
        text: how every chain begins, and every problem ends.
        turn: shifts which questions are wrong.
        sampled: how many questions, from the first on, have samples; a deadline ended the run there. None for all.
    """
    folder.mkdir(parents=True)
    data = folder / "problems.jsonl"
    rows = [
        {
            "id": f"p{place // 2}",
            "problem": f"第{place // 2}题。{text}",
            "family": f"family{place // 2 % 3}",
            "level": place // 2 % 2,
            "questions": [
                {"question": f"谁在最前？{place + step}", "options": ["甲", "乙", "丙", "丁"], "answer": "A"}
                for step in range(min(2, n - place))
            ],
        }
        for place in range(0, n, 2)
    ]
    data.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    questions = questions_of(load_problems([data]).problems)
    config = EvalConfig.of(data=(str(data),), rule=rule, endpoints=("http://127.0.0.1:9/v1",))
    samples = [
        tuple(
            a_sample_of(question.id, index, vote, text=f"{text}\n第{index}次：")
            for index, vote in enumerate(votes_for(place + turn))
            if sampled is None or place < sampled
        )
        for place, question in enumerate(questions)
    ]

    async def keep() -> None:
        with Store(folder) as store:
            template = load_template(DEFAULT_PROMPT)
            facts = {"data_sha256": digest_of(questions), "prompt_sha256": template.digest, "asked_models": ("m",)}
            check_folder(folder, config, facts)
            await store.append([sample for found in samples for sample in found])

    asyncio.run(keep())
    verdicts = [
        verdict_of(question.id, [one.option_class for one in found], stop_reason="fixed 4" if found else "deadline")
        for question, found in zip(questions, samples, strict=True)
    ]
    results = [outcome_of(*row) for row in zip(questions, verdicts, samples, strict=True)]
    total = score(results, timing=Timing(wall_s=10.0, sampling_s=8.0))
    write_atomically(RunFolder(folder).results, "".join(line_of(result) for result in results))
    summary = {**total.to_json(), "models": ["m"], "rule": rule, "data": [data.name], "stopped_by": None}
    write_atomically(folder / "summary.json", json.dumps(summary, ensure_ascii=False, default=str))
    return folder
