"""A tiny model that answers A or B at random, and questions whose answer is always A: what practice is tried on."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.tiny_model import tiny_model

LORA = ("lora.rank=4", "lora.alpha=8")
TEMPLATE = "{problem}{question}\n{options}"


def practice_place(folder: Path) -> Path:
    """Fill a folder with ``tiny`` (the base), ``questions.jsonl``, ``ask.txt``, and ``sft/adapter``; return it."""
    import torch

    from train.lora.run import train_adapter
    from train.sft import sft
    from train.sft.recipe import SftRecipe

    torch.set_num_threads(1)
    tiny_model(folder / "tiny")
    (folder / "ask.txt").write_text(TEMPLATE + "\n", encoding="utf-8")
    lines, rows = [], []
    for number in range(16):
        question = {"question": "谁先？", "options": ["甲", "乙"], "answer": "A"}
        lines.append({"id": f"p{number}", "problem": f"{number}", "questions": [question]})
        asked = f"{number}谁先？\nA. 甲\nB. 乙"
        said = f"答案是：{'AB'[number % 2]}"
        rows.append({"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]})
    for name, values in (("questions.jsonl", lines), ("rows.jsonl", rows)):
        text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
        (folder / name).write_text(text, encoding="utf-8")
    words = [f"base.model={folder / 'tiny'}", f"data.train={folder / 'rows.jsonl'}", "data.eval_share=0", *LORA]
    words += ["data.max_length=200", "optim.lr=0.01", "run.max_steps=80", "run.save_steps=100", "optim.batch=2"]
    train_adapter(sft.prepare(SftRecipe.load("embedded-lora", words), folder / "sft"), use_cpu=True)
    return folder
