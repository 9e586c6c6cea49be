"""The built-in benchmarks by name, the third that is taken where no data is named, and folders of benchmark 1."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from harness.analysis.reproduction import config_of
from harness.benchmarks.builtin import FIRST, FIRST_THIRD, NAMES, THIRD, WHOLE, as_noted, load_builtin, part_of, settled
from harness.forecast import forecast_files
from harness.run.config import EvalConfig, as_begun, check_folder
from harness.run.data import load_data, questions_of_run
from harness.tune.settings import TuneConfig
from solver.base.errors import ConfigMismatch, InputError, UsageError
from solver.base.places import BENCHMARK_1, BENCHMARK_2
from solver.problems.question import Problem, question_of


def problem(name: str, **known: object) -> Problem:
    asked = question_of(f"{name}#0", problem="甲", text="?", options=("x", "y"), gold_letter="A", **known)  # type: ignore[arg-type]
    return Problem(id=name, text="甲", questions=(asked,))


@pytest.mark.parametrize("names", [(WHOLE, THIRD), (FIRST, FIRST_THIRD)])
def test_the_third_has_a_third_of_every_split_and_family(names: tuple[str, str]) -> None:
    whole, third = (load_builtin(name).problems for name in names)
    assert 3 * len(third) == len(whole)
    for kind in ("split", "family"):
        all_of, some = (Counter(getattr(one.questions[0], kind) for one in found) for found in (whole, third))
        assert all(abs(some[value] - n / 3) < 1 for value, n in all_of.items())
    assert abs(sum(len(one.questions) for one in third) - sum(len(one.questions) for one in whole) / 3) < 1


def test_the_part_is_the_same_whatever_the_order_and_keeps_it() -> None:
    problems = [problem(f"p{n}", family="ab"[n % 2], split="xyz"[n % 3]) for n in range(24)]
    found = part_of(problems, 3)
    assert part_of(problems[::-1], 3) == found[::-1]
    assert [one.id for one in found] == [one.id for one in problems if one in found]
    assert Counter(one.questions[0].family for one in found) == {"a": 4, "b": 4}
    assert part_of([], 3) == ()


def test_all_are_benchmarks_with_a_name_and_the_plain_names_are_the_newest_ones() -> None:
    ids = {name: [one.id for one in load_data([name]).problems] for name in NAMES}
    assert {name: len(found) for name, found in ids.items()} == {
        name: 100 if name.endswith("-third") else 300 for name in NAMES
    }
    assert (ids["builtin"], ids["builtin-third"]) == (ids[WHOLE], ids[THIRD])
    assert not set(ids[WHOLE]) & set(ids[FIRST])
    with pytest.raises(InputError, match="did you mean builtin or builtin-third"):
        load_data(["built"])


@pytest.mark.parametrize(
    ("told", "inputs"),
    [
        ({}, (THIRD,)),
        ({"full": True}, (WHOLE,)),
        ({"limit": 300}, (WHOLE,)),
        ({"data": "builtin"}, (WHOLE,)),
        ({"data": "builtin-third,logiqa-zh"}, (f"{THIRD},logiqa-zh",)),
        ({"data": "builtin-1"}, (FIRST,)),
        ({"data": "mine.jsonl"}, ("mine.jsonl",)),
    ],
)
def test_a_limit_or_data_keep_their_meaning(told: dict[str, object], inputs: tuple[str, ...]) -> None:
    config = EvalConfig.of(**told)
    assert config.inputs == inputs == config.binding["data"]
    assert EvalConfig.of(**told, details=True).digest == config.digest


def test_all_of_named_data_is_taken_anyway() -> None:
    with pytest.raises(UsageError, match="--full is all of the built-in benchmark"):
        EvalConfig.of(full=True, data="mine.jsonl")


def test_a_file_of_a_benchmarks_name_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("builtin").write_text("{}")
    assert settled("builtin") == "builtin"
    assert settled("builtin-third") == THIRD


OLD: dict[str, tuple[str, dict[str, object]]] = {
    "builtin-third": (FIRST_THIRD, {}),
    str(BENCHMARK_1): (FIRST, {"full": True}),
    "/somewhere/else/harness/benchmarks/builtin.jsonl": (FIRST, {"full": True}),
    "builtin": (FIRST, {"data": FIRST}),
}
"""What folders from before benchmark 2 hold as their data: what it is called now, and the words that go on with it."""


def begun(folder: Path, data: str) -> Path:
    """Write a run folder as it was begun when benchmark 1 was the only one."""
    binding = json.loads(json.dumps(EvalConfig().binding)) | {"data": [data]}
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"binding": binding}), encoding="utf-8")
    return folder


@pytest.mark.parametrize("data", OLD)
def test_a_run_that_was_begun_on_benchmark_1_goes_on_with_it(data: str, tmp_path: Path) -> None:
    name, words = OLD[data]
    folder = begun(tmp_path / "run", data)
    config = as_begun(EvalConfig.of(run=str(folder), **words))
    assert config.inputs == (name,)
    check_folder(folder, config, {})
    assert not [one.id for one in questions_of_run({"data": [data]}) if one.id.startswith("2-")]


def test_a_folder_of_benchmark_1_refuses_benchmark_2_and_names_both(tmp_path: Path) -> None:
    folder = begun(tmp_path / "run", "builtin-third")
    config = as_begun(EvalConfig.of(run=str(folder), data="builtin-third"))
    with pytest.raises(ConfigMismatch, match=r"data: \['builtin-third'\] there, \['builtin-2-third'\] now"):
        check_folder(folder, config, {})
    with pytest.raises(ConfigMismatch, match="data: "):
        check_folder(folder, as_begun(EvalConfig.of(run=str(folder), full=True)), {})


def test_a_new_run_is_of_benchmark_2_and_its_folder_stays_so(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    check_folder(folder, as_begun(EvalConfig.of(run=str(folder))), {})
    again = as_begun(EvalConfig.of(run=str(folder)))
    assert again.inputs == (THIRD,)
    check_folder(folder, again, {})
    assert TuneConfig.of(out="x.yaml").inputs == (WHOLE,)


def test_a_forecast_that_was_made_on_benchmark_1_is_of_it(tmp_path: Path) -> None:
    pilot = begun(tmp_path / "pilot", "builtin-third")
    assert as_begun(EvalConfig.of(from_forecast=str(pilot / forecast_files.FILE))).inputs == (FIRST_THIRD,)


def test_a_card_from_before_benchmark_2_is_of_benchmark_1() -> None:
    card = {"model": {"endpoints": ["http://127.0.0.1:9/v1"]}, "settings": {}, "data": {"inputs": ["builtin"]}}
    assert config_of(card, {}).inputs == (FIRST,)
    assert as_noted(str(BENCHMARK_2)) == str(BENCHMARK_2)
