"""A trained model as a folder that transformers, vLLM, peft and GPTQ tools load: weights, tokenizer, configs.

Weights are bf16 safetensors in shards small enough for a git host.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import torch

from solver.base.files import follow_umask
from train.model_files import write_json
from train.pretrain.recipe import ModelShape

SHARD_BYTES = 50_000_000
"""Largest shard: GitHub warns of files above 50 MiB."""


def config_of(shape: ModelShape, ids: dict[str, int]) -> dict[str, Any]:
    """Return ``config.json`` of a Qwen2 model.

    Args:
        ids: special token -> id.
    """
    return {
        "architectures": ["Qwen2ForCausalLM"],
        "model_type": "qwen2",
        "vocab_size": shape.vocab,
        "hidden_size": shape.hidden,
        "intermediate_size": shape.intermediate,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "hidden_act": "silu",
        "max_position_embeddings": shape.max_positions,
        "max_window_layers": shape.layers,
        "use_sliding_window": False,
        "initializer_range": 0.02,
        "rms_norm_eps": shape.norm_eps,
        "use_cache": True,
        "tie_word_embeddings": True,
        # Both forms: transformers 5 reads rope_parameters, transformers 4 (auto-gptq) reads rope_theta.
        "rope_theta": shape.rope_theta,
        "rope_parameters": {"rope_type": "default", "rope_theta": shape.rope_theta},
        "attention_dropout": 0.0,
        "bos_token_id": ids["<|endoftext|>"],
        "eos_token_id": ids["<|im_end|>"],
        "pad_token_id": ids["<|endoftext|>"],
        "torch_dtype": "bfloat16",
    }


def write(folder: Path, *, state: dict[str, torch.Tensor], shape: ModelShape, tokenizer_folder: str | Path) -> None:
    """Write the model folder.

    Args:
        state: parameters by their transformers names (``PackedQwen2.state_dict()``).
        tokenizer_folder: where ``tokenizer.json`` and its companions lie.
    """
    from safetensors.torch import save_file

    from train.pretrain import tokenizer

    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.safetensors*"):
        old.unlink()
    tok = tokenizer.load(tokenizer_folder)
    ids = {token: tok.token_to_id(token) for token in tokenizer.SPECIAL}
    write_json(folder / "config.json", config_of(shape, ids))
    generation = {
        "bos_token_id": ids["<|endoftext|>"],
        "eos_token_id": [ids["<|im_end|>"], ids["<|endoftext|>"]],
        "pad_token_id": ids["<|endoftext|>"],
    }
    write_json(folder / "generation_config.json", generation)
    for name in ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja"):
        if (Path(tokenizer_folder) / name).resolve() != (folder / name).resolve():
            shutil.copyfile(Path(tokenizer_folder) / name, folder / name)
    groups: list[dict[str, torch.Tensor]] = [{}]
    size = 0
    for name, value in state.items():
        tensor = value.detach().to("cpu", torch.bfloat16).contiguous()
        need = tensor.numel() * tensor.element_size()
        if size + need > SHARD_BYTES and groups[-1]:
            groups.append({})
            size = 0
        groups[-1][name] = tensor
        size += need
    weight_map: dict[str, str] = {}
    for number, group in enumerate(groups, 1):
        file = f"model-{number:05d}-of-{len(groups):05d}.safetensors"
        save_file(group, str(folder / file), metadata={"format": "pt"})
        weight_map.update(dict.fromkeys(group, file))
    total = sum(2 * value.numel() for value in state.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    write_json(folder / "model.safetensors.index.json", index)
    follow_umask(folder)
