"""Whoever made a run folder has no say in what is fetched or opened to look at it."""

from __future__ import annotations

import pytest

from harness.benchmarks.registry import BENCHMARKS
from harness.run.data import questions_of_run
from solver.base.errors import InputError
from solver.problems.shapes.load import load_inputs


@pytest.mark.parametrize("name", ["hf:some/set", "hf:some/set:config:test", next(iter(BENCHMARKS.names))])
def test_what_a_run_folder_names_on_a_hub_is_not_fetched_to_report_on_it(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("LOGIC_VOTE_CACHE", str(tmp_path))
    with pytest.raises(InputError, match="is not on this machine; fetch it first: python -m harness fetch"):
        questions_of_run({"data": [name]})


@pytest.mark.parametrize("name", ["hf:../../etc", "hf:/etc", "hf:a/../../b", "hf:.", "hf:"])
def test_a_path_is_no_data_set_of_a_hub(name: str) -> None:
    with pytest.raises(InputError, match="write it as hf:org/set"):
        load_inputs([name])
