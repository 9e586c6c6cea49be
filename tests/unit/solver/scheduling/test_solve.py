"""Questions solved in memory: what is bought and why, why it stops, earlier samples, and the chains that matter."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence

import pytest

from solver.base.errors import PromptError, UsageError
from solver.problems.question import Question
from solver.sampling.sample import Request, Sample, Told
from solver.scheduling.events import Arrived, Launched
from solver.scheduling.outcome import CANCELLED, Outcome, outcome_of
from solver.scheduling.outcome_json import answer_json
from solver.scheduling.settings import SamplingSettings
from solver.scheduling.solve import SolveEvent, Solving
from solver.scheduling.wording import plain, standing, why_more, why_stopped
from solver.terminal.watch import Watch
from tests.support.scripted_sampler import ScriptedSampler, a_question, a_request, a_sample

SETTINGS = SamplingSettings(models=("m",), rule="lead:2", max_samples=6)


def solved(
    votes: Sequence[int | None],
    settings: SamplingSettings = SETTINGS,
    earlier: Sequence[Sample] = (),
    events: list[SolveEvent] | None = None,
    question: Question | None = None,
) -> tuple[Outcome, ScriptedSampler]:
    sampler = ScriptedSampler(lambda request: votes[request.index])
    listener = (events if events is not None else []).append
    solving = Solving([question or a_question()], settings, sampler, stored=earlier, listener=listener)
    return asyncio.run(solving.run())[0], sampler


def test_it_buys_until_the_rule_is_content_and_says_why() -> None:
    events: list[SolveEvent] = []
    found, _ = solved([0, 1, 0, 0], events=events)
    watch = Watch(a_question(), 0.0, settings=SETTINGS)
    for event in events:
        watch.on(event, 0.0)
    assert found.verdict.answer == 0
    assert [sample.option_class for sample in found.samples] == [0, 1, 0, 0]
    assert [event.count for event in events if isinstance(event, Launched)] == [2, 2]
    assert watch.purchases == [
        "2 bought: rule lead:2 needs at least 2",
        "2 bought: A and B are level: rule lead:2 needs at least 2 more",
    ]
    assert why_stopped(found) == "A leads B by 2: rule lead:2 is content"


def test_an_allocation_says_why_it_buys_and_why_it_ends() -> None:
    how = SETTINGS.replaced(allocation="gain", max_samples=4)
    found, _ = solved([0, 1, 0, 0], how)
    assert why_more(how, [0, 1]) == "A and B are level: allocation gain, at most 4 samples, where most is gained"
    assert why_stopped(found) == "A leads B by 2; no more than 4 samples are allowed"
    short, sampler = solved([0, 1, 0, 0], how.replaced(token_budget=25, max_tokens=10))
    assert len(sampler.drawn) == 2
    assert why_stopped(short) == "A and B are level: allocation gain spent the rest elsewhere"
    assert short.is_complete
    more, _ = solved([0, 1, 0, 0], how.replaced(token_budget=25, max_tokens=10).with_more(2, 1), short.samples)
    assert more.verdict.votes == (0, 1, 0), "who wants more of a question gets it, whatever it is worth"


def test_earlier_samples_count_and_are_not_drawn_again() -> None:
    first, _ = solved([0, 1, 0, 0])
    events: list[SolveEvent] = []
    more, sampler = solved([0, 1, 0, 0, 1, 1], SETTINGS.with_more(4, 2), first.samples, events)
    assert [index for _, _, index in sampler.drawn] == [4, 5]
    assert more.verdict.votes == (0, 1, 0, 0, 1, 1)
    assert [event.is_stored for event in events if isinstance(event, Arrived)] == [True] * 4 + [False] * 2


def test_a_stricter_rule_takes_only_what_it_needs_of_the_earlier_samples() -> None:
    first, _ = solved([0, 1, 0, 0])
    less, sampler = solved([0, 1, 0, 0], SETTINGS.replaced(rule="fixed:2"), first.samples)
    assert sampler.drawn == []
    assert [sample.index for sample in less.samples] == [0, 1]


def test_another_model_starts_anew() -> None:
    first, _ = solved([0, 0])
    other, sampler = solved([1, 1], SETTINGS.replaced(models=("n",)), first.samples)
    assert len(sampler.drawn) == 2
    assert other.verdict.answer == 1
    assert {sample.model for sample in other.samples} == {"n"}


def test_several_models_make_an_ensemble() -> None:
    settings = SETTINGS.replaced(models=("m", "n"), ensemble="plurality")
    found, _ = solved([2, 2], settings)
    assert [member.model for member in found.verdict.members] == ["m", "n"]
    assert answer_json(found)["members"] == {"m": "C", "n": "C"}


def test_stopping_gives_up_what_is_in_flight() -> None:
    async def run() -> tuple[Outcome, int]:
        sampler = ScriptedSampler(lambda request: 0, max_turns=0)

        async def never(requests: Sequence[Request], told: Told) -> None:
            sampler.in_flight += len(requests)
            try:
                await asyncio.Event().wait()
            finally:
                sampler.cancelled += len(requests)

        sampler.draw = never  # type: ignore[method-assign]
        solving = Solving([a_question()], SETTINGS, sampler)
        asyncio.get_running_loop().call_later(0.01, solving.stop)
        (found,) = await solving.run()
        return found, sampler.cancelled

    found, cancelled = asyncio.run(run())
    assert found.verdict.answer is None
    assert found.verdict.stop_reason == CANCELLED
    assert cancelled == 2


def test_the_winning_chain_is_the_likeliest_that_gave_the_answer_itself() -> None:
    question = a_question()
    request = dataclasses.replace(a_request(question), index=0)
    samples = tuple(
        dataclasses.replace(
            a_sample(dataclasses.replace(request, index=index), vote), mean_logprob=logprob, is_closed=how
        )
        for index, (vote, logprob, how) in enumerate(
            [(0, -0.5, False), (0, -0.1, True), (0, -0.3, False), (1, -0.9, False)]
        )
    )
    found, _ = solved([0, 0])
    found = dataclasses.replace(found, samples=samples)
    best = found.chain(0)
    assert best is not None
    assert best.index == 2
    assert found.dissent == 1
    assert found.chain(3) is None


def test_reasons_in_words() -> None:
    asked_for = SETTINGS.replaced(rule="fixed:3")
    assert why_more(asked_for, []) == "no votes: 3 more of the 3 that are asked for"
    assert why_more(asked_for, [0]) == "A is alone with 1: 2 more of the 3 that are asked for"
    asked, _ = solved([0, 0, 1])
    asked = dataclasses.replace(asked, settings=asked_for)
    assert why_stopped(asked).endswith("samples that were asked for are there")
    assert standing([None, None]) == "no votes"
    capped, _ = solved([0, 1, 0, 1, 0, 1])
    assert why_stopped(capped) == "A and B are level; no more than 6 samples are allowed"


def test_plain_text_shows_no_control_code_of_the_model() -> None:
    found, _ = solved([0, 0])
    hostile = tuple(dataclasses.replace(sample, text="\x1b[2Jfoo\x07") for sample in found.samples)
    text = plain(dataclasses.replace(found, samples=hostile))
    assert "\x1b" not in text
    assert "␛[2Jfoo␇" in text
    assert "answer: A (option 0), 100 % of the votes" in text


@pytest.mark.parametrize(
    "change", [{"rule": "leed:3"}, {"max_samples": 0}, {"temperature": -1}, {"ensemble": "no"}, {"top_p": 0}]
)
def test_bad_settings_are_refused_at_once(change: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        SETTINGS.replaced(**change)
    with pytest.raises(PromptError):
        SETTINGS.replaced(prompt="no such prompt")


def test_the_time_of_a_question_is_that_of_its_samples_and_not_of_what_lies_between_two_calls() -> None:
    found, _ = solved([0, 0])
    times = ((0.0, 2.0), (1.0, 3.0), (600.0, 601.5))
    samples = [
        dataclasses.replace(found.samples[0], launched_at=start, finished_at=end, key=f"q/m/{index}", index=index)
        for index, (start, end) in enumerate(times)
    ]
    assert outcome_of(found.asked, found.verdict, samples).seconds == 4.5
