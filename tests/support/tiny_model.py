"""A tiny random Qwen2 model (some 200 K parameters) for tests with a real vLLM server; it babbles, and that is enough.

>>> folder = tiny_model()                                                                          # doctest: +SKIP
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

from tests.support.checkout import ROOT

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
_LINES = (
    "答案是：A",
    "答案是：B",
    "因为小明说真话，所以小红说谎。",
    "### 题目",
    "### 问题",
    "A. 小明\nB. 小红\nC. 小刚\nD. 小李",
)


def tiny_model(folder: Path | None = None) -> Path:
    """Return the folder of the model, made on first use (a second or two).

    Args:
        folder: where; None takes one in the temporary directory that later runs find again.
    """
    made_by = zlib.crc32(Path(__file__).read_bytes())
    folder = folder or Path(tempfile.gettempdir()) / f"logic-vote-tiny-{os.getuid()}-{made_by:08x}"
    if not folder.is_dir():
        # All at once: tests in other processes look for it too.
        with tempfile.TemporaryDirectory(dir=folder.parent) as place:
            made = Path(place) / "model"
            made.mkdir()
            _make(made)
            try:
                made.rename(folder)
            except OSError:
                assert folder.is_dir(), "made by another process in the meantime, or it cannot be"
    return folder


def made_tiny_model() -> Path:
    """Return the folder; made in a process of its own, since imports of torch and transformers warn."""
    code = "from tests.support.tiny_model import tiny_model; tiny_model()"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, timeout=120)
    return tiny_model()


def _make(folder: Path) -> None:
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import Qwen2Config, Qwen2ForCausalLM

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=509, special_tokens=[], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(_LINES * 50, trainer)
    tokenizer.add_special_tokens(special)
    ids = {name: tokenizer.token_to_id(name) for name in special}
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "Qwen2Tokenizer",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "chat_template": CHAT_TEMPLATE,
        "model_max_length": 512,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=512,
        eos_token_id=ids["<|im_end|>"],
        pad_token_id=ids["<|endoftext|>"],
        bos_token_id=None,
        tie_word_embeddings=True,
    )
    model = Qwen2ForCausalLM(config).to(torch.bfloat16)
    model.generation_config.eos_token_id = ids["<|im_end|>"]
    model.save_pretrained(folder)
