"""What every way of training looks at before weights are loaded: base, tokenizer, adapter, disk, ids of rows."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solver.base.display.progress import bar
from train.errors import RowsError, TokenizerError
from train.foreign_tokenizer import load_tokenizer_of
from train.lora import base_checks
from train.lora.base_folder import base_of
from train.lora.callbacks import Stamp
from train.lora.recipe import BasePlan, LoraRecipe
from train.lora.report import LoraShape, shape_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a run stands on."""

    config: Any
    """The base's config."""
    tokenizer: Any
    shapes: Mapping[str, tuple[int, int]]
    """Linear layers of the base: (inputs, outputs)."""
    adapter: int
    """Parameters that train."""
    base_print: str
    """Fingerprint of the base."""
    init_adapter: Path | None
    """Adapter to begin with; None begins with a fresh one."""
    first: str
    """Digest of the adapter to begin with; empty for a fresh one."""

    @property
    def shape(self) -> LoraShape:
        """Return the sizes that decide the work of a step."""
        return shape_of(self.config, self.shapes, self.adapter)

    def stamp(self, recipe: LoraRecipe, rows: str, processes: int) -> Stamp:
        """Return what a run that goes on must share with the one that stopped."""
        return Stamp(recipe.resume_digest, rows, self.base_print, self.first, processes, recipe.former_resume_digest)


def look_at(recipe: LoraRecipe, init_adapter: Path | None) -> Ground:
    """Check base, adapter to begin with, and tokenizer. Loads no weights.

    Raises:
        TrainError: one of them cannot be used.
    """
    import transformers

    # It warns of rows longer than the tokenizer's own limit; lengths are looked at apart.
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    # At every step of a run that goes on accelerate says that it does not know how long the rest of an epoch is.
    logging.getLogger("accelerate").setLevel(logging.WARNING)
    config = base_checks.read_config(recipe.base)
    shapes = base_checks.linear_shapes(config)
    adapter = base_checks.trainable(shapes, recipe.lora)
    print_ = base_checks.fingerprint(recipe.base, config)
    first = ""
    if init_adapter is not None:
        base_checks.check_adapter(init_adapter, recipe.base, recipe.lora, shapes, print_)
        first = base_checks.adapter_digest(init_adapter)
    tok = load_tokenizer(recipe.base)
    return Ground(
        config=config,
        tokenizer=tok,
        shapes=shapes,
        adapter=adapter,
        base_print=print_,
        init_adapter=init_adapter,
        first=first,
    )


def load_tokenizer(base: BasePlan) -> Any:
    """Load the base's tokenizer.

    Raises:
        TokenizerError: it cannot be loaded.
    """
    found = base_of(base)
    return load_tokenizer_of(found.model, found.revision)


def check_ids(config: Any, sequences: Sequence[Sequence[int]], max_length: int, model: str) -> None:
    """Check that the base has a row for every token and a place for the longest sequence.

    Raises:
        TokenizerError: tokenizer and weights do not belong together.
        RowsError: a row is longer than the base was made for.
    """
    text = config.get_text_config()
    largest = max(max(ids) for ids in sequences)
    if largest >= text.vocab_size:
        raise TokenizerError(
            f"the tokenizer gives id {largest}, but {model} has {text.vocab_size} tokens: tokenizer and weights do not "
            "belong together; copy both from one place"
        )
    places = getattr(text, "max_position_embeddings", None)
    longest = max(len(ids) for ids in sequences)
    if places and longest > places:
        raise RowsError(
            f"the longest row has {longest} tokens, but {model} was made for {places}; use data.over_length=drop with "
            f"data.max_length={min(places, max_length)}"
        )


def is_first_process() -> bool:
    """Tell whether this is the only process, or the first of several: the one that speaks and writes."""
    return os.environ.get("RANK", "0") == "0"


@contextlib.contextmanager
def first_bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar in the first of several processes."""
    if not is_first_process():
        yield lambda done: None
        return
    with bar(label, total) as tick:
        yield tick
