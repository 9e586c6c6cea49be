"""CPU time a sample of our client, beside a bare ``AsyncOpenAI`` loop that sends the same requests.

The scripted server runs in another process and answers at once with chains of ``--tokens`` tokens; both sides ask for
``n`` samples a request, with seeds, ``--flight`` requests at a time. With ``--logprobs`` both ask for the tokens'
log-probabilities too, as a version did that asked for them by default: its figures are comparable so. Runs alternate
(ours, bare, ours …) so that drifts of the machine hit both alike; what is measured is this process's own CPU time,
user and system. The bare loop does what a script would: ``chat.completions.create`` and read ``choices[i]``. Ours
also extracts, books, retries and makes records. With ``--raw`` the bare loop makes no model objects either.

    python -m bench.client_overhead                     # some 20 s; target: at most 1.2
    python -m bench.client_overhead --raw --tokens 30
    python -m bench.client_overhead --logprobs
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import openai

from bench.tables import Column, can_be_saved, save
from solver.problems.prompt import load_template, render
from solver.problems.question import question_of
from solver.sampling.client import SamplingClient
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_pool
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request, Status
from tests.support.checkout import ROOT


def requests_of(questions: int, n: int, *, logprobs: bool) -> list[list[Request]]:
    """Return the requests of some made-up questions, ``n`` for each."""
    template = load_template("cot")
    groups = []
    for number in range(questions):
        question = question_of(
            f"p{number}#0",
            problem=f"第{number}题：四个人排成一行，小明在小红左边，小刚不在两端。" * 4,
            text="谁在最左边？",
            options=("小明", "小红", "小刚", "小李"),
        )
        order = (0, 1, 2, 3)
        prompt = render(template, question, order)
        groups.append(
            [
                Request(
                    question=question,
                    model="scripted",
                    prompt=prompt,
                    sampling=Sampling(temperature=1.0, top_p=1.0, max_tokens=2048, logprobs=logprobs),
                    permutation=order,
                    index=index,
                    seed=1000 * number + index,
                )
                for index in range(n)
            ]
        )
    return groups


def cpu_s() -> float:
    """CPU seconds of this process so far, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def in_flight(
    groups: Sequence[list[Request]], flight: int, one: Callable[[list[Request]], Awaitable[int]]
) -> int:
    """Run ``one`` over all groups, ``flight`` at a time; returns the samples got."""
    queue = iter(groups)

    async def worker() -> int:
        return sum([await one(group) for group in queue])

    async with asyncio.TaskGroup() as tasks:
        workers = [tasks.create_task(worker()) for _ in range(flight)]
    return sum(task.result() for task in workers)


async def ours(url: str, groups: Sequence[list[Request]], flight: int, *, measured: list[float]) -> None:
    """Draw with our client; appends CPU microseconds a sample."""
    n = len(groups[0])
    async with SamplingClient(http_pool(ClientConfig(endpoints=(url,), slots_per_endpoint=flight * n))) as sampler:

        async def one(group: list[Request]) -> int:
            samples = await sampler.sample(group)
            return sum(sample.status is Status.ANSWERED for sample in samples)

        await one(groups[0])
        start = cpu_s()
        got = await in_flight(groups, flight, one)
        measured.append((cpu_s() - start) / got * 1e6)
        assert got == len(groups) * n


def body_of(request: Request, n: int) -> dict[str, Any]:
    """Return the arguments of the bare call, the same as ours sends."""
    body = {
        "model": request.model,
        "messages": [{"role": "user", "content": request.prompt}],
        "temperature": request.sampling.temperature,
        "top_p": request.sampling.top_p,
        "max_tokens": request.sampling.max_tokens,
        "n": n,
        "seed": request.seed,
    }
    return body | {"logprobs": True} if request.sampling.logprobs else body


async def bare(url: str, groups: Sequence[list[Request]], flight: int, *, measured: list[float], raw: bool) -> None:
    """Draw with the SDK alone; appends CPU microseconds a sample."""
    async with openai.AsyncOpenAI(base_url=url, api_key="EMPTY", max_retries=0) as client:

        async def one(group: list[Request]) -> int:
            first = group[0]
            completions = client.chat.completions
            if raw:
                create = completions.with_raw_response.create
                reply = await create(**body_of(first, len(group)))
                return len(json.loads(reply.content)["choices"])
            completion = await completions.create(**body_of(first, len(group)))
            return sum(bool(choice.message.content) for choice in completion.choices)

        await one(groups[0])
        start = cpu_s()
        got = await in_flight(groups, flight, one)
        measured.append((cpu_s() - start) / got * 1e6)


def main() -> None:
    """Run the comparison and print one line a side, and the ratio with its spread."""
    parser = argparse.ArgumentParser(description="CPU time of the client beside a bare AsyncOpenAI loop")
    parser.add_argument("--tokens", type=int, default=300, help="tokens of a chain")
    parser.add_argument("--n", type=int, default=4, help="samples a request")
    parser.add_argument("--flight", type=int, default=16, help="requests in flight")
    parser.add_argument("--questions", type=int, default=150, help="requests a run")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each side")
    parser.add_argument("--raw", action="store_true", help="the bare loop parses plain JSON too")
    parser.add_argument("--logprobs", action="store_true", help="both sides ask for log-probabilities")
    can_be_saved(parser)
    args = parser.parse_args()
    command = [sys.executable, "-m", "tests.support.scripted_server", "--tokens", str(args.tokens)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            groups = requests_of(args.questions, args.n, logprobs=args.logprobs)
            us: list[float] = []
            them: list[float] = []
            asyncio.run(ours(url, groups, args.flight, measured=[]))
            asyncio.run(bare(url, groups, args.flight, measured=[], raw=args.raw))
            for _ in range(args.rounds):
                asyncio.run(ours(url, groups, args.flight, measured=us))
                asyncio.run(bare(url, groups, args.flight, measured=them, raw=args.raw))
        finally:
            server.kill()
    ratios = [mine / theirs for mine, theirs in zip(us, them, strict=True)]
    for name, values in (("ours", us), ("bare AsyncOpenAI", them)):
        print(f"{name:18} {statistics.median(values):7.0f} µs CPU a sample ({min(values):.0f} to {max(values):.0f})")
    print(f"ratio              {statistics.median(ratios):7.2f} ({min(ratios):.2f} to {max(ratios):.2f})")
    row = {"tokens": args.tokens, "n": args.n, "sdk": "left out" if args.raw else "used"}
    row |= {"logprobs": "asked for" if args.logprobs else "not"}
    row |= {"ours_us": statistics.median(us), "bare_us": statistics.median(them)}
    row |= {"ratio": statistics.median(ratios), "low": min(ratios), "high": max(ratios), "rounds": args.rounds}
    columns = [
        Column("tokens a chain", "{tokens}"),
        Column("n", "{n}"),
        Column("the SDK's models", "{sdk}", "left"),
        Column("log-probabilities", "{logprobs}", "left"),
    ]
    columns += [Column("ours, µs CPU a sample", "{ours_us:.0f}"), Column("bare loop", "{bare_us:.0f}")]
    save(args.save, [*columns, Column("ratio", "{ratio:.2f} ({low:.2f} to {high:.2f})")], [row])


if __name__ == "__main__":
    main()
