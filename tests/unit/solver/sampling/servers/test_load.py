"""What a server tells of its load, and what is kept in flight there."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.sampling.servers.load import Load, followed, is_vllm, parse_load

PAGE = """# HELP vllm:num_requests_running Number of requests in model execution batches.
vllm:num_requests_running{engine="0",model_name="m"} 12.0
vllm:num_requests_running{engine="1",model_name="m"} 30.0
vllm:num_requests_waiting{engine="0",model_name="m"} 1.0
vllm:num_requests_waiting{engine="1",model_name="m"} 0.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="capacity"} 7.0
vllm:num_preemptions_total{engine="0",model_name="m"} 1e+02
vllm:generation_tokens_total{engine="0",model_name="m"} 1.5e+06
vllm:generation_tokens_total{engine="1",model_name="m"} 7.0
"""


def test_the_engines_of_a_server_count_together() -> None:
    assert parse_load(PAGE) == Load(running=42, waiting=1, preemptions=100, tokens=1_500_007, engines=2)


@pytest.mark.parametrize("page", ["", "{}", "vllm:num_requests_running 1.0", PAGE.replace("12.0", "..")])
def test_a_page_without_the_figures_tells_nothing(page: str) -> None:
    assert parse_load(page) is None


@pytest.mark.parametrize("page", [b"", b"[1]", b'{"data": 1}', b'{"data": [1]}', b'{"data": [{"owned_by": "us"}]}'])
def test_what_is_no_vllm_is_not_taken_for_one(page: bytes) -> None:
    assert not is_vllm(page)


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
    slots, load, rng = start, Load(0, 0), Random(seed)
    for _ in range(60):
        # All slots are taken; of what is in flight a share has ended there, and it moves.
        there = slots - int(slots * ended_share * rng.uniform(0.9, 1))
        load = Load(running=min(there, places), waiting=max(0, there - places))
        slots = followed(slots, load, outstanding=slots, most=most, ended=slots - there)
    wanted = min(places, most)
    assert load.running >= 0.75 * wanted
    assert load.waiting <= max(4, 2 + there // 3)
    assert load.running + load.waiting <= max(4, 1.3 * most + 2)


def test_where_others_fill_the_server_we_give_way() -> None:
    assert followed(64, Load(running=256, waiting=100), outstanding=64, most=512) == 4


def test_where_chains_lose_their_places_fewer_are_kept() -> None:
    assert followed(256, Load(running=240, waiting=2), outstanding=250, most=512, preempted=3) == 220


def test_while_we_ask_for_less_than_we_may_nothing_is_learnt() -> None:
    assert followed(256, Load(running=20, waiting=0), outstanding=20, most=512) == 256
