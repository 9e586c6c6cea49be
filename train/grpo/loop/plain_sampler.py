"""The trainer's own model draws, through transformers: everywhere, exactly with the weights that train, and slowly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from train.grpo.loop.policy import Policy, Row
from train.grpo.loop.sampler import Ask, Completion, Draw, Weights, judged

TOGETHER = 64
"""Completions that are drawn at once."""


class PlainSampler:
    """A ``train.grpo.loop.sampler.Sampler`` without a process of its own."""

    is_beside = False

    def __init__(self, policy: Policy, tokenizer: Any, ends: tuple[int, ...], *, pack: int) -> None:
        self._policy, self._tokenizer, self._ends, self._pack = policy, tokenizer, ends, pack
        self._waiting: list[Ask] = []
        self._version = 0

    def ask(self, ask: Ask) -> None:
        """See ``Sampler``."""
        self._waiting.append(ask)

    def take(self, weights: Weights) -> None:
        """See ``Sampler``; the weights are the model's own."""
        self._version = weights.version

    def close(self) -> None:
        """See ``Sampler``."""

    def hear(self, wait_s: float) -> Sequence[Draw]:
        """See ``Sampler``; draws all that waits and is drawn alike."""
        if not self._waiting:
            return []
        first = self._waiting[0]
        alike = [one for one in self._waiting if _manner(one) == _manner(first)][: max(1, TOGETHER // first.count)]
        self._waiting = [one for one in self._waiting if one not in alike]
        with torch.no_grad():
            answers = self._drawn(alike)
            logprobs = self._logprobs(alike, answers, first.temperature)
        found = []
        for place, ask in enumerate(alike):
            mine = slice(place * ask.count, (place + 1) * ask.count)
            texts = self._tokenizer.batch_decode([ids.tolist() for ids in answers[mine]], skip_special_tokens=True)
            completions = tuple(
                Completion(
                    ids.numpy(), known, judged(ask, text, n_tokens=len(ids), is_ended=int(ids[-1]) in self._ends)
                )
                for ids, known, text in zip(answers[mine], logprobs[mine], texts, strict=True)
            )
            found.append(Draw(ask.number, self._version, completions))
        return found

    def _drawn(self, asks: Sequence[Ask]) -> list[torch.Tensor]:
        """Return the tokens of all answers, each up to its end."""
        longest = max(len(ask.prompt) for ask in asks)
        ids = torch.zeros(len(asks), longest, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for place, ask in enumerate(asks):
            ids[place, longest - len(ask.prompt) :] = torch.tensor(ask.prompt)
            mask[place, longest - len(ask.prompt) :] = 1
        model, first = self._policy.model, asks[0]
        model.eval()
        out = model.generate(
            input_ids=ids.to(self._policy.device),
            attention_mask=mask.to(self._policy.device),
            do_sample=True,
            num_return_sequences=first.count,
            temperature=first.temperature,
            top_p=first.top_p,
            top_k=0,
            max_new_tokens=first.max_tokens,
            eos_token_id=list(self._ends),
            pad_token_id=self._ends[0],
            use_cache=True,
        )
        model.train()
        return [self._cut(row) for row in out[:, longest:].to("cpu", torch.int32)]

    def _cut(self, row: torch.Tensor) -> torch.Tensor:
        ended = torch.isin(row, torch.tensor(self._ends, dtype=row.dtype)).nonzero()
        return row[: int(ended[0, 0]) + 1] if len(ended) else row

    def _logprobs(self, asks: Sequence[Ask], answers: Sequence[torch.Tensor], temperature: float) -> list[Any]:
        rows = [
            Row([*ask.prompt, *ids.tolist()], len(ask.prompt))
            for place, ask in enumerate(asks)
            for ids in answers[place * ask.count : (place + 1) * ask.count]
        ]
        found: list[Any] = [None] * len(rows)
        for together in self._policy.passes([len(row.ids) for row in rows], self._pack):
            flat = self._policy.logprobs([rows[index] for index in together], temperature).float().cpu()
            for index, part in zip(together, flat.split([len(answers[index]) for index in together]), strict=True):
                found[index] = part.numpy()
        return found


def _manner(ask: Ask) -> tuple[object, ...]:
    return ask.count, ask.temperature, ask.top_p, ask.max_tokens
