"""How many completions are kept in flight at a server that tells its load."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.sampling.servers.following import Following
from solver.sampling.servers.load import Load


@given(
    places=st.integers(1, 1200),
    start=st.integers(4, 600),
    most=st.integers(4, 1024),
    ended_share=st.floats(0, 0.5),
    seed=st.integers(0, 99),
)
def test_a_server_is_soon_full_and_little_waits(
    places: int, start: int, most: int, ended_share: float, seed: int
) -> None:
    following, slots, load, rng, waited = Following(), start, Load(0, 0), Random(seed), 0
    for look in range(100):
        # All slots are taken; of what is in flight a share has ended there, and it moves.
        there = slots - int(slots * ended_share * rng.uniform(0.9, 1))
        load = Load(running=min(there, places), waiting=max(0, there - places))
        waited += load.waiting if look >= 20 else 0
        slots = following.look(slots, load, outstanding=slots, most=most, ended=slots - there)
    wanted = min(places, most)
    assert load.running >= 0.75 * wanted
    assert load.running + load.waiting <= max(4, 1.3 * most + 2)
    assert waited / 80 <= max(4, 1 + places / 16)


@pytest.mark.parametrize("places", [64, 256, 480, 512])
def test_a_full_server_is_tried_for_more_only_now_and_then(places: int) -> None:
    following, slots, loads = Following(), 64, []
    for _ in range(400):
        loads.append(Load(running=min(slots, places), waiting=max(0, slots - places)))
        slots = following.look(slots, loads[-1], outstanding=slots, most=1024)
    assert following.full_at == places
    assert all(load.running == places for load in loads[20:])
    assert sum(load.waiting > 0 for load in loads[20:]) <= 0.06 * 380


def test_a_server_that_gets_more_places_is_found_out() -> None:
    following, slots, places = Following(), 64, 100
    for look in range(1200):
        places = 100 if look < 100 else 400
        slots = following.look(
            slots, Load(running=min(slots, places), waiting=max(0, slots - places)), outstanding=slots, most=1024
        )
    assert slots >= 390


def test_while_a_server_is_filling_up_its_waiting_says_nothing() -> None:
    following, slots = Following(), 512
    for running in (0, 120, 240, 360, 480):
        slots = following.look(slots, Load(running=running, waiting=512 - running), outstanding=512, most=512)
    assert (slots, following.full_at) == (512, None)


def test_where_others_fill_the_server_we_give_way() -> None:
    following, slots = Following(), 64
    for _ in range(2):
        slots = following.look(slots, Load(running=256, waiting=100), outstanding=64, most=512)
    assert slots == 4


def test_where_others_have_places_only_the_rest_is_ours() -> None:
    following, slots = Following(), 512
    for _ in range(200):
        ours = slots
        slots = following.look(
            slots, Load(running=min(512, ours + 200), waiting=max(0, ours - 312)), outstanding=ours, most=512
        )
    assert 300 <= slots <= 390


def test_where_chains_lose_their_places_fewer_are_kept() -> None:
    following = Following()
    assert following.look(256, Load(running=240, waiting=2), outstanding=256, most=512) == 256
    assert following.look(256, Load(running=240, waiting=2, preemptions=3), outstanding=250, most=512) == 220
    assert following.look(220, Load(running=215, waiting=0, preemptions=3), outstanding=220, most=512) == 220


def test_while_we_ask_for_less_than_we_may_nothing_is_learnt() -> None:
    assert Following().look(256, Load(running=20, waiting=0), outstanding=20, most=512) == 256


@pytest.mark.parametrize("stuck", [1, 5, 50])
def test_what_waits_for_no_place_does_not_starve_us(stuck: int) -> None:
    following, slots, running = Following(), 64, 64
    for _ in range(600):
        running = max(slots, running - 8)  # chains end; none that waits takes their places
        slots = following.look(slots, Load(running=min(running, 256), waiting=stuck), outstanding=running, most=256)
    assert slots >= 200
