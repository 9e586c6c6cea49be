"""A small mutator for where atheris is not installed, and for the seconds in CI: blind, but with words of the trade."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

# ruff: noqa: E501
_TEXTS = tuple(
    word.encode()
    for word in (
        "答案是：A|故选|\\boxed{|[[B]]|<think>|</think>|<output>|</output>|answer is (C)|选择题 2：|如果|不是A，而是B|A和B|**|$"
        '|\n\n|\r\n|\ufeff|\u2028|Ｃ|ⓑ|\x1b[2J|\x9b|\x00|}|{|[|]|"|:|,|null|NaN|Infinity|-1|1e999|true|\\ud800|\\u0000'
        '|"choices"|"index"|"message"|"content"|"logprobs"|"logprob"|"bytes"|"token"|"usage"|"completion_tokens"'
        '|"finish_reason"|"reasoning"|"id"|"problem"|"questions"|"question"|"options"|"answer"|"instruction"|"input"'
        '|"output"|"family"|"level"|"answers"|"gold"|"gold_fix"|"n_options"|"samples"|"qid"|"question_id"|"votes"'
        "|A: x; B: y|http://[|@|rule=|deadline_s=|!!python/object|&a [*a]|Mon, 01 Jan 0001 00:00:00 -0000"
    ).split("|")
)
WORDS = (*_TEXTS, b"\x1f\x8b\x08\x00", b"\xff", b"9" * 5_000, b"[" * 3_000, b'{"a":' * 3_000)


def mutated(data: bytes, corpus: Sequence[bytes], rng: Random) -> bytes:
    """Return ``data`` with some changes: cut, doubled, crossed with another, bytes and words put in."""
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(data) + 1)
        to = min(len(data), at + rng.choice([1, 1, 4, 30, 300]))
        kind = rng.randrange(7)
        if kind == 0:
            data = data[:at] + data[to:]
        elif kind == 1:
            data = data[:at] + data[at:to] * rng.choice([2, 3, 50]) + data[to:]
        elif kind == 2:
            other = rng.choice(corpus)
            start = rng.randrange(len(other) + 1)
            data = data[:at] + other[start : start + rng.randrange(1, 200)] + data[at:]
        elif kind == 3:
            data = data[:at] + rng.randbytes(to - at) + data[to:]
        else:
            data = data[:at] + rng.choice(WORDS) + data[rng.choice([at, to]) :]
        data = data[:50_000]
    return data
