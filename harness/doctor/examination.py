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
"""Most seconds of one check, where nobody says otherwise; a slow server is told as slow and not waited for."""
MOST_PATIENCE_S = 3600.0
_FIRST = 5.0
"""The first reply may take so many times as long: a server may still be loading, and without it nothing is found."""
_ALL = 3.75
"""All checks together may take so many times as long."""
_MOST_NAMED = 5


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


async def examine(
    url: str,
    *,
    model: str | None = None,
    patience_s: float = CHECK_S,
    tell: Callable[[str], None] = lambda name: None,
) -> Report:
    """Look at one server.

    Args:
        model: to ask; None takes the first one served.
        patience_s: seconds that one check may take.
        tell: told of each check as it begins.

    Raises:
        EndpointError: it does not answer, does not serve the model, or refuses every request.
        UsageError: it does not tell what it serves.
    """
    first_s = _FIRST * patience_s
    config = ClientConfig(endpoints=(url,), request_timeout_s=first_s, max_retries=0, patience_s=first_s)
    pool = http_pool(config)
    async with SamplingClient(pool) as client:
        served = tuple(await client.models())
        if model is None and not served:
            raise UsageError(f"{url} does not tell which models it serves; name one with --model")
        name = model or served[0]
        pool.check([name])
        patient = Patient(pool.endpoints[0], name)
        tell("answer")
        try:
            await patient.greet()
        except Fault as fault:
            raise EndpointRefused(f"{fault}; {_known(patient, served, fault, patience_s)}") from fault
        except Refusal as refusal:
            raise EndpointRefused(refused_for_all(name, [refusal], config.api_key_env)) from refusal
        findings, began = [], time.monotonic()
        for check in CHECKS:
            tell(check)
            left_s = _ALL * patience_s - (time.monotonic() - began)
            findings.append(await _found(check, patient, min(patience_s, left_s), patience_s))
        return Report(
            endpoint=pool.endpoints[0].name,
            model=name,
            served=served,
            findings=tuple(findings),
            notes=tuple(client.stats.notes),
            seconds=round(time.monotonic() - began, 1),
        )


def _known(patient: Patient, served: tuple[str, ...], fault: Fault, patience_s: float) -> str:
    """Say what is known of a server that completes nothing, and how to go on."""
    if fault.cause != "timeout":
        return "it completes nothing, so there is nothing to look at"
    window = patient.endpoint.capabilities_of(patient.model).max_context
    names = ", ".join(served[:_MOST_NAMED]) + (", …" if len(served) > _MOST_NAMED else "")
    facts = f"it listens and lists {names}" if served else "it listens, and lists no models"
    size = "" if window is None else f" ({window} tokens)"
    longer = f"--patience {round(_FIRST * patience_s)}"
    return f"{facts}{size}, but is slow or still loading: ask again, with {longer} to wait longer"


async def _found(check: str, patient: Patient, left_s: float, patience_s: float) -> Finding:
    try:
        async with asyncio.timeout(max(0.0, left_s)):
            return await CHECKS[check](patient)
    except TimeoutError:
        detail = f"not in time; --patience {round(_FIRST * patience_s)} waits longer"
        return Finding(name=check, verdict="unknown", detail=detail)
    except Fault as fault:
        return Finding(name=check, verdict="unknown", detail=str(fault))
    except Refusal as refusal:
        return Finding(name=check, verdict="no", detail=str(refusal))
