"""Puts all checks to one server, each within its time, and tells what was found; nothing of the server ends it early.

::

    report = asyncio.run(examine("http://127.0.0.1:8000/v1"))
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from harness.doctor.checks import CHECKS, Finding, Patient
from solver.base.errors import EndpointRefused, UsageError
from solver.sampling.client import SamplingClient
from solver.sampling.endpoint import ClientConfig
from solver.sampling.http import http_pool
from solver.sampling.transport import Fault, Refusal
from solver.sampling.wire.advice import refused_for_all

CHECK_S = 12.0
"""Most seconds of one check; a slow server is told as slow and not waited for."""
ALL_S = 45.0
"""Most seconds of all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found of a server."""

    endpoint: str
    model: str
    served: tuple[str, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    """What it does not take, and what is done instead."""
    seconds: float

    def to_json(self) -> dict[str, object]:
        """Return it as JSON values."""
        findings = {
            one.name: {"verdict": one.verdict, "detail": one.detail, **(one.figures or {})} for one in self.findings
        }
        names = ("endpoint", "model", "seconds")
        lists = {"served": list(self.served), "notes": list(self.notes)}
        return {**{name: getattr(self, name) for name in names}, **lists, "findings": findings}


async def examine(url: str, *, model: str | None = None, tell: Callable[[str], None] = lambda name: None) -> Report:
    """Look at one server.

    Args:
        model: to ask; None takes the first one served.
        tell: told of each check as it begins.

    Raises:
        EndpointError: it does not answer, does not serve the model, or refuses every request.
        UsageError: it does not tell what it serves.
    """
    config = ClientConfig(endpoints=(url,), request_timeout_s=CHECK_S, max_retries=0, patience_s=CHECK_S)
    pool = http_pool(config)
    async with SamplingClient(pool) as client:
        served = tuple(await client.models())
        if model is None and not served:
            raise UsageError(f"{url} does not tell which models it serves; name one with --model")
        name = model or served[0]
        pool.check([name])
        patient, began = Patient(pool.endpoints[0], name), time.monotonic()
        tell("answer")
        try:
            await patient.ask()
        except Fault as fault:
            raise EndpointRefused(f"{fault}; it completes nothing, so there is nothing to look at") from fault
        except Refusal as refusal:
            raise EndpointRefused(refused_for_all(name, [refusal], config.api_key_env)) from refusal
        findings = []
        for check in CHECKS:
            tell(check)
            findings.append(await _found(check, patient, ALL_S - (time.monotonic() - began)))
        return Report(
            endpoint=pool.endpoints[0].name,
            model=name,
            served=served,
            findings=tuple(findings),
            notes=tuple(client.stats.notes),
            seconds=round(time.monotonic() - began, 1),
        )


async def _found(check: str, patient: Patient, left_s: float) -> Finding:
    try:
        async with asyncio.timeout(max(0.0, min(CHECK_S, left_s))):
            return await CHECKS[check](patient)
    except TimeoutError:
        return Finding(name=check, verdict="unknown", detail="not in time")
    except Fault as fault:
        return Finding(name=check, verdict="unknown", detail=str(fault))
    except Refusal as refusal:
        return Finding(name=check, verdict="no", detail=str(refusal))
