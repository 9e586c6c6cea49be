"""Puzzles as environments of other trainers: the same tasks everywhere, paid by this project's own reading."""

from __future__ import annotations

import ast
import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from synth.cli import main
from synth.environments import export, verl
from synth.environments.tasks import Task, pay, task_at
from synth.generate.order import Order, items

ORDER = Order(count=6, seed=3, families=("reachability", "kinship"), langs=("zh", "en"), difficulty=2)


def test_a_task_is_the_same_every_time_and_no_two_share_a_problem() -> None:
    tasks = [task_at(ORDER, index) for index in range(12)]
    assert tasks == [task_at(ORDER, index) for index in range(12)]
    assert len({task.id.rpartition("#")[0] for task in tasks}) == 12


def test_the_question_with_the_most_options_is_asked() -> None:
    for index in range(12):
        (item,) = items(ORDER, range(index, index + 1))
        assert len(task_at(ORDER, index).options) == max(len(one.question.options) for one in item.questions)


def test_the_proven_answer_is_paid_and_no_other_one() -> None:
    for index in range(12):
        task = task_at(ORDER, index)
        letters = "ABCDEFGH"[: len(task.options)]
        paid = {letter: pay(f"先想一想。\n答案是：{letter}", task.options, task.right) for letter in letters}
        assert paid == {letter: float(letter in task.right) for letter in letters}
        assert pay("我不知道。", task.options, task.right) == 0.0
        assert pay(f"答案是：{task.right[0]}", task.options, task.right, is_ended=False) == 0.0
        assert pay(f"答案是：{task.right[0]}", task.options, task.right, min_chars=20) == 0.0


def test_english_problems_are_asked_in_english() -> None:
    prompts = {task.lang: task.prompt for task in (task_at(ORDER, index) for index in range(12))}
    assert set(prompts) == {"zh", "en"}
    assert "Think step by step" in prompts["en"]
    assert "【题目】" in prompts["zh"]


def test_rows_for_verl_come_back_from_parquet_and_its_function_pays_them(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    assert (
        main(["export", "--env", "verl", "--count", "4", "--val-count", "2", "--seed", "3", "--out", str(tmp_path)])
        == 0
    )
    train = parquet.read_table(tmp_path / "train.parquet").to_pylist()
    val = parquet.read_table(tmp_path / "val.parquet").to_pylist()
    assert (len(train), len(val)) == (4, 2)
    assert {row["extra_info"]["split"] for row in train} == {"train"}
    assert not {row["extra_info"]["id"] for row in train} & {row["extra_info"]["id"] for row in val}
    spec = importlib.util.spec_from_file_location("reward", tmp_path / "reward.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for row in train:
        truth, source = row["reward_model"]["ground_truth"], row["data_source"]
        assert module.compute_score(source, f"想。\n答案是：{truth}", truth, row["extra_info"]) == 1.0
        assert module.compute_score(source, "想。", truth, row["extra_info"]) == 0.0


def test_a_row_without_its_options_is_paid_nothing() -> None:
    assert verl.compute_score(verl.DATA_SOURCE, "答案是：A", "A", None) == 0.0


def test_an_environment_package_says_what_was_asked_for(tmp_path: Path) -> None:
    wanted = export.Wanted(order=ORDER, val_count=0, prompt="reason")
    for env, name in (("verifiers", "logic_vote_env/__init__.py"), ("reasoning-gym", "logic_vote_gym.py")):
        files = export.export(env, wanted, tmp_path / env)
        assert tmp_path / env / name in files
        text = (tmp_path / env / name).read_text(encoding="utf-8")
        constants = {node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)}
        assert {3, 6, 2, "reason", "reachability", "kinship"} <= constants


@pytest.mark.parametrize(
    "words",
    [
        ["--count", "3", "--family", "reachabilty"],
        ["--count", "3", "--val-count", "2"],
        ["--count", "3", "--prompt", "nowhere"],
    ],
)
def test_what_cannot_be_made_is_refused_before_anything_is_written(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["export", "--env", "verifiers", "--out", str(out), *words]) == 2
    assert list(tmp_path.rglob("*.py")) == []
    assert capsys.readouterr().err


def test_somebodys_own_package_is_left_as_it_is(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nname = "mine"\n', encoding="utf-8")
    assert main(["export", "--env", "verifiers", "--count", "2", "--out", str(tmp_path)]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]
    project.unlink()
    for _ in range(2):
        assert main(["export", "--env", "verifiers", "--count", "2", "--out", str(tmp_path)]) == 0


def test_reasoning_gyms_own_loader_takes_the_puzzles(tmp_path: Path) -> None:
    gym = pytest.importorskip("reasoning_gym")
    from synth.environments import gym_dataset

    data = gym.create_dataset(gym_dataset.NAME, size=3, seed=3, families=("reachability",))
    entry = data[1]
    assert data.score_answer(f"想。\n答案是：{entry['answer']}", entry) == 1.0
    assert data.score_answer("想。", entry) == 0.0


def test_verifiers_own_loader_takes_the_puzzles() -> None:
    vf = pytest.importorskip("verifiers.v1")
    from synth.environments import verifiers_taskset as puzzles

    taskset = puzzles.LogicVoteTaskset(puzzles.LogicVoteTasksetConfig(count=2, seed=3, families=("reachability",)))
    tasks = list(taskset)
    assert [task.data.idx for task in tasks] == [0, 1]
    assert issubclass(type(taskset), vf.Taskset)
    assert isinstance(tasks[0].data, puzzles.LogicVoteData)
    json.dumps(tasks[0].data.model_dump(mode="json"))


def test_a_task_with_a_system_turn_keeps_it() -> None:
    task = Task(
        id="p#0", prompt="?", question="?", system="S", options=("a", "b"), right=("A",), family="f", level=1, lang="en"
    )
    assert task.messages() == [{"role": "system", "content": "S"}, {"role": "user", "content": "?"}]
    assert SimpleNamespace(**verl.row_of(task, index=0, split="train")).prompt == task.messages()
