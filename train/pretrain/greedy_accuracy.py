"""Greedy accuracy of an exported folder on generated problems that training did not see, by family and level.

A quick look at the end of a run, with transformers on the training device; results that are reported come from
``harness eval`` with vLLM. Loading the folder here also proves that the export is whole.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import torch

from solver.base.display.figures import counted
from solver.base.display.printing import tell
from solver.problems.prompt import load_template, render
from solver.problems.question import Question
from train.pretrain import tokenizer
from train.pretrain.documents import JUDGE_SEED, chat_prompt, problem, template_name
from train.pretrain.recipe import Recipe
from train.quiet_imports import hushed

_ANSWER = re.compile(r"(?:答案是：|The answer is: )([A-Z])\s*$")
"""The last line that every chain ends in (synth.puzzles.compose)."""


class Marked(NamedTuple):
    """One question, asked and marked."""

    family: str
    level: int
    lang: str
    is_right: bool
    has_answer: bool
    prompt: str
    text: str
    """What the model wrote."""


def letter_in(text: str) -> str | None:
    """Return the letter of the last line, or None.

    >>> letter_in("所以\\n答案是：B"), letter_in("答案是")
    ('B', None)
    """
    found = _ANSWER.search(text.strip())
    return found.group(1) if found else None


def is_right(question: Question, letter: str | None) -> bool:
    """Tell whether a letter names the gold class."""
    index = ord(letter) - ord("A") if letter else -1
    return 0 <= index < len(question.classes) and question.classes[index] == question.gold


def judge(model_folder: Path, recipe: Recipe, *, device: str, deadline: float | None = None) -> list[Marked]:
    """Ask questions greedily and mark them.

    Args:
        deadline: ``time.monotonic()`` after which no further batch is begun.
    """
    with hushed():
        from transformers import Qwen2ForCausalLM

    plan = recipe.judge
    dtype = torch.float32 if device == "cpu" else torch.bfloat16
    model = Qwen2ForCausalLM.from_pretrained(str(model_folder), dtype=dtype).to(device).eval()
    tok = tokenizer.load(model_folder)
    cases: list[tuple[Question, str, str]] = []
    index = 0
    while len(cases) < plan.questions:
        for told in problem(recipe.data.source, recipe.data.seed + JUDGE_SEED, index):
            name = template_name(told.lang, is_brief=told.is_brief)
            cases.append((told.question, told.lang, chat_prompt(render(load_template(name), told.question))))
        index += 1
    cases = cases[: plan.questions]
    # Problems come at random from the stream, so every batch is a fair sample even if time runs out.
    marked: list[Marked] = []
    for start in range(0, len(cases), plan.batch):
        if deadline is not None and time.monotonic() > deadline:
            tell(f"judge: out of time after {counted(len(marked), 'question')}")
            break
        part = cases[start : start + plan.batch]
        texts = _generate(model, tok, [case[2] for case in part], plan.new_tokens, device)
        for (question, lang, prompt), text in zip(part, texts, strict=True):
            letter = letter_in(text)
            marked.append(
                Marked(
                    question.family or "",
                    question.level or 0,
                    lang,
                    is_right(question, letter),
                    letter is not None,
                    prompt,
                    text,
                )
            )
        tell(f"judge: {len(marked)} asked, {sum(m.is_right for m in marked)} right")
    return marked


@torch.inference_mode()  # type: ignore[untyped-decorator]
def _generate(model: Any, tok: Any, prompts: list[str], new_tokens: int, device: str) -> list[str]:
    pad, end = tok.token_to_id("<|endoftext|>"), tok.token_to_id("<|im_end|>")
    ids = [encoding.ids for encoding in tok.encode_batch(prompts, add_special_tokens=False)]
    longest = max(map(len, ids))
    tokens = torch.tensor([[pad] * (longest - len(one)) + one for one in ids], device=device)
    seen = torch.tensor([[0] * (longest - len(one)) + [1] * len(one) for one in ids], device=device)
    room = model.config.max_position_embeddings - longest
    out = model.generate(
        input_ids=tokens,
        attention_mask=seen,
        do_sample=False,
        max_new_tokens=min(new_tokens, room),
        eos_token_id=[end, pad],
        pad_token_id=pad,
    )
    # tokenizers leaves special tokens out.
    return [str(text) for text in tok.decode_batch(out[:, longest:].tolist(), skip_special_tokens=True)]


def report(marked: list[Marked]) -> dict[str, Any]:
    """Sum marks up: in all, by family, by family and level, by language."""

    def rates(key: Any) -> dict[str, dict[str, float]]:
        groups: defaultdict[str, list[Marked]] = defaultdict(list)
        for one in marked:
            groups[key(one)].append(one)
        return {
            name: {
                "n": len(group),
                "accuracy": round(sum(one.is_right for one in group) / len(group), 4),
                "no_answer": round(sum(not one.has_answer for one in group) / len(group), 4),
            }
            for name, group in sorted(groups.items())
        }

    return {
        "all": rates(lambda one: "all").get("all", {"n": 0}),
        "family": rates(lambda one: one.family),
        "family_level": rates(lambda one: f"{one.family}/{one.level}"),
        "level": rates(lambda one: str(one.level)),
        "lang": rates(lambda one: one.lang),
        "wrong_examples": [
            {"family": one.family, "level": one.level, "prompt": one.prompt, "text": one.text}
            for one in [one for one in marked if not one.is_right][:40]
        ],
    }
