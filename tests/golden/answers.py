"""A model that says the same to the same request, whatever came before: every choice hangs on its prompt and seed.

It agrees with itself more or less, now and then gives no answer or runs into the length limit, writes questions and
rewrites problems where it is asked to, and can refuse some prompts for good.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from tests.golden.command import INPUTS, ROOT
from tests.support.scripted_server import Call, Reply, completion_of

_SHOWN = re.compile(r"^([A-Z])\. (.*)$", re.MULTILINE)
_WORDS = (
    "先看",
    "条件",
    "，",
    "再逐一",
    "检验",
    "每个",
    "选项",
    "。",
    "假设",
    "成立",
    "矛盾",
    "\n",
    "所以",
    "排除",
    "其余",
)
_ENDINGS = ("答案是：{}", "**答案**：{}", "故选{}。\n答案：{}", "The answer is: {}", "\\boxed{{{}}}")
_PROBLEM = re.compile(r"### (?:题目|Problem)\n(.*?)\n\n###", re.DOTALL)
DISPUTED = "球在哪里"
"""A question on which every model is sure of another answer than the key's."""


@dataclass(slots=True)
class Answers:
    """The script of a server."""

    sure: float = 0.7
    """Share of chains for the option that this model prefers; the others go anywhere."""
    silent: float = 0.08
    """Share of chains without an answer."""
    refuses: str | None = None
    """A text; prompts that hold it are refused as too long."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """What every choice was asked with, closings left out."""

    def __call__(self, call: Call) -> Reply:
        if self.refuses is not None and self.refuses in call.prompt:
            error = {"message": "maximum context length is 64 tokens", "type": "BadRequestError", "code": 400}
            return Reply(status=400, body={"error": error})
        told = json.dumps([call.body["model"], call.body["messages"]], ensure_ascii=False)
        tokens = 24 + int(_mark(told)[:4], 16) % 40
        if call.is_closing:
            allowed = (call.body.get("structured_outputs") or {}).get("choice") or ["A"]
            choices = [_choice([Random(_mark(told)).choice(allowed)], 0, "stop")]
            return Reply(body=completion_of(*choices, prompt_tokens=len(call.prompt) // 2, completion_tokens=1))
        choices = []
        for place in range(call.n):
            seed = call.body.get("seed")
            self.asked.append(_settings(call, place))
            # One model prefers the same option under every prompt, and says another chain for every seed.
            rng = Random(_mark(f"{told}/{None if seed is None else seed + place}"))
            choices.append(self._chain(call, rng, tokens, place))
        total = sum(len(choice["logprobs"]["content"]) for choice in choices)
        return Reply(body=completion_of(*choices, prompt_tokens=len(call.prompt) // 2, completion_tokens=total))

    def _chain(self, call: Call, rng: Random, tokens: int, place: int) -> dict[str, Any]:
        shown = _SHOWN.findall(_asked(call))
        if not shown:
            return _choice(list(_written(call, rng)), place, "stop")
        if rng.random() < self.silent:
            return _choice([rng.choice(_WORDS) for _ in range(tokens)], place, rng.choice(("length", "stop")))
        texts = sorted(text for _, text in shown)
        liked = self._liked(call, texts)
        sure = 1 if DISPUTED in _asked(call) else self.sure
        letters = [letter for letter, text in shown if text == liked or rng.random() > sure]
        letter = letters[0] if rng.random() < 0.5 else letters[-1]
        ending = "\n" + rng.choice(_ENDINGS).format(letter, letter)
        words = [rng.choice(_WORDS) for _ in range(max(1, tokens - len(ending)))]
        return _choice([*words, *ending], place, "stop")

    def _liked(self, call: Call, texts: list[str]) -> str:
        """Return the option that a model prefers under every prompt: the right one where it knows it, mostly."""
        asked = _asked(call)
        if DISPUTED in asked:
            return texts[0]
        told = f"{call.body['model']}/{asked.partition('A. ')[0]}"
        known = [
            key for (question, options), key in _keys().items() if options == texts_of(texts) and question in asked
        ]
        if known and Random(f"{told}/{texts}").random() < 0.8:
            return known[0]
        # Between two of the options it stays with the one that it prefers among all.
        return min(texts, key=lambda text: _mark(f"{told}/{text}"))


def _asked(call: Call) -> str:
    """Return the question with its options, the prompt's heading left out."""
    return call.prompt.rpartition("###")[2].partition("\n")[2]


def texts_of(options: Sequence[str]) -> tuple[str, ...]:
    """Return options without their order."""
    return tuple(sorted(one.strip() for one in options))


@cache
def _keys() -> dict[tuple[str, tuple[str, ...]], str]:
    """Return what this model has learnt: the right option of questions, by question and options."""
    found = {}
    for line in (ROOT / INPUTS / "problems.jsonl").read_text(encoding="utf-8").splitlines():
        for one in json.loads(line)["questions"]:
            if "answer" in one:
                right = one["options"][ord(one["answer"]) - ord("A")]
                found[one["question"], texts_of(one["options"])] = right
    return found


def _written(call: Call, rng: Random) -> str:
    """Write a question, or rewrite a problem; now and then something that cannot be read."""
    if rng.random() < 0.15:
        return "好的，我来试试。"
    found = _PROBLEM.search(call.prompt)
    problem = found[1] if found else "甲在乙前。"
    if '{"problem"' in call.prompt:
        return json.dumps({"problem": f"请看：{problem}"}, ensure_ascii=False)
    names = sorted(set(re.findall(r"[一-龥]{2}", problem)))[:40] or ["甲", "乙", "丙"]
    options = rng.sample(names, min(3, len(names)))
    question = f"{rng.choice(names)}与{rng.choice(names)}之中，哪一个？"
    return json.dumps({"question": question, "options": options, "answer": "A"}, ensure_ascii=False)


def _settings(call: Call, place: int) -> dict[str, Any]:
    """Return what one choice was asked with."""
    body = {name: value for name, value in call.body.items() if name not in ("messages", "n", "seed")}
    seed = call.body.get("seed")
    return {**body, "seed": None if seed is None else seed + place, "messages": _mark(str(call.body["messages"]))}


def _choice(pieces: list[str], index: int, finish_reason: str) -> dict[str, Any]:
    content = [
        {
            "token": piece,
            "logprob": -(int(_mark(f"{place}{piece}")[:2], 16) / 256),
            "bytes": list(piece.encode()),
            "top_logprobs": [],
        }
        for place, piece in enumerate(pieces)
    ]
    return {
        "index": index,
        "message": {"role": "assistant", "content": "".join(pieces)},
        "finish_reason": finish_reason,
        "logprobs": {"content": content},
    }


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
