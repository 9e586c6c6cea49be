"""Practice in a loop of our own: draw, keep groups with spread, take a step, hand the weights over, measure held out.

The engine draws all the time, a few steps' worth ahead; the trainer takes what is ready, so that neither waits for the
other. Answers are therefore a step or two old, which the ratio of probabilities accounts for: both are known, of every
token. The run's folder, its resume and its report are those of every other way of training (``train.lora.run_folder``).

``python -m train grpo qwen2.5-1.5b-grpo data.train=problems.jsonl --minutes 13 --out runs/practised``
"""

from __future__ import annotations

import contextlib
import math
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any

import torch

from solver.base.display.figures import counted
from solver.base.display.printing import tell, tell_soon
from solver.base.display.progress import bar
from solver.base.errors import EngineMissing
from solver.base.signals import Interrupts
from solver.training_rows.reward import OUTCOMES
from train.errors import AdapterError, DivergedError
from train.finite_steps import MISSED
from train.grpo.grpo import PreparedPractice, ends_of
from train.grpo.loop import checkpoint
from train.grpo.loop.asking import Asking, Measured, Ready, paired
from train.grpo.loop.checkpoint import Progress
from train.grpo.loop.figures import Figures
from train.grpo.loop.groups import Group, has_spread, lessons
from train.grpo.loop.held_out import Verdict, judge
from train.grpo.loop.learner import Learner
from train.grpo.loop.policy import Policy
from train.grpo.loop.sampler import Sampler, Weights
from train.grpo.loop.schedule import progress as progress_of
from train.grpo.loop.source import Source
from train.lora import report as lora_report
from train.lora import run_folder
from train.lora.base_folder import base_of
from train.lora.callbacks import newest_whole
from train.lora.run_folder import Course
from train.lora.sound_steps import missed_of
from train.model_files import local_folder

MOST_FLAT = 8
"""Steps' worth of groups without one that has spread, after which a run ends with advice."""
KEPT_WEIGHTS = 4
"""Versions on disk that the engine may still read."""
_ROOM = 64
"""Tokens of context beside ``data.max_length``: another order of the options may be a few tokens longer."""


def practise(
    ready: PreparedPractice, *, use_cpu: bool = False, launch: str = "", minutes: float | None = None
) -> dict[str, Any]:
    """See ``train.grpo.loops.Loop``."""
    if (report := run_folder.report_if_done(ready)) is not None:
        tell(f"{ready.out} is done already; its report is printed again")
        return report
    run_folder.open_folder(ready)
    last = run_folder.last_checkpoint(ready)
    tell(f"loading {ready.recipe.base.model}")
    policy = Policy(ready.recipe, ready.ground, use_cpu=use_cpu)
    tell(f"attention: {policy.attention.name} ({policy.attention.reason})")
    sampler = sampler_of(ready, policy)
    with contextlib.closing(sampler), tempfile.TemporaryDirectory(prefix="logic-vote-weights-") as handed:
        run = Practice(ready, policy, sampler, handed=Path(handed), minutes=minutes)
        if last is not None:
            run.restore(*checkpoint.load(last))
        return run.run()


def sampler_of(ready: PreparedPractice, policy: Policy) -> Sampler:
    """Start what draws.

    Raises:
        EngineMissing: vLLM is asked for and not installed.
    """
    recipe, tok = ready.recipe, ready.tokenizer
    ends = tuple(sorted(ends_of(tok, policy.eos)))
    if recipe.sampling.engine != "transformers":
        from train.grpo.loop.engine.sampler import EngineSampler, serving_of

        base = local_folder(base_of(recipe.base).model)
        places = getattr(ready.ground.config.get_text_config(), "max_position_embeddings", None)
        longest = min(ready.rows.max_length + _ROOM, places or ready.rows.max_length)
        try:
            dtype = str(policy.dtype).removeprefix("torch.")
            return EngineSampler(serving_of(recipe, base, dtype=dtype, max_length=longest, ends=ends, out=ready.out))
        except EngineMissing as error:
            if recipe.sampling.engine == "vllm":
                raise
            tell(f"{error}; until then the trainer's own model draws, slowly")
    from train.grpo.loop.plain_sampler import PlainSampler

    return PlainSampler(policy, tok, ends, pack=recipe.loop.pack)


class Practice:
    """One call of a run.

    Args:
        handed: folder for weights that are handed to the sampler.
        minutes: training time over all calls.
    """

    def __init__(
        self, ready: PreparedPractice, policy: Policy, sampler: Sampler, *, handed: Path, minutes: float | None
    ) -> None:
        recipe = ready.recipe
        self._ready, self._policy, self._sampler, self._handed = ready, policy, sampler, handed
        self._limit_s = None if minutes is None else 60 * minutes
        self._practised = [ready.questions[one.where] for one in ready.rows.train]
        self._held = [ready.questions[one.where] for one in ready.rows.eval]
        self._guard = [one for one in ready.guard if one.gold is not None]
        self._source = Source(
            self._practised,
            ready.measured,
            window=recipe.data.window,
            outside=recipe.loop.outside,
            rng=Random(f"practice/{recipe.run.seed}"),
        )
        self._asking = Asking(ready, sampler, self._source)
        self._learner = Learner(recipe, policy)
        self._wanted = recipe.questions_per_step
        self._steps = recipe.run.max_steps or math.ceil(recipe.optim.epochs * len(self._practised) / self._wanted)
        self._progress = Progress()
        self._best: dict[str, Any] | None = None
        self._version = 0
        self._again: tuple[str, ...] = ()
        """Questions that an earlier call asked and did not learn from."""
        self._is_stopped = False
        self._is_spent = False
        """Nothing has spread any more."""
        self._began = time.monotonic()
        self._earlier_s = 0.0
        self._timed_s, self._timed_tokens = 0.0, 0

    @property
    def _elapsed_s(self) -> float:
        return self._earlier_s + time.monotonic() - self._began

    @property
    def _verdict(self) -> Verdict:
        curve = lora_report.points(self._progress.history, "eval_right")
        return judge(curve, self._ready.recipe.held_out.patience)

    def restore(self, progress: Progress, tensors: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        self._progress, self._earlier_s = progress, progress.elapsed_s
        self._policy.load(tensors["adapter"])
        self._learner.optimizer.load_state_dict(tensors["optimizer"])
        self._learner.steps.missed = missed_of(progress.history)
        torch.set_rng_state(tensors["rng"])
        if self._policy.is_cuda and "cuda_rng" in tensors:
            torch.cuda.set_rng_state(tensors["cuda_rng"])
        self._best = tensors["best"] or None
        self._source.restore(progress.source)
        self._again = tuple(progress.open)
        progress.open = []

    def run(self) -> dict[str, Any]:
        """Train to the end, or until a signal; return the report."""
        interrupts = Interrupts()
        interrupts.finish = self._stop
        begun = self._progress.step
        with interrupts, bar("steps", self._steps, done=begun) as tick, Figures(self._ready.out, begun) as figures:
            if self._progress.step or self._ready.ground.init_adapter is not None:
                self._hand_over()
            # After the weights: what is asked again is drawn with them.
            for name in self._again:
                self._asking.practise(self._source.again(name))
            if not self._progress.step and not self._progress.history:
                self._begin(figures)
            while not self._is_over():
                tick(self._progress.step)
                self._step(figures)
            if self._is_stopped and not self._is_done():
                self._save()
                return {"done": False, "out": str(self._ready.out), "step": self._progress.step}
            return self._end(figures)

    def _stop(self) -> None:
        self._is_stopped = True
        tell_soon("stopping after this step; once more leaves at once, without a checkpoint")

    def _is_out_of_time(self) -> bool:
        return self._limit_s is not None and self._elapsed_s >= self._limit_s

    def _is_done(self) -> bool:
        return self._progress.step >= self._steps or self._verdict.stops

    def _is_over(self) -> bool:
        return self._is_done() or self._is_stopped or self._is_spent or self._is_out_of_time()

    def _begin(self, figures: Figures) -> None:
        """Measure before the first step; asks for it are in the engine before what is measured."""
        if self._sampler.is_beside:
            self._asking.keep(self._ahead())
        if self._guard:
            found = self._measure("guard", self._guard)
            self._progress.before["guard"] = found.right
            tell(f"guard: {found.accuracy:.3f} right of {counted(len(found.right), 'question')}")
        if self._held:
            self._progress.before["held_out"] = self._evaluate(figures).right
            self._save()

    def _ahead(self) -> int:
        return math.ceil(self._ready.recipe.loop.ahead * self._wanted)

    def _step(self, figures: Figures) -> None:
        began = time.monotonic()
        useful, drawn = self._collect()
        waited_s = time.monotonic() - began
        if len(useful) < self._wanted:
            # A signal or the clock; what is there is asked again by whoever goes on.
            self._progress.open = [one.turn.question.id for one in useful]
            return
        recipe, now = self._ready.recipe, self._progress
        groups = [Group(one.ask.prompt, one.draw.completions) for one in useful]
        items = lessons(groups, scale=recipe.loss.scale, learns_cut_off=recipe.loss.learns_cut_off)
        part = progress_of(now.step, self._steps, self._elapsed_s, self._limit_s)
        rate = self._learner.set_rate(part, now.step, self._steps)
        line = self._learner.learn(items, now.step + 1)
        tokens = sum(one.length for one in items)
        now.step += 1
        now.tokens += tokens
        now.learnt += len(items)
        now.drawn += sum(len(one.draw.completions) for one in drawn)
        now.waited_s += waited_s
        lag = fmean(self._version - one.draw.version for one in useful)
        self._hand_over()
        self._timed_s += time.monotonic() - began
        self._timed_tokens += tokens
        line |= {"learning_rate": rate, "lag": round(lag, 3), "wait_s": round(waited_s, 3)}
        self._log(figures, figures_of(drawn) | line)
        if self._learner.steps.is_lost:
            raise self._lost()
        every = recipe.held_out.every or recipe.run.eval_steps
        if self._held and now.step % every == 0:
            self._evaluate(figures)
            self._save()
        elif now.step % recipe.run.save_steps == 0:
            self._save()

    def _lost(self) -> DivergedError:
        """Keep the weights of the last step that was taken; return what to raise."""
        ready = self._ready
        if self._learner.steps.taken:
            self._save()
        return self._learner.steps.error(newest_whole(ready.out / "checkpoints", ready.stamp), ready.unsound_advice)

    def _collect(self) -> tuple[list[Ready], list[Ready]]:
        """Return the groups of a step, and all that were drawn on the way to them."""
        useful: list[Ready] = []
        drawn: list[Ready] = []
        while len(useful) < self._wanted and not (self._is_stopped or self._is_spent or self._is_out_of_time()):
            missing = self._wanted - len(useful)
            self._asking.keep(max(missing, self._ahead()) if self._sampler.is_beside else missing)
            for one in self._asking.groups(missing):
                rewards = [answer.scored.reward for answer in one.draw.completions]
                drawn.append(one)
                self._source.told(
                    one.turn.question, fmean(answer.scored.outcome == "right" for answer in one.draw.completions)
                )
                if has_spread(rewards):
                    useful.append(one)
            if not useful and len(drawn) >= MOST_FLAT * self._wanted:
                if not self._progress.step:
                    raise AdapterError(self._ready.idle_advice)
                tell("no group of answers is paid differently any more: there is nothing left to learn here")
                self._is_spent = True
        if self._sampler.is_beside:
            # What the trainer takes is asked for again before it computes.
            self._asking.keep(self._ahead())
        return useful, drawn

    def _hand_over(self) -> None:
        """Give the sampler the weights as they are now."""
        self._version += 1
        folder = self._handed / f"v{self._version}"
        if self._sampler.is_beside:
            self._policy.save(folder, dtype=self._policy.dtype)
            shutil.rmtree(self._handed / f"v{self._version - KEPT_WEIGHTS}", ignore_errors=True)
        self._sampler.take(Weights(folder, self._policy.scale, self._version))

    def _measure(self, what: str, questions: Sequence[Any]) -> Measured:
        began = time.monotonic()
        found = self._asking.measure(questions, index=self._progress.step)
        tell(f"{what}: {counted(len(questions), 'question')} measured in {time.monotonic() - began:.0f} s")
        return found

    def _evaluate(self, figures: Figures) -> Measured:
        """Measure held-out questions; keep the adapter where it is the best so far."""
        found = self._measure("held out", self._held)
        line = {
            "eval_reward": found.accuracy,
            "eval_right": found.accuracy,
            "eval_completions/mean_length": found.tokens,
            "eval_completions/clipped_ratio": found.cut_off,
        }
        self._log(figures, {name: round(value, 6) for name, value in line.items()})
        if self._progress.step and self._verdict.best_step == self._progress.step:
            self._best = self._policy.state()
        return found

    def _log(self, figures: Figures, line: dict[str, Any]) -> None:
        line = {"step": self._progress.step, **line, "elapsed_s": round(self._elapsed_s, 3)}
        self._progress.history.append(line)
        figures.write(line)
        if "eval_right" in line or line["step"] % self._ready.recipe.run.log_steps == 0:
            words = [f"{name} {line[key]:.4f}" for key, name in self._ready.told.items() if key in line]
            if line.get(MISSED):
                words.append(f"{counted(line[MISSED], 'step')} not taken")
            tell(f"step {line['step']}/{self._steps}: {', '.join(words)} ({line['elapsed_s']:.0f} s)")

    def _save(self) -> None:
        now = self._progress
        now.elapsed_s = self._elapsed_s
        now.open = [*now.open, *self._asking.open()]
        now.source = self._source.state()
        tensors = {
            "adapter": self._policy.state(),
            "optimizer": self._learner.optimizer.state_dict(),
            "rng": torch.get_rng_state(),
            "best": self._best or {},
        }
        if self._policy.is_cuda:
            tensors["cuda_rng"] = torch.cuda.get_rng_state()
        checkpoint.save(self._ready.out / "checkpoints", now, tensors, self._ready.stamp)
        lora_report.draw(now.history, self._ready.out / "loss.png", self._ready.panels)
        now.open = []

    def _end(self, figures: Figures) -> dict[str, Any]:
        """Choose the adapter, measure it, write it and the report."""
        now, verdict = self._progress, self._verdict
        ended_by = (
            "steps"
            if now.step >= self._steps
            else "held_out"
            if verdict.stops
            else "spread"
            if self._is_spent
            else "minutes"
        )
        if (
            self._held
            and now.step
            and not any("eval_right" in line and line["step"] == now.step for line in now.history)
        ):
            self._evaluate(figures)
            self._save()
        verdict = self._verdict
        if self._best is not None:
            self._policy.load(self._best)
            self._hand_over()
        more: dict[str, Any] = {
            "completions_drawn": now.drawn,
            "completions_learnt_from": now.learnt,
            "waited_s": round(now.waited_s, 1),
        }
        problem_of = {one.id: one.problem_id for one in (*self._held, *self._guard)}
        for name, questions in (("held_out", self._held), ("guard", self._guard)):
            if before := now.before.get(name):
                more[name] = paired(before, self._measure(name, questions).right, problem_of)
        if self._held:
            more["held_out"] |= {"best_step": verdict.best_step, "best": verdict.best, "first": verdict.first}
            if verdict.best <= verdict.first:
                tell("note: no step was better on held-out questions than the start; the best of them is written")
        temporary = self._ready.out / ".adapter.tmp"
        shutil.rmtree(temporary, ignore_errors=True)
        self._policy.save(temporary)
        run_folder.put_adapter(self._ready, temporary)
        course = Course(
            history=now.history,
            step=now.step,
            planned=self._steps,
            ended_by=ended_by,
            epochs=self._source.passed / len(self._practised),
            tokens=now.tokens,
            timed_tokens=self._timed_tokens,
            timed_s=self._timed_s,
            elapsed_s=self._elapsed_s,
            is_cuda=self._policy.is_cuda,
            devices=1,
            is_bf16=self._policy.is_bf16,
            attention=self._policy.attention,
        )
        return run_folder.write_report(self._ready, course, **more)


def figures_of(drawn: Sequence[Ready]) -> dict[str, float]:
    """Return a step's figures, over all groups that were drawn for it; the names are trl's where it has one."""
    answers = [answer for one in drawn for answer in one.draw.completions]
    counts = Counter(answer.scored.outcome for answer in answers)
    flat = [not has_spread([answer.scored.reward for answer in one.draw.completions]) for one in drawn]
    found: dict[str, float] = {
        "reward": fmean(answer.scored.reward for answer in answers),
        "frac_reward_zero_std": fmean(flat),
        "completions/mean_length": fmean(len(answer.ids) for answer in answers),
        "completions/clipped_ratio": counts["cut_off"] / len(answers),
        **{outcome: counts[outcome] / len(answers) for outcome in OUTCOMES},
    }
    return {name: round(value, 6) for name, value in found.items()}
