"""The gate of a stranger: who goes first, and who waits for whom."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from solver.sampling.transport import Fault
from solver.sampling.wire import first_contact
from solver.sampling.wire.first_contact import FirstContact


def test_a_server_that_has_just_talked_nonsense_has_not_been_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_contact, "FIRST_CONTACT_S", 1.0)
    went: list[int] = []

    async def ask(contact: FirstContact, prompt: int, *pauses_s: float) -> None:
        for pause_s in pauses_s:
            with contextlib.suppress(Fault):
                async with contact.turn(prompt):
                    went.append(prompt)
                    await asyncio.sleep(0.6)
                    raise Fault("malformed", "a page")
            await asyncio.sleep(pause_s)

    async def all_of_them() -> None:
        contact = FirstContact()
        first = asyncio.create_task(ask(contact, 1, 0.5, 0.1, 0.0))
        await asyncio.sleep(0)
        await asyncio.gather(first, ask(contact, 2, 0.0), ask(contact, 3, 0.0))

    asyncio.run(asyncio.wait_for(all_of_them(), 60))
    assert went == [1, 1, 1, 2, 3]
