"""What a running vLLM counts: chains in work, chains finished."""

from __future__ import annotations

import re
import urllib.request

from solver.backends.vllm import VllmServer


def counted(engine: VllmServer, *names: str) -> int:
    """Return the sum of some of its counts, without chains that were given up."""
    with urllib.request.urlopen(f"{engine.url.removesuffix('/v1')}/metrics", timeout=60) as page:
        text = page.read().decode()
    found = [re.findall(rf"^vllm:{name}{{(?![^}}]*abort)[^}}]*}} (\S+)$", text, re.MULTILINE) for name in names]
    assert all(found), f"vLLM does not count all of {names}"
    return int(sum(float(count) for counts in found for count in counts))


def in_work(engine: VllmServer) -> int:
    """Return how many chains it computes or has waiting."""
    return counted(engine, "num_requests_running", "num_requests_waiting")


def finished_on(engine: VllmServer) -> int:
    """Return how many chains it has finished."""
    return counted(engine, "request_success_total")
