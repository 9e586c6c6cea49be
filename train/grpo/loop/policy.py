"""The model that learns: the frozen base with an adapter, and the log-probabilities of answers in few forward passes.

The base is never touched, so that the adapter fits the base that everybody else has. Rows lie behind each other where
FlashAttention can tell them apart, and below each other, rows of like length together, where it cannot; both give the
same numbers (``tests/integration/train/test_policy.py``).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from train.grpo.loop import passes
from train.grpo.recipe import HEAD_TOKENS, GrpoRecipe
from train.lora import attention
from train.lora.preparation import Ground
from train.lora.trainer import base_model, is_bf16_here, lora_config


class Row(NamedTuple):
    """A prompt and an answer."""

    ids: Sequence[int]
    prompt_length: int


class Policy:
    """The model.

    Args:
        use_cpu: also where there is a GPU.
    """

    def __init__(self, recipe: GrpoRecipe, ground: Ground, *, use_cpu: bool) -> None:
        from peft import PeftModel, get_peft_model
        from transformers import set_seed

        self.is_cuda = torch.cuda.is_available() and not use_cpu
        self.is_bf16 = is_bf16_here(recipe.run, is_cuda=self.is_cuda)
        here = attention.surroundings(is_cuda=self.is_cuda, is_16_bit=self.is_bf16)
        self.attention = attention.choose(recipe.run.attention, here, packing=True)
        self.is_packed = self.attention.name == attention.VARLEN or "flash" in self.attention.name
        attention.settle(self.attention)
        self.device = torch.device("cuda" if self.is_cuda else "cpu")
        set_seed(recipe.run.seed)
        model = base_model(recipe, self.attention, is_bf16=self.is_bf16).to(self.device)
        lora = lora_config(recipe.lora)
        if ground.init_adapter is not None:
            self.model: Any = PeftModel.from_pretrained(model, str(ground.init_adapter), is_trainable=True)
        else:
            self.model = get_peft_model(model, lora)
        if recipe.run.gradient_checkpointing:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
            model.enable_input_require_grads()
        self.model.train()
        self.eos = _ends(model.generation_config.eos_token_id)
        self.parameters = {name: value for name, value in self.model.named_parameters() if value.requires_grad}
        self.scale = next(one.scaling["default"] for one in self.model.modules() if hasattr(one, "lora_A"))
        self.dtype = next(self.model.get_base_model().parameters()).dtype

    def passes(self, lengths: Sequence[int], most: int) -> list[list[int]]:
        """Say which rows share a forward pass; see ``train.grpo.loop.passes``."""
        return passes.packed(lengths, most) if self.is_packed else passes.padded(lengths, most)

    def logprobs(self, rows: Sequence[Row], temperature: float, *, is_reference: bool = False) -> Tensor:
        """Return the log-probabilities of all answers' tokens, the rows' behind each other.

        Args:
            is_reference: without the adapter, and without a gradient.
        """
        with contextlib.ExitStack() as stack:
            if is_reference:
                stack.enter_context(torch.no_grad())
                stack.enter_context(self.model.disable_adapter())
            if self.is_bf16:
                stack.enter_context(torch.autocast(self.device.type, dtype=torch.bfloat16))
            hidden, targets = self._packed(rows) if self.is_packed else self._padded(rows)
            head = self.model.get_base_model().get_output_embeddings()

            def one(some: Tensor, ids: Tensor) -> Tensor:
                return -F.cross_entropy(head(some).float() / temperature, ids, reduction="none")

            parts = [
                (hidden[start : start + HEAD_TOKENS], targets[start : start + HEAD_TOKENS])
                for start in range(0, len(hidden), HEAD_TOKENS)
            ]
            if not torch.is_grad_enabled():
                return torch.cat([one(*part) for part in parts])
            return torch.cat([checkpoint(one, *part, use_reentrant=False) for part in parts])

    def _decoder(self) -> Any:
        return self.model.get_base_model().model

    def _packed(self, rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
        """Return the hidden states that answers' tokens come from, and those tokens; rows behind each other."""
        ids = torch.tensor([token for row in rows for token in row.ids])
        positions = torch.cat([torch.arange(len(row.ids)) for row in rows])
        lengths = torch.tensor([0, *(len(row.ids) for row in rows)])
        borders = lengths.cumsum(0).to(torch.int32)
        starts = borders.tolist()
        places = torch.cat(
            [
                torch.arange(start + row.prompt_length - 1, start + len(row.ids) - 1)
                for start, row in zip(starts, rows, strict=False)
            ]
        ).to(self.device)
        ids, borders = ids.to(self.device), borders.to(self.device)
        longest = int(lengths.max())
        hidden = self._decoder()(
            input_ids=ids[None],
            position_ids=positions.to(self.device)[None],
            use_cache=False,
            cu_seq_lens_q=borders,
            cu_seq_lens_k=borders,
            max_length_q=longest,
            max_length_k=longest,
        ).last_hidden_state[0]
        return hidden[places], ids[places + 1]

    def _padded(self, rows: Sequence[Row]) -> tuple[Tensor, Tensor]:
        """The same, rows below each other, filled up at the right."""
        longest = max(len(row.ids) for row in rows)
        ids = torch.zeros(len(rows), longest, dtype=torch.long)
        mask = torch.zeros(len(rows), longest, dtype=torch.long)
        is_source = torch.zeros(len(rows), longest, dtype=torch.bool)
        for place, row in enumerate(rows):
            ids[place, : len(row.ids)] = torch.as_tensor(row.ids)
            mask[place, : len(row.ids)] = 1
            is_source[place, row.prompt_length - 1 : len(row.ids) - 1] = True
        ids, is_source = ids.to(self.device), is_source.to(self.device)
        hidden = self._decoder()(input_ids=ids, attention_mask=mask.to(self.device), use_cache=False).last_hidden_state
        return hidden[is_source], ids.roll(-1, dims=1)[is_source]

    def state(self) -> dict[str, Tensor]:
        """Return a copy of the adapter, on the CPU, in fp32."""
        return {name: value.detach().to("cpu", torch.float32, copy=True) for name, value in self.parameters.items()}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Put an adapter's numbers in place."""
        with torch.no_grad():
            for name, value in self.parameters.items():
                value.copy_(state[name])

    def save(self, folder: Path, *, dtype: torch.dtype | None = None) -> None:
        """Write the adapter in peft's form.

        Args:
            dtype: of its numbers; None keeps them.
        """
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        weights = {
            name.replace(".default.", "."): value.detach().to("cpu", dtype or value.dtype).contiguous()
            for name, value in self.parameters.items()
        }
        save_file(weights, str(folder / "adapter_model.safetensors"), metadata={"format": "pt"})
        self.model.peft_config["default"].save_pretrained(str(folder))
        config = folder / "adapter_config.json"
        told = json.loads(config.read_text(encoding="utf-8")) | {"inference_mode": True}
        config.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _ends(declared: int | Sequence[int] | None) -> tuple[int, ...]:
    return () if declared is None else (declared,) if isinstance(declared, int) else tuple(declared)
