"""What a started engine says of its memory, held against the plan; and both in words for the user."""

from __future__ import annotations

import re
from dataclasses import dataclass

from solver.backends.memory.plan import GIB, ServingProfile, gib, of_adapters


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineReport:
    """What a started engine said of its memory; None where it said nothing."""

    weight_bytes: int | None = None
    kv_cache_bytes: int | None = None
    kv_tokens: int | None = None
    graph_bytes: int | None = None


_WEIGHTS = re.compile(r"Model loading took ([\d.]+) GiB")
_KV_BYTES = re.compile(r"Available KV cache memory: ([\d.]+) GiB")
_KV_TOKENS = re.compile(r"KV cache size: ([\d,]+) tokens")
_GRAPHS = re.compile(r"Graph capturing finished in \d+ secs, took ([\d.]+) GiB")


def parse_report(log: str) -> EngineReport:
    """Read what an engine said of its memory out of its log (vLLM 0.24 to 0.32); the last word counts.

    >>> parse_report("... Model loading took 18.2 GiB memory\\n... GPU KV cache size: 47,248 tokens").kv_tokens
    47248
    """

    def last(pattern: re.Pattern[str]) -> float | None:
        found = pattern.findall(log)
        return float(found[-1].replace(",", "")) if found else None

    def in_bytes(amount: float | None) -> int | None:
        return None if amount is None else int(amount * GIB)

    tokens = last(_KV_TOKENS)
    return EngineReport(
        weight_bytes=in_bytes(last(_WEIGHTS)),
        kv_cache_bytes=in_bytes(last(_KV_BYTES)),
        kv_tokens=None if tokens is None else int(tokens),
        graph_bytes=in_bytes(last(_GRAPHS)),
    )


def plan_lines(profile: ServingProfile) -> tuple[str, ...]:
    """Return the plan for the user, a few lines."""
    kv = "8 bits" if profile.kv_dtype == "fp8" else "16 bits"
    place = (
        f"gpu_memory_utilization {profile.gpu_memory_utilization}"
        if profile.gpu_memory_utilization is not None
        else "main memory"
    )
    settings = f"max_num_seqs {profile.max_num_seqs}, max_model_len {profile.max_model_len}"
    if profile.max_num_batched_tokens is not None:
        settings += f", max_num_batched_tokens {profile.max_num_batched_tokens}"
    return (
        f"plan for {gib(profile.limit_bytes)} ({place}): weights {gib(profile.weight_bytes)}, "
        f"{of_adapters(profile.adapter_bytes)}context {gib(profile.context_bytes)}, activations "
        f"{gib(profile.work_bytes)}, CUDA graphs {gib(profile.graph_bytes)}, KV cache {gib(profile.kv_cache_bytes)}",
        f"plan: {profile.kv_tokens:,} tokens of KV cache ({kv}, {profile.kv_bytes_per_token:,} bytes a token), "
        f"{settings}",
        *(f"plan: {note}" for note in profile.notes),
    )


def check_lines(profile: ServingProfile, report: EngineReport) -> tuple[str, ...]:
    """Return how the engine's own report differs from the plan, one line."""
    what = "weights and adapters" if profile.adapter_bytes else "weights"
    pairs = (
        (what, profile.weight_bytes + profile.adapter_bytes, report.weight_bytes),
        ("CUDA graphs", profile.graph_bytes, report.graph_bytes),
        ("KV cache", profile.kv_cache_bytes, report.kv_cache_bytes),
    )
    found = [f"{name} {gib(told)} (planned {gib(planned)})" for name, planned, told in pairs if told is not None]
    if report.kv_tokens is not None:
        share = report.kv_tokens / profile.kv_tokens - 1
        found.append(f"{report.kv_tokens:,} tokens of KV cache (planned {profile.kv_tokens:,}, {share:+.1%})")
    return (f"engine reports: {', '.join(found)}" if found else "engine reports nothing of its memory",)


def used_line(profile: ServingProfile, used_bytes: int) -> str:
    """Return how much of the limit the card held at the end of the work, one line."""
    over = used_bytes - profile.limit_bytes
    told = f"the card holds {gib(used_bytes)} at the end, limit {gib(profile.limit_bytes)}"
    return told if over <= 0 else f"{told}: {gib(over)} OVER it, by this engine or by others on the card"
