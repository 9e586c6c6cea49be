"""What a server tells of its load."""

from __future__ import annotations

import pytest

from solver.sampling.servers.load import Load, is_vllm, parse_load

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
