"""The search: prompts, then ways to sample, then the last two on more questions, then the winner on the other half.

::

    prompts        every prompt, four samples a question     three rounds, half of the arms each
    sampling       the best prompt in every way to sample    two rounds
    final          the last two, and the starting point      one round of as many samples as a run; rule, cap and
                   unless it is behind beyond chance         bound by replay on what the winner has drawn
    statement      winner and starting point, as eval would ask with them, on the half of the problems that took no
                   part in any choice

The starting point (what ``eval`` would do with the same flags) is drawn on that half from the first round on, in some
of the places: it does not hang on the search, and the last long chains of a round would leave the engine empty. With a
budget every part has a share of it; what one leaves the next may use.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from harness.errors import TuneError
from harness.tune.arm_samples import INTERRUPTED, ArmSamples, Tried
from harness.tune.arms import Arm
from harness.tune.halving import Halves, Standing, reach, standings, survivors
from harness.tune.stopping import Point, Stop, cheapest, points_of, ways
from solver.base.display.figures import counted
from solver.base.errors import Interrupted
from solver.base.intervals import Difference, paired_difference, share_interval
from solver.problems.question import Question

EXPLORED = 4
"""Samples of a question in the rounds that choose arms."""
LEAST = 16
"""Questions of a round at least."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of halving."""

    questions: int
    """Wanted of the choosing half."""
    keep: int
    """Arms that go on at most; 0 is half of them."""
    share: float
    """Of the budget: what everything drawn to choose may have cost by its end."""


PROMPT_ROUNDS = (Round(60, 0, 0.1), Round(150, 3, 0.17), Round(300, 2, 0.22))
SAMPLING_ROUNDS = (Round(120, 4, 0.31), Round(300, 2, 0.38))
FINAL_SHARE, STATED_SHARE = 0.62, 0.16
"""Of the budget: what choosing may have cost in all, and what the starting point may cost on the other half."""
SPARED = 0.75
"""Samples that a rule draws, as a share of its cap, where nothing is known yet; 0.68 and 0.83 were measured."""
FILLING_SHARE = 4
"""It is drawn with 1/4 of the slots while rounds go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """What a round came to."""

    stage: str
    standings: tuple[Standing, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """What the chosen settings came to on the half that chose nothing."""

    winner: Point
    single: Point
    """One sample of the winner."""
    start: Point
    """The settings where the search began."""
    gain: Difference
    """The winner less these, paired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the search came to."""

    arm: Arm
    stop: Stop
    start: Arm
    start_stop: Stop
    rounds: tuple[Ranked, ...]
    points: tuple[tuple[str, Point], ...]
    """Arm and what each way to stop came to, on the choosing half; of the last arms."""
    chosen: Point
    stated: Stated | None
    """None where the budget was gone before."""
    ended_by: str
    """Why it ended, for people."""

    @property
    def is_behind(self) -> bool:
        """Whether the choice was right less often than the starting settings on the half that chose nothing."""
        return self.stated is not None and self.stated.gain.value < 0

    @property
    def advised(self) -> Arm:
        """What to ask with: the choice, or the starting settings where it was behind them."""
        return self.start.stopping(self.start_stop) if self.is_behind else self.arm.stopping(self.stop)

    def by_arm(self) -> Iterator[tuple[str, Sequence[Point]]]:
        """Yield the points of every one of the last arms, the winner's first."""
        for arm in dict.fromkeys(name for name, _ in self.points):
            yield arm, [point for name, point in self.points if name == arm]


async def _all(arms: Sequence[Arm]) -> Sequence[Arm]:
    return arms


@dataclass(slots=True)
class Search:
    """One search.

    Args:
        start: the settings where it begins.
        candidates: the prompts, ``start``'s first.
        variants: the other ways to sample of an arm, itself first.
        cap: samples of a question at most in what is tried.
        start_stop: how the starting point stops.
        usable: leaves out what the server refuses.
        told: gets a line for people after every round.
        at: gets how much of the work is done, 0 to 1, and what goes on.
    """

    samples: ArmSamples
    halves: Halves
    start: Arm
    candidates: Sequence[Arm]
    variants: Callable[[Arm], Sequence[Arm]]
    cap: int
    start_stop: Stop
    slots: int
    budget: int | None = None
    usable: Callable[[Sequence[Arm]], Awaitable[Sequence[Arm]]] = _all
    told: Callable[[str], None] = lambda line: None
    at: Callable[[float, str], None] = lambda share, stage: None
    _rounds: list[Ranked] = field(default_factory=list)
    _filling: asyncio.Task[object] | None = None
    _stage: tuple[str, float, float] = ("", 0.0, 0.0)
    _missing: int = 0
    _landed: int = 0

    async def run(self) -> Found:
        """Search to the end, or as far as the budget goes.

        Raises:
            LogicVoteError: the engine is gone, or no two arms could be compared.
            Interrupted: the user cut it short.
        """
        try:
            prompts = await self._race("prompts", self.candidates, PROMPT_ROUNDS)
            wide = list(await self.usable(self.variants(prompts[0])))
            known = {arm.key for arm in wide}
            wide += [arm for arm in prompts[1:] if arm.key not in known]
            best = await self._race("sampling", wide, SAMPLING_ROUNDS)
            return await self._conclude(best)
        finally:
            await self._stop_filling()

    def landed(self) -> None:
        """Take note of a sample that a round was waiting for."""
        self._landed += 1
        name, begin, end = self._stage
        self.at(begin + (end - begin) * min(1.0, self._landed / max(1, self._missing)), name)

    # ---- rounds ----------------------------------------------------------------------------------------------------

    async def _race(self, stage: str, arms: Sequence[Arm], rounds: Sequence[Round]) -> list[Arm]:
        """Return the arms that are left, the best first."""
        alive, reached = list(arms), 0
        for one in rounds:
            if len(alive) == 1:
                # Nothing else can still win.
                break
            reached = self._reach(alive, one, reached, EXPLORED)
            questions = self.halves.choosing[:reached]
            if self.budget is not None and self._rounds and self._cost(alive, reached, EXPLORED) > self._left_to_choose:
                # What is left is for the last arms and the statement.
                break
            await self._draw(
                f"{stage}, {counted(len(alive), 'arm')}, {counted(reached, 'question')}",
                alive,
                questions,
                EXPLORED,
                one.share,
            )
            if self.samples.stopped == INTERRUPTED:
                break
            self._fill()
            ranked = self._rank(alive, questions, EXPLORED)
            if not ranked:
                break
            kept = survivors(ranked, one.keep or -(-len(alive) // 2))
            self._note(Ranked(stage=stage, standings=ranked, kept=kept))
            by_name = {arm.name: arm for arm in alive}
            alive = [by_name[name] for name in kept]
            if self.samples.stopped is not None:
                break
        return alive

    @property
    def _left_to_choose(self) -> float:
        """Tokens that choosing may still cost."""
        return FINAL_SHARE * (self.budget or 0) - self.samples.spent_on(self.halves.choosing)

    def _reach(self, arms: Sequence[Arm], one: Round, reached: int, samples: int) -> int:
        """Return how many questions a round goes to."""
        most = min(one.questions, len(self.halves.choosing))
        if self.budget is None:
            return max(most, reached)
        spent = self.samples.spent_on(self.halves.choosing)
        least = max(reached, min(LEAST, most))
        return reach(most, least, one.share * self.budget - spent, lambda n: self._cost(arms, n, samples))

    def _cost(self, arms: Sequence[Arm], n: int, samples: int) -> float:
        """Return the tokens that it takes to have so many samples of the first ``n`` questions."""
        questions = self.halves.choosing[:n]
        return sum(self.samples.tokens_a_sample(arm) * self.samples.missing(arm, questions, samples) for arm in arms)

    async def _draw(
        self, stage: str, arms: Sequence[Arm], questions: Sequence[Question], samples: int, until: float
    ) -> None:
        self._stage = (stage, self._stage[2], until)
        self._landed, self._missing = 0, sum(self.samples.missing(arm, questions, samples) for arm in arms)
        await self.samples.draw_each([(arm, questions, samples) for arm in arms])

    def _rank(self, arms: Sequence[Arm], questions: Sequence[Question], samples: int) -> tuple[Standing, ...]:
        """Rank arms on what all of them have; arms that the server refuses are out."""
        scores = {arm.name: self.samples.scores(arm, questions, samples) for arm in arms}
        most = max(map(len, scores.values()))
        scores = {name: found for name, found in scores.items() if found and 2 * len(found) >= most}
        # A round that the budget broke off may have little in common.
        if not scores or 2 * len(set.intersection(*(set(found) for found in scores.values()))) < len(questions):
            return ()
        clusters = {one.id: one.problem_id for one in questions}
        return standings(scores, clusters, {arm.name: self.samples.tokens_a_sample(arm) for arm in arms})

    def _note(self, ranked: Ranked) -> None:
        self._rounds.append(ranked)
        first = ranked.standings[0]
        others = "; ".join(f"{one.arm} {100 * one.score:.1f}" for one in ranked.standings[1:3])
        self.told(
            f"{ranked.stage}: {counted(len(ranked.standings), 'arm')} on {counted(first.n, 'question')}, "
            f"{len(ranked.kept)} go on; {first.arm} {100 * first.score:.1f} %" + (f", then {others}" if others else "")
        )

    # ---- the other half --------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Begin to draw the starting point on the other half, beside the rounds."""
        if self._filling is None and self.samples.stopped is None:
            slots = max(1, self.slots // FILLING_SHARE)
            draw = self.samples.answer(self.start, self._filled(), is_waited_for=False, slots=slots)
            self._filling = asyncio.create_task(draw)

    async def _stop_filling(self) -> None:
        if self._filling is not None:
            self._filling.cancel()
            await asyncio.gather(self._filling, return_exceptions=True)

    def _filled(self) -> tuple[Question, ...]:
        """Return the questions of the other half that are asked meanwhile, as many as the starting point may cost."""
        if self.budget is None:
            return self.halves.stating
        each = self.samples.tokens_a_sample(self.start) * SPARED * self.start_stop.cap
        return self.halves.stating[: max(LEAST, int(STATED_SHARE * self.budget / each))]

    async def _conclude(self, best: Sequence[Arm]) -> Found:
        """Compare the last arms, choose how to stop, and state what came of it."""
        finalists = list(best[:2])
        if self._may_still_win(self.start) and self.start.key not in {arm.key for arm in finalists}:
            finalists.append(self.start)
        reached = self._reach(finalists, Round(len(self.halves.choosing), 0, FINAL_SHARE), LEAST, self.cap)
        questions = self.halves.choosing[:reached]
        await self._draw(f"final, {counted(reached, 'question')}", finalists, questions, self.cap, 0.7)
        if self.samples.stopped == INTERRUPTED:
            raise Interrupted
        ranked = self._rank(finalists, questions, self.cap)
        if ranked:
            self._note(Ranked(stage="final", standings=ranked, kept=(ranked[0].arm,)))
            order = [one.arm for one in ranked]
            finalists = sorted((arm for arm in finalists if arm.name in order), key=lambda arm: order.index(arm.name))
        # Seconds of computing, while the starting point is still being drawn.
        points = await asyncio.to_thread(self._all_points, finalists)
        if not points or not self._rounds:
            raise TuneError(self._why_nothing())
        winner = finalists[0]
        chosen = cheapest([point for name, point in points if name == winner.name])
        return Found(
            arm=winner,
            stop=chosen.stop,
            start=self.start,
            start_stop=self.start_stop,
            rounds=tuple(self._rounds),
            points=tuple(points),
            chosen=chosen,
            stated=await self._state(winner, chosen),
            ended_by=self.samples.stopped or "nothing is left to try",
        )

    def _may_still_win(self, arm: Arm) -> bool:
        """Tell whether an arm was never behind beyond chance."""
        return all(one.can_win for ranked in self._rounds for one in ranked.standings if one.arm == arm.name)

    def _why_nothing(self) -> str:
        if self.samples.errors:
            return f"no arm got an answer; the first said: {next(iter(self.samples.errors.values()))}"
        return f"the token budget of {self.budget:,} was gone before two arms could be compared; give more"

    def _all_points(self, arms: Sequence[Arm]) -> list[tuple[str, Point]]:
        return [
            (arm.name, point) for place, arm in enumerate(arms) for point in self._points(arm, is_winner=place == 0)
        ]

    def _points(self, arm: Arm, *, is_winner: bool) -> list[Point]:
        """Replay the ways to stop on what an arm has drawn of the choosing half; shorter bounds for the winner."""
        for samples in (self.cap, EXPLORED):
            records = self.samples.records(arm, self.halves.choosing, samples)
            if len(records) >= min(LEAST, len(self.halves.choosing)) or (samples == EXPLORED and records):
                bound = arm.settings.max_tokens
                stops = [stop for stop in ways(samples, bound) if is_winner or stop.max_tokens == bound]
                return points_of(records, stops)
        return []

    async def _state(self, winner: Arm, chosen: Point) -> Stated | None:
        """Draw winner and starting point on the other half, and say what they come to there."""
        # What it has in flight is lost: little, and now all places are free for it.
        await self._stop_filling()
        questions = self.halves.stating
        asked = winner.stopping(chosen.stop)
        if self.budget is not None:
            # Questions differ in what they cost: a tenth is kept back.
            n = reach(
                len(questions), min(LEAST, len(questions)), 0.9 * self.samples.left, self._cost_of_stating(chosen)
            )
            questions = questions[:n]
        self._stage = (f"statement, {counted(len(questions), 'question')}", self._stage[2], 1.0)
        self._landed, self._missing = 0, int(2 * chosen.samples * len(questions))
        if asked.key == self.start.key:
            # The same samples serve both, one after the other.
            theirs = await self.samples.answer(self.start, questions)
            mine = await self.samples.answer(asked, questions)
        else:
            mine, theirs = await self.samples.answer_each([(asked, questions), (self.start, questions)])
        shared = [name for name in mine if name in theirs]
        if not shared:
            return None
        return stated([mine[one] for one in shared], chosen.stop, [theirs[one] for one in shared], self.start_stop)

    def _cost_of_stating(self, chosen: Point) -> Callable[[int], float]:
        """Return what it takes to ask so many questions of the other half, as tokens."""
        each = self.samples.tokens_a_sample(self.start) * SPARED * self.start_stop.cap
        drawn = self.samples.spent_on(self.halves.stating)
        return lambda n: chosen.tokens * n + max(0.0, each * n - drawn)


def stated(mine: Sequence[Tried], stop: Stop, theirs: Sequence[Tried], start: Stop) -> Stated:
    """Compare two ways to ask on the same questions."""
    gain = paired_difference(
        [float(ours.is_right) - other.is_right for ours, other in zip(mine, theirs, strict=True)],
        [one.problem for one in mine],
    )
    n, problems = len(mine), [one.problem for one in mine]
    single = share_interval([one.is_first_right for one in mine], problems)
    tokens = sum(one.tokens / one.samples for one in mine) / n
    return Stated(
        winner=_point(mine, stop),
        single=Point(Stop("fixed:1", 1, stop.max_tokens), single, 1.0, tokens),
        start=_point(theirs, start),
        gain=gain,
    )


def _point(tried: Sequence[Tried], stop: Stop) -> Point:
    n = len(tried)
    accuracy = share_interval([one.is_right for one in tried], [one.problem for one in tried])
    return Point(stop, accuracy, sum(one.samples for one in tried) / n, sum(one.tokens for one in tried) / n)
