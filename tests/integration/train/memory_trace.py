"""Peak memory of a training step with the real peft, trl and transformers, on fake tensors: no GPU, no real memory.

Run as a program (it changes torch, so never in a test's own process); prints one JSON line a case, in bytes::

    python -m tests.integration.train.memory_trace '{"model": "Qwen/Qwen2.5-7B", "rank": 256, "length": 4096}'

Two things of a CPU are taken out, since a GPU does not have them: trl's tiles are folded in place by a Triton kernel
there (here whole copies would be made), and accumulated into fp32 by cuBLAS.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import weakref
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from train.planning.base_shapes import base_shape


class Tracker(TorchDispatchMode):
    """Counts the bytes of live storages."""

    def __init__(self) -> None:
        super().__init__()
        self.live: dict[int, int] = {}
        self.now = self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if isinstance(leaf, torch.Tensor):
                self._add(leaf.untyped_storage())
        return out

    def _add(self, storage: Any) -> None:
        key = storage._cdata
        if key not in self.live:
            self.live[key] = storage.nbytes()
            self.now += self.live[key]
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._drop, key)

    def _drop(self, key: int) -> None:
        self.now -= self.live.pop(key, 0)


def _apply(self: torch.nn.Module, fn: Any, recurse: bool = True) -> torch.nn.Module:
    """Stand in for ``Module._apply``, which wants to swap a fake tensor's innards and may not."""
    for child in self.children():
        child._apply(fn)
    for name, parameter in self._parameters.items():
        if parameter is not None:
            with torch.no_grad():
                moved = fn(parameter)
            if moved is not parameter:
                self._parameters[name] = torch.nn.Parameter(moved.detach(), parameter.requires_grad)
    for name, buffer in self._buffers.items():
        if buffer is not None:
            self._buffers[name] = fn(buffer)
    return self


def trace(case: dict[str, Any]) -> int:
    """Return the peak in bytes of the second of two optimiser steps."""
    import trl.kernels.chunked_logprob as tiles
    from peft import LoraConfig, get_peft_model
    from transformers import Qwen2Config, Qwen2ForCausalLM
    from trl.trainer.utils import add_fused_lm_head

    torch.nn.Module._apply = _apply
    tiles._forward_tile = tiles._backward_tile = tiles._addmm_fp32 = lambda *args, **kwargs: None
    shape = dataclasses.replace(base_shape(case["model"]), **case.get("change", {}))
    config = Qwen2Config(
        hidden_size=shape.hidden,
        intermediate_size=shape.intermediate,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        vocab_size=shape.vocab,
        tie_word_embeddings=shape.is_tied,
        attn_implementation="sdpa",
    )
    tracker = Tracker()
    is_tiled = case.get("logits", "tiled") == "tiled"
    with FakeTensorMode(allow_non_fake_inputs=True), tracker:
        torch.set_default_dtype(torch.bfloat16)
        base = Qwen2ForCausalLM(config)
        torch.set_default_dtype(torch.float32)
        lora = LoraConfig(r=case["rank"], lora_alpha=case["rank"], target_modules="all-linear", task_type="CAUSAL_LM")
        model: Any = get_peft_model(base, lora)
        model.train()
        if case.get("has_checkpointing", True):
            model.gradient_checkpointing_enable()
            model.enable_input_require_grads()
        if is_tiled:
            add_fused_lm_head(model.get_base_model(), outputs=("log_probs", "entropy", "is_top1"))
        trained = [one for one in model.parameters() if one.requires_grad]
        optimiser = torch.optim.AdamW(trained, foreach=False)
        ids = torch.zeros((case.get("batch", 1), case["length"]), dtype=torch.long)
        extra = {"fused_lm_head": True} if is_tiled else {}
        for _ in range(2):
            tracker.peak = 0
            for _ in range(case.get("accumulation", 2)):
                with torch.autocast("cpu", torch.bfloat16):
                    out = model(input_ids=ids, labels=ids, use_cache=False, **extra)
                loss = -out.log_probs.sum() / ids.numel() if is_tiled else out.loss
                loss.backward()
                del loss, out
            # Not the optimiser's: the fused one of a GPU has no temporaries.
            peak = tracker.peak
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
    return peak


if __name__ == "__main__":
    for word in sys.argv[1:]:
        print(json.dumps({"peak": trace(json.loads(word))}), flush=True)
