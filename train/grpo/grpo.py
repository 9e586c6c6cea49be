"""Reinforcement learning with checked answers: the run before its weights are loaded, and trl's GRPOTrainer for it.

Who trains, ``train.grpo.loops`` says: our own loop (``train.grpo.loop``), or trl, in the run of ``train.lora.run``.

The model answers each question several times, and every answer is paid by ``solver.training_rows.reward``. Completions
come from transformers, or from vLLM beside the trainer (``sampling.engine=vllm``). A group whose rewards are all equal
carries no gradient; how many were useful is logged, drawn and reported.

Example: ``python -m train grpo embedded-grpo data.train=data/puzzles.jsonl --out runs/grpo``
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, ClassVar

from solver.base.display.figures import counted
from solver.problems.prompt import Template, load_template
from solver.problems.question import Question
from solver.training_rows.reward import OUTCOMES, score
from train.errors import RowsError
from train.grpo import questions as question_files
from train.grpo.exact_base import keep_base
from train.grpo.questions import Practice
from train.grpo.recipe import GrpoRecipe
from train.lora.preparation import look_at
from train.lora.prepared import Prepared
from train.lora.report import Panel, Work, points
from train.lora.row_selection import select
from train.lora.sound_steps import SoundSteps
from train.quiet_imports import hushed

_SPREADLESS = "frac_reward_zero_std"
"""trl's name for the share of groups whose rewards are all equal."""
_LENGTH = "completions/mean_length"
_CURVES = {
    "reward": "reward",
    "right": "right",
    "length": _LENGTH,
    "cut_off": "completions/clipped_ratio",
    "groups_without_spread": _SPREADLESS,
}
"""Our name -> trl's, of what the report gives at its beginning and end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPractice(Prepared[Practice]):
    """A run of reinforcement learning."""

    recipe: GrpoRecipe
    left_out: dict[str, int]
    """Reason -> questions that are not practised on."""
    rates: list[dict[str, Any]]
    """Solve rates beforehand, by family and level."""
    measured: Mapping[str, float]
    """The same by question."""
    questions: Mapping[str, Question]
    """Those practised on and those held out, by id."""
    guard: tuple[Question, ...]
    """General questions, asked before and after."""
    template: Template

    panels: ClassVar[tuple[Panel, ...]] = (
        Panel("reward", {"training": "reward", "held out": "eval_reward"}),
        Panel("share right", {"training": "right", "held out": "eval_right"}),
        Panel(
            "tokens a completion", {"training": "completions/mean_length", "held out": "eval_completions/mean_length"}
        ),
        Panel("share", {"groups without spread": _SPREADLESS, "cut off": "completions/clipped_ratio"}),
    )
    told: ClassVar[Mapping[str, str]] = {
        "reward": "reward",
        _LENGTH: "tokens",
        _SPREADLESS: "groups without spread",
        "eval_right": "held-out share right",
    }
    idle_advice: ClassVar[str] = (
        "no group of answers was paid differently, so there was nothing to compare: take questions that are solved now "
        "and then (data.solved=RUN), larger groups, or raise optim.lr"
    )
    smaller_advice: ClassVar[str] = (
        "loop.pack lower, the sampler's share sampling.vllm_memory lower, or run.gradient_checkpointing=true; with "
        "loop.kind=trl and another --out optim.batch lower"
    )
    eval_key: ClassVar[str] = "eval_reward"

    def counts(self) -> dict[str, Any]:
        """Describe the questions."""
        return {
            "loop": self.recipe.loop.kind,
            "left_out": self.left_out,
            "solve_rates": self.rates,
            "questions_per_step": self.recipe.questions_per_step,
            "longest": max(one.longest for one in self.rows.train),
            "tokens": sum(one.prompt_length for one in self.rows.train) * self.recipe.sampling.group,
        }

    def work(self) -> Work:
        """Return nothing: how long completions become is not known before."""
        return Work(tokens=0, answer_tokens=0, squared_lengths=0)

    def arguments(self, shared: dict[str, Any]) -> Any:
        """Return trl's arguments."""
        from trl import GRPOConfig

        sampling, loss = self.recipe.sampling, self.recipe.loss
        is_vllm = sampling.engine == "vllm"
        engine = {
            "use_vllm": True,
            "vllm_mode": "colocate",
            "vllm_gpu_memory_utilization": sampling.vllm_memory,
            "vllm_max_model_length": self.rows.max_length,
        }
        return GRPOConfig(
            # Its inputs have other names than those that transformers counts.
            **{**shared, "include_num_input_tokens_seen": "no"},
            num_generations=sampling.group,
            num_generations_eval=sampling.eval_group,
            max_completion_length=sampling.max_tokens,
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            beta=loss.beta,
            epsilon=loss.epsilon,
            epsilon_high=loss.epsilon_high,
            loss_type=loss.kind,
            scale_rewards=loss.scale,
            mask_truncated_completions=not loss.learns_cut_off,
            **(engine if is_vllm else {}),
        )

    def columns(self, rows: Sequence[Practice]) -> dict[str, list[Any]]:
        """Return prompts, and what the reward is reckoned by."""
        return {
            "prompt": [one.messages for one in rows],
            "question": [one.question for one in rows],
            "options": [one.options for one in rows],
            "right": [one.right for one in rows],
        }

    def make_trainer(self, model: Any, **shared: Any) -> Any:
        """Return trl's trainer."""
        with hushed():
            # It looks at vLLM, used or not, and warns of versions that it does not know.
            from trl import GRPOTrainer

        class Sound(SoundSteps, GRPOTrainer):  # type: ignore[misc]  # trl is untyped here
            """trl's trainer, whose steps are looked at."""

        # It generates with the model's own settings, and the other trainers switch the cache off.
        model.config.use_cache = True
        reward = reward_function(self.recipe, self.tokenizer, model.generation_config.eos_token_id)
        trainer = Sound(model, reward_funcs=reward, **shared)
        if self.recipe.sampling.engine == "vllm":
            keep_base(trainer.model)
        return trainer

    def findings(self, history: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the curves' beginnings and ends, and what became of all completions."""
        found: dict[str, Any] = {}
        for name, key in _CURVES.items():
            for prefix in ("", "eval_"):
                if curve := [value for _, value in points(history, f"{prefix}{key}")]:
                    # The mean of a tenth: single steps are of few questions.
                    part = max(1, len(curve) // 10) if not prefix else 1
                    found[f"{prefix}{name}_first"] = round(fmean(curve[:part]), 4)
                    found[f"{prefix}{name}_last"] = round(fmean(curve[-part:]), 4)
        return found


def ends_of(tok: Any, declared: int | Sequence[int] | None) -> frozenset[int]:
    """Return the tokens that end a completion.

    Args:
        declared: as the model's generation config says them.
    """
    own = [] if declared is None else [declared] if isinstance(declared, int) else list(declared)
    return frozenset(one for one in (tok.eos_token_id, tok.pad_token_id, *own) if one is not None)


def reward_function(recipe: GrpoRecipe, tok: Any, eos: int | Sequence[int] | None) -> Callable[..., list[float]]:
    """Return what trl calls with a batch of completions.

    Args:
        eos: tokens that end a completion, as the model declares them.
    """
    ends = ends_of(tok, eos)

    def right_answer(
        completions: Sequence[Any],
        completion_ids: Sequence[Sequence[int]],
        question: Sequence[str],
        options: Sequence[Sequence[str]],
        right: Sequence[Sequence[str]],
        log_metric: Callable[[str, float], None] = lambda name, value: None,
        **unused: Any,
    ) -> list[float]:
        scored = [
            score(
                completion if isinstance(completion, str) else completion[-1]["content"],
                shown,
                letters,
                n_tokens=len(ids),
                is_ended=bool(ids) and ids[-1] in ends,
                plan=recipe.reward,
                max_tokens=recipe.sampling.max_tokens,
                question=asked,
            )
            for completion, ids, asked, shown, letters in zip(
                completions, completion_ids, question, options, right, strict=True
            )
        ]
        counts = Counter(one.outcome for one in scored)
        for outcome in OUTCOMES:
            log_metric(outcome, counts[outcome] / max(1, len(scored)))
        return [one.reward for one in scored]

    return right_answer


def prepare(recipe: GrpoRecipe, out: Path, *, init_adapter: Path | None = None, processes: int = 1) -> PreparedPractice:
    """Read and check questions, base, tokenizer, adapter and disk. Loads no weights.

    Raises:
        TrainError: something would have gone wrong later.
    """
    data, sampling = recipe.data, recipe.sampling
    if not data.train:
        raise RowsError("no questions to practise on; give data.train=FILE of problems with answers")
    # Our own loop asks what is outside of the window now and then: there the window moves with the model.
    wide = data.model_copy(update={"window": (0.0, 1.0)}) if recipe.is_own else data
    chosen = question_files.choose(data.train, wide)
    held = _unmeasured(recipe.held_out.data or data.eval, recipe)
    template = load_template(data.prompt)
    ground = look_at(recipe, init_adapter)

    def encoded(questions: Sequence[Any]) -> list[Practice]:
        return question_files.encode(
            questions, template, ground.tokenizer, data, seed=recipe.run.seed, most=sampling.max_tokens
        )

    rows = select(recipe, encoded(chosen.questions), encoded(held))
    if len(rows.train) < recipe.questions_per_step:
        raise RowsError(
            f"{counted(len(rows.train), 'question')}, but a step takes {recipe.questions_per_step}; lower "
            "optim.accumulation"
        )
    return PreparedPractice.of(
        recipe,
        out,
        ground,
        rows,
        sequences=[[0] * one.longest for one in rows.all],
        digest=question_files.digest(rows.all),
        processes=processes,
        left_out=chosen.left_out,
        rates=chosen.rates,
        measured=chosen.measured,
        questions={one.id: one for one in (*chosen.questions, *held)},
        guard=tuple(_unmeasured(recipe.held_out.guard, recipe)),
        template=template,
    )


def _unmeasured(paths: Sequence[str], recipe: GrpoRecipe) -> list[Question]:
    """Read questions that are asked and not practised on."""
    return question_files.choose(paths, recipe.data.model_copy(update={"solved": ()})).questions if paths else []
