"""What ``bench.gpu`` measures with: models without weights, questions of the contest's size, recorded lengths.

Nothing is downloaded and no real text is in here. ``contest_shape.json`` holds numbers only:

* ``problems``: for each of the contest's 500 test problems its length in characters, and for each question its length
  and those of its options (1,328 questions);
* ``answer_tokens``: 256 quantiles of recorded answers' lengths (664 chains of thought of Qwen2-72B-Instruct on
  the contest's training questions), scaled from characters to a mean of 316 tokens, the mean measured before;
* ``votes``: for 690 contest questions how often each answer was given, most frequent first, by seven fine-tuned
  Qwen2.5-32B and -72B together (up to 30 samples; the leading answer has 92 % on average).

A question's answer length and its votes follow from its prompt's checksum, so every side and every order of the
questions gets the same. All samples of a question have one length, since the choices of a request share one bound.
"""

from __future__ import annotations

import json
import random
import zlib
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

from solver.base.places import BENCHMARK_1, EMBEDDED_MODEL

SHAPES: dict[str, dict[str, Any]] = {
    # hidden, intermediate, layers, heads, KV heads, vocabulary: as in the hub's config.json of Qwen2.5.
    "32b": {"sizes": (5120, 27648, 64, 40, 8, 152064), "bits": 4},
    "7b": {"sizes": (3584, 18944, 28, 28, 4, 152064), "bits": None},
    "tiny": {"sizes": (128, 256, 2, 4, 2, 8192), "bits": None},
}
LINEARS = ("q_proj", "k_proj", "v_proj", "o_proj")
WINDOW = 8192
_SHAPE_FILE = Path(__file__).with_name("contest_shape.json")


@cache
def contest_shape() -> dict[str, Any]:
    """Return the table of numbers."""
    found: dict[str, Any] = json.loads(_SHAPE_FILE.read_text(encoding="utf-8"))
    return found


def answer_tokens(prompt: str) -> int:
    """Return how many tokens every answer to a prompt has."""
    lengths = contest_shape()["answer_tokens"]
    return int(lengths[zlib.crc32(prompt.encode()) % len(lengths)])


def vote_of(prompt: str, index: int, n_options: int) -> int:
    """Return the option that a sample votes for, drawn from recorded votes."""
    checksum = zlib.crc32(prompt.encode())
    rows = contest_shape()["votes"]
    counts = rows[checksum // 7 % len(rows)]
    rank = random.Random(f"{checksum}/{index}").choices(range(len(counts)), counts)[0]
    return int(min(rank, n_options - 1) + checksum) % n_options


def make_model(shape: str, folder: Path) -> Path:
    """Write a model folder without weights (serve it with ``--load-format dummy``); returns the folder."""
    hidden, intermediate, layers, heads, kv_heads, vocab = SHAPES[shape]["sizes"]
    bits = SHAPES[shape]["bits"]
    folder.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {
        **json.loads((EMBEDDED_MODEL / "config.json").read_text(encoding="utf-8")),
        "hidden_size": hidden,
        "intermediate_size": intermediate,
        "num_hidden_layers": layers,
        "max_window_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "vocab_size": vocab,
        "max_position_embeddings": WINDOW,
        "tie_word_embeddings": False,
        # GPTQ kernels are for fp16.
        "torch_dtype": "float16" if bits else "bfloat16",
    }
    if bits:
        config["quantization_config"] = {
            "quant_method": "gptq",
            "bits": bits,
            "group_size": 128,
            "desc_act": False,
            "sym": True,
            "lm_head": False,
            # With no tensors to look at, vLLM would take every layer for unquantised.
            "modules_in_block_to_quantize": [
                *(f"self_attn.{name}" for name in LINEARS),
                "mlp.gate_proj",
                "mlp.up_proj",
                "mlp.down_proj",
            ],
        }
    (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
    for name in ("tokenizer_config.json", "generation_config.json", "chat_template.jinja"):
        (folder / name).write_bytes((EMBEDDED_MODEL / name).read_bytes())
    tokenizer = json.loads((EMBEDDED_MODEL / "tokenizer.json").read_text(encoding="utf-8"))
    _pad(tokenizer["model"]["vocab"], vocab)
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    return folder


def _pad(vocabulary: dict[str, int], size: int) -> None:
    """Give every id a text: pairs of Chinese characters, which no encoding ever uses and which decode like words."""
    shown = _byte_letters()
    held = set(vocabulary.values())
    # 152,064 entries want 390 characters' pairs; these 512 are common ones by their code points.
    characters = [chr(0x4E00 + step * 40) for step in range(512)]
    fillers = ("".join(shown[byte] for byte in (a + b).encode()) for a, b in product(characters, characters))
    for number in range(size):
        if number not in held and number > 4095:
            vocabulary[next(filler for filler in fillers if filler not in vocabulary)] = number


def _byte_letters() -> dict[int, str]:
    """Return byte-level BPE's letter for every byte (GPT-2's table)."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {**{byte: chr(byte) for byte in plain}, **{byte: chr(256 + place) for place, byte in enumerate(others)}}


def make_data(folder: Path, n_questions: int) -> tuple[Path, Path]:
    """Write questions of the contest's lengths, made of the built-in benchmark's own sentences.

    Returns:
        Two files with the same questions: grouped by problem, and every question by itself in a shuffled order.
    """
    rng = random.Random(0)
    text = "".join(
        problem["problem"]
        for line in BENCHMARK_1.read_text(encoding="utf-8").splitlines()
        if "，" in (problem := json.loads(line))["problem"]
    )

    def piece(length: int) -> str:
        start = rng.randrange(len(text) - 2 * length - 2)
        return text[start : start + 2 * length + 2].replace("\n", " ").strip()[:length].ljust(length, "甲")

    problems: list[dict[str, Any]] = []
    left = n_questions
    for number, (length, questions) in enumerate(contest_shape()["problems"]):
        asked = [
            {"question": piece(size), "options": _options([piece(each) for each in options])}
            for size, options in questions[:left]
        ]
        problems.append({"id": f"p{number:03}", "problem": piece(length), "questions": asked})
        left -= len(asked)
        if left <= 0:
            break
    single = [
        {"id": f"{problem['id']}-{place}", "problem": problem["problem"], "questions": [question]}
        for problem in problems
        for place, question in enumerate(problem["questions"])
    ]
    rng.shuffle(single)
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / "grouped.jsonl", folder / "shuffled.jsonl"
    for path, rows in zip(paths, (problems, single), strict=True):
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return paths


def _options(texts: list[str]) -> list[str]:
    """Make options differ by their first character."""
    return [chr(0x5B50 + place) + text[1:] for place, text in enumerate(texts)]


def make_adapters(shape: str, folder: Path, count: int, rank: int = 16) -> tuple[tuple[str, str], ...]:
    """Write LoRA adapters with random weights on all attention layers; returns (name, folder) of each."""
    import torch
    from safetensors.torch import save_file

    hidden, _, layers, heads, kv_heads, _ = SHAPES[shape]["sizes"]
    width = hidden // heads
    sides = {"q_proj": heads * width, "k_proj": kv_heads * width, "v_proj": kv_heads * width, "o_proj": hidden}
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "r": rank,
        "lora_alpha": rank,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": list(LINEARS),
        "base_model_name_or_path": shape,
    }
    made = []
    for number in range(count):
        own = folder / f"lora{number}"
        own.mkdir(parents=True, exist_ok=True)
        generator = torch.Generator().manual_seed(number)
        tensors = {}
        for layer, (name, outputs) in product(range(layers), sides.items()):
            stem = f"base_model.model.model.layers.{layer}.self_attn.{name}"
            for side, size in (("lora_A", (rank, hidden)), ("lora_B", (outputs, rank))):
                values = torch.randn(size, generator=generator) * 0.01
                tensors[f"{stem}.{side}.weight"] = values.to(torch.bfloat16)
        save_file(tensors, own / "adapter_model.safetensors")
        (own / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
        made.append((own.name, str(own)))
    return tuple(made)
