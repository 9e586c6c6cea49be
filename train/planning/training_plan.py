"""What a fine-tuning run will need, before it runs: parameters, memory by part, steps, hours, and whether it fits.

From the base's shape (``train.planning.base_shapes``) and the recipe alone: no weights are read, nothing is
downloaded, torch is not imported. ``python -m train plan RECIPE --gpu h100``; ``train.planning.plan_table`` shows it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from train.devices import DEVICES, Device, device_of
from train.errors import RecipeError
from train.lora.launch_settings import read_launch
from train.lora.recipe import LoraRecipe, accelerate_config
from train.planning.base_shapes import BaseShape, base_shape, quantised_bits
from train.planning.engine_share import EngineShare, engine_share
from train.planning.memory import GIB, Load, Logits, Memory, Sharding, memory_of, with_gpus

if TYPE_CHECKING:
    from train.grpo.recipe import GrpoRecipe

UTILISATION = 0.40
"""Share of the peak that matrix products reach, recomputation counted as work. Assumed: Llama 3 reports 38 to 43 % on
H100 (arXiv:2407.21783, table 4) and PaLM 46 % (arXiv:2204.02311, table 3), both for training of all weights."""
CHARACTERS = {"han": 1.5, "other": 3.0}
"""Characters a token, the low ends of the Qwen documentation's rule of thumb (1.5 to 1.8 Chinese, 3 to 4 English)."""
TURN_TOKENS = 5
"""Of the chat template around a message: <|im_start|>, role, line break, <|im_end|>, line break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSize:
    """How much there is to train on, in one epoch."""

    rows: int
    tokens: int
    longest: int
    is_counted: bool
    """Tokens were counted with the base's tokenizer; False: estimated from characters, or given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One change that would make a run fit."""

    change: str
    total_gib: float
    """On each GPU, with the change."""
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The answer."""

    recipe: str
    digest: str
    load: Load
    device: Device
    memory: Memory
    data: DataSize | None
    steps: int | None
    """Optimiser steps; None where the data is not known."""
    row_tokens: float
    """Mean length of a row, or the longest allowed where rows are not known."""
    tokens_per_s: float
    """All GPUs together."""
    hours: float | None
    utilisation: float
    advice: tuple[Advice, ...]
    engine: EngineShare | None = None
    """What runs beside the trainer on the same GPU."""
    held_share: float = 0.0
    """Of the rows of ``data`` that are held out; steps and hours are those of the others."""

    @property
    def total(self) -> int:
        """Bytes on each GPU, an engine beside the trainer included."""
        return self.memory.total + (self.engine.total if self.engine else 0)

    @property
    def spare_gib(self) -> float:
        """What is left on each GPU; negative where it does not fit."""
        return self.device.memory_gib - self.total / GIB

    @property
    def fits(self) -> bool:
        """Tell whether peak and reserve fit the device."""
        return self.spare_gib >= 0


def load_of(
    recipe: LoraRecipe,
    shape: BaseShape,
    *,
    gpus: int = 1,
    is_full: bool = False,
    logits: Logits = "tiled",
    longest: int = 0,
) -> Load:
    """Say what a recipe trains, for the memory estimate.

    Args:
        longest: tokens of the longest row, where known; counts with ``data.over_length=keep`` alone.
    """
    keeps = recipe.data.over_length == "keep"
    is_bf16 = recipe.run.bf16 != "off"
    return Load(
        shape=shape,
        rank=0 if is_full else recipe.lora.rank,
        targets=recipe.lora.targets,
        dropout=recipe.lora.dropout,
        batch=recipe.rows_per_pass * recipe.sequences,
        sequences=recipe.sequences,
        length=max(recipe.row_length, longest if keeps else 0),
        accumulation=recipe.optim.accumulation,
        has_checkpointing=recipe.run.gradient_checkpointing,
        is_bf16=is_bf16,
        is_fp32_base=recipe.base.dtype == "float32" or not is_bf16,
        attention=recipe.run.attention,
        logits=logits,
        head_tokens=recipe.head_tokens,
        sharding=with_gpus(gpus, _sharding(recipe)),
        gpus=gpus,
        has_reference=recipe.has_reference,
    )


def _sharding(recipe: LoraRecipe) -> Sharding:
    found = read_launch(accelerate_config(recipe.run.accelerate))
    return "fsdp" if found.kind == "FSDP" else "zero3" if found.kind == "DEEPSPEED" and found.zero_stage == 3 else "ddp"


def flops_per_token(load: Load, row_tokens: float, *, is_executed: bool = True) -> float:
    """Operations to train on a token.

    A multiply-add is two. Frozen weights need no gradient of their own, so going back costs as much as going forth;
    adapters twice that. Causal attention sees half of a row. With ``is_executed``, gradient checkpointing's second
    forward pass and the loss's second projection count too; without, this is what model FLOPs use is defined on.
    """
    shape = load.shape
    base = shape.layers * shape.layer_linears
    head = shape.vocab * shape.hidden
    adapter = load.trainable if load.rank else 0
    again = 1 if is_executed and load.has_checkpointing else 0
    frozen = 1 if load.rank else 2
    attention = 2.0 * shape.layers * shape.query_width * row_tokens
    retiled = 2.0 * head if is_executed and load.logits == "tiled" else 0.0
    # A frozen reference reads everything once more, forward alone and without the adapter.
    reference = 1 if load.has_reference else 0
    return (
        2.0 * base * (1 + frozen + again + reference)
        + 2.0 * adapter * (3 + again)
        + 2.0 * head * (1 + frozen + reference)
        + retiled
        + attention * (3 + again + reference)
    )


def make_plan(
    recipe: LoraRecipe,
    gpu: str | Device = "h100",
    gpus: int = 1,
    *,
    data: DataSize | None = None,
    is_full: bool = False,
    bits: int = 16,
    logits: Logits = "tiled",
    utilisation: float = UTILISATION,
) -> Plan:
    """Work out what a run needs.

    Args:
        data: what there is to train on; None leaves steps and hours open unless ``run.max_steps`` is set.
        bits: 4 or 8 plans with the base's linear layers quantised in groups of 128.

    Raises:
        RecipeError: a base, GPU or target that is not known.
    """
    device = device_of(gpu) if isinstance(gpu, str) else gpu
    shape = base_shape(recipe.base.model)
    if bits < 16:
        shape = dataclasses.replace(shape, bits=quantised_bits(bits, 128))
    load = load_of(
        recipe, shape, gpus=gpus, is_full=is_full, logits=logits, longest=0 if data is None else data.longest
    )
    if load.rank == 0 and shape.bits < 16:
        raise RecipeError("a quantised base cannot be trained in full; leave out --full, or name a bf16 base")
    memory = memory_of(load)
    engine = engine_share(recipe, shape, device)
    row_tokens = load.length if data is None else data.tokens / max(1, data.rows)
    speed = gpus * utilisation * device.bf16_tflops * 1e12 / flops_per_token(load, row_tokens)
    steps = _steps(recipe, load, data)
    a_pass = load.length if recipe.data.is_packed else row_tokens
    tokens = None if steps is None else steps * _rows_per_step(recipe, load) * gpus * a_pass
    if data is not None and not recipe.run.max_steps:
        tokens = data.tokens * (1 - recipe.data.eval_share) * recipe.optim.epochs
    plan = Plan(
        recipe=recipe.name,
        digest=recipe.digest,
        load=load,
        device=device,
        memory=memory,
        data=data,
        steps=steps,
        row_tokens=row_tokens,
        tokens_per_s=speed,
        hours=None if tokens is None else tokens / speed / 3600,
        utilisation=utilisation,
        held_share=recipe.data.eval_share,
        advice=(),
        engine=engine,
    )
    if plan.fits:
        return plan
    # What is left for the trainer, under the GPU's own name.
    room = dataclasses.replace(device, memory_gib=device.memory_gib - (engine.total / GIB if engine else 0))
    return dataclasses.replace(plan, advice=tuple(advise(load, room)))


def _rows_per_step(recipe: LoraRecipe, load: Load) -> int:
    """Rows of data, or packs, that a step takes on one GPU."""
    if load.head_tokens:
        # Our own loop: completions, however many of them share a pass.
        return recipe.optim.batch * recipe.optim.accumulation
    return load.batch * load.accumulation


def _steps(recipe: LoraRecipe, load: Load, data: DataSize | None) -> int | None:
    if recipe.run.max_steps:
        return recipe.run.max_steps
    if data is None:
        return None
    share = 1 - recipe.data.eval_share
    passes = data.tokens * share / load.length if recipe.data.is_packed else data.rows * share
    in_epoch = math.ceil(math.ceil(passes) / (load.gpus * _rows_per_step(recipe, load)))
    return math.ceil(in_epoch * recipe.optim.epochs)


def advise(load: Load, device: Device) -> Iterator[Advice]:
    """Yield changes that would help, the harmless ones first and the others on top of those."""
    harmless: list[str] = []
    if not load.has_checkpointing:
        harmless.append("run.gradient_checkpointing=true")
        load = dataclasses.replace(load, has_checkpointing=True)
    if load.batch > load.sequences:
        accumulation = load.batch // load.sequences * load.accumulation
        harmless.append(f"optim.batch=1 optim.accumulation={accumulation}")
        load = dataclasses.replace(load, batch=load.sequences, accumulation=accumulation)
    if harmless:
        yield _advice(" ".join(harmless), load, device)
        if memory_of(load).total <= device.memory_gib * GIB:
            return
    also = " ".join([*harmless, ""])
    for gpus in (2, 4, 8):
        if gpus > load.gpus:
            spread = dataclasses.replace(load, gpus=gpus, sharding="fsdp")
            one = _advice(f"{also}run.accelerate=fsdp and --gpus {gpus}", spread, device)
            if one.fits or gpus == 8:
                yield one
                break
    if load.rank and load.shape.bits >= 16:
        shape = dataclasses.replace(load.shape, bits=quantised_bits(4, 128))
        change = f"{also}--bits 4: a 4-bit base (its adapter serves over the same base, but cannot be merged)"
        yield _advice(change, dataclasses.replace(load, shape=shape), device)
    for key, values in (("length", (3072, 2048, 1536, 1024)), ("rank", (128, 64, 32, 16))):
        tried = [dataclasses.replace(load, **{key: one}) for one in values if one < getattr(load, key)]  # type: ignore[arg-type]
        best = next((one for one in tried if memory_of(one).total <= device.memory_gib * GIB), None)
        if best is not None:
            name = "data.max_length" if key == "length" else "lora.rank"
            yield _advice(f"{also}{name}={getattr(best, key)}", best, device)
    larger = [one for one in DEVICES if memory_of(load).total <= one.memory_gib * GIB]
    if larger:
        least = min(larger, key=lambda one: one.memory_gib)
        yield _advice(f"{also}--gpu {least.name}", load, least)


def _advice(change: str, load: Load, device: Device) -> Advice:
    total = memory_of(load).total / GIB
    return Advice(change=change, total_gib=round(total, 1), fits=total <= device.memory_gib)


def measure_data(recipe: LoraRecipe) -> DataSize | None:
    """Count the recipe's training rows and their tokens; None where the recipe names no file.

    With the base's tokenizer where its folder is at hand, else from characters.

    Raises:
        RowsError: a file cannot be read, or a row is bad.
    """
    if not recipe.data.train:
        return None
    from train.grpo.recipe import GrpoRecipe

    if isinstance(recipe, GrpoRecipe):
        return _practice_size(recipe)
    texts = _texts(recipe)
    is_counted = (Path(recipe.base.model) / "tokenizer.json").is_file()
    if is_counted:
        lengths = _counted(texts, recipe.base.model)
    else:
        lengths = [sum(estimated_tokens(text) + TURN_TOKENS for text in row) for row in texts]
    if recipe.data.over_length == "drop":
        lengths = [length for length in lengths if length <= recipe.data.max_length]
    return DataSize(rows=len(lengths), tokens=sum(lengths), longest=max(lengths, default=0), is_counted=is_counted)


def _practice_size(recipe: GrpoRecipe) -> DataSize:
    """Estimate one pass over questions that are answered several times, every completion as long as it may become."""
    from solver.problems.prompt import load_template, render
    from train.grpo.questions import choose

    template, sampling = load_template(recipe.data.prompt), recipe.sampling
    questions = choose(recipe.data.train, recipe.data).questions
    prompts = [estimated_tokens(render(template, question)) + 2 * TURN_TOKENS for question in questions]
    total = sampling.group * (sum(prompts) + len(prompts) * sampling.max_tokens)
    longest = max(prompts) + sampling.max_tokens
    return DataSize(rows=len(prompts) * sampling.group, tokens=total, longest=longest, is_counted=False)


def _texts(recipe: LoraRecipe) -> list[list[str]]:
    """Read the messages of every sequence that is trained on, a pair's two sides apart."""
    from train.dpo.recipe import DpoRecipe
    from train.sft.recipe import SftRecipe

    if isinstance(recipe, DpoRecipe):
        from train.dpo.pairs import load_pairs

        pairs = load_pairs(recipe.data.train)
        sides = [(pair.prompt, answer) for pair in pairs for answer in (pair.chosen, pair.rejected)]
        return [[*(message.content for message in prompt), answer] for prompt, answer in sides]
    assert isinstance(recipe, SftRecipe)
    from train.sft.row_files import load_rows

    rows = load_rows(recipe.data.train, prompt=recipe.data.prompt)
    return [[*(message.content for message in row.prompt), row.answer] for row in rows]


def _counted(texts: list[list[str]], folder: str) -> list[int]:
    """Count the tokens of rows, each a list of its messages' texts."""
    from solver.base.display.progress import bar
    from train.pretrain.tokenizer import load as load_tokenizer

    tokenizer = load_tokenizer(folder)
    lengths: list[int] = []
    with bar("rows", len(texts)) as show:
        for start in range(0, len(texts), 500):
            some = texts[start : start + 500]
            flat = tokenizer.encode_batch([text for row in some for text in row], add_special_tokens=False)
            counts = iter([len(one.ids) for one in flat])
            lengths += [sum(next(counts) + TURN_TOKENS for _ in row) for row in some]
            show(len(lengths))
    return lengths


def estimated_tokens(text: str) -> int:
    """Estimate how many tokens a text is from its characters.

    >>> estimated_tokens("三个人"), estimated_tokens("three people")
    (2, 4)
    """
    han = sum("\u4e00" <= character <= "\u9fff" for character in text)
    return math.ceil(han / CHARACTERS["han"] + (len(text) - han) / CHARACTERS["other"])
