"""``python -m harness`` with recorded answer lengths and votes: what ``bench.gpu`` runs in a process of its own.

A model without weights writes noise of any length and no answers. So three seams are replaced, and nothing else:

* every chain request is told to generate exactly as many tokens as a recorded answer has (``ignore_eos``);
* what is read from a chain is replaced by a recorded vote, after it was read (the reading's cost stays in);
* with ``GPU_BENCH_SPLIT=1`` the samples of a question go out as k requests instead of one with ``n=k``.

    python -m bench.gpu.recorded_eval eval questions.jsonl --endpoint http://127.0.0.1:8000/v1 --rule lead:3
"""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Sequence
from typing import Any

from bench.gpu.inputs import answer_tokens, vote_of
from harness import cli
from solver.problems.letters import letter_of
from solver.sampling import client
from solver.sampling.completion import Choice
from solver.sampling.endpoint import Endpoint
from solver.sampling.reading import class_of, sample_of
from solver.sampling.sample import Request, Sample, Status
from solver.scheduling import scheduler

_body = client._body


def body_of_recorded_length(wanted: Sequence[Request], endpoint: Endpoint) -> dict[str, Any]:
    """Return the request with the recorded length of its answer."""
    return {**_body(wanted, endpoint), "max_tokens": answer_tokens(wanted[0].prompt), "ignore_eos": True}


def recorded_reading(request: Request, choice: Choice, **facts: Any) -> Sample:
    """Read a chain, then put the recorded vote in place of what was read."""
    letter = letter_of(request.permutation.index(vote_of(request.prompt, request.index, len(request.permutation))))
    return dataclasses.replace(
        sample_of(request, choice, **facts),
        status=Status.ANSWERED,
        shown_letter=letter,
        option_class=class_of(request, letter),
        rule="recorded",
        span=None,
    )


def one_by_one(requests: Sequence[Request]) -> list[list[Request]]:
    """Give every request a call of its own."""
    return [[request] for request in requests]


def main() -> None:
    """Replace the seams and run the command."""
    client._body = body_of_recorded_length
    client.sample_of = recorded_reading  # type: ignore[attr-defined]
    if os.environ.get("GPU_BENCH_SPLIT") == "1":
        scheduler.in_calls = one_by_one  # type: ignore[attr-defined]
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
