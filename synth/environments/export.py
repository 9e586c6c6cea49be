"""Writes a folder that another trainer loads: its rows or its environment package, with what was asked for written in.

==================  ==================================================================================================
``verl``            ``train.parquet``, ``val.parquet`` and ``reward.py`` (``custom_reward_function.path``)
``verifiers``       the package ``logic_vote_env`` with its ``pyproject.toml``: ``pip install -e DIR``, then its name
``reasoning-gym``   ``logic_vote_gym.py``: import it, then ``reasoning_gym.create_dataset("logic_vote", …)``
==================  ==================================================================================================

All of them need this project installed: puzzles are made and paid by it.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from solver.base.errors import advice_on
from solver.base.files import write_atomically
from solver.base.outputs import begins
from synth.environments import verl
from synth.environments.tasks import task_at
from synth.errors import OutputError
from synth.generate.order import Order, check_families

NAMES = ("train.parquet", "val.parquet", "reward.py", "logic_vote_env*", "pyproject.toml", "logic_vote_gym.py")
"""Every file or folder that is written."""
_PROJECT = '[project]\nname = "logic-vote-env"\n'
is_our_project = begins(_PROJECT)
"""Tells from its beginning whether a ``pyproject.toml`` is ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for."""

    order: Order
    val_count: int
    """Tasks held out, of the same stream behind the others."""
    prompt: str


def export(env: str, wanted: Wanted, out: Path) -> list[Path]:
    """Write an environment; return its files.

    Raises:
        FamilyError: an unknown family or difficulty.
        OutputError: the folder cannot be written.
    """
    check_families(wanted.order.families)
    try:
        out.mkdir(parents=True, exist_ok=True)
        return _WRITERS[env](wanted, out)
    except OSError as error:
        raise OutputError(f"{out}: cannot be written: {advice_on(error)}") from error


def following(env: str, out: Path, files: Sequence[Path]) -> str:
    """Return the line for the shell that takes an environment into its trainer; its own settings come behind."""
    place = shlex.quote(str(out))
    if env == "verl":
        val = "val" if out / "val.parquet" in files else "train"
        return (
            f"python3 -m verl.trainer.main_ppo data.train_files={place}/train.parquet "
            f"data.val_files={place}/{val}.parquet custom_reward_function.path={place}/reward.py"
        )
    if env == "verifiers":
        return f"pip install -e {place}"
    program = "import logic_vote_gym, reasoning_gym; print(reasoning_gym.create_dataset('logic_vote')[0])"
    return f"PYTHONPATH={place} python -c {shlex.quote(program)}"


def _verl(wanted: Wanted, out: Path) -> list[Path]:
    files = []
    count = wanted.order.count
    for name, span in (("train", range(count)), ("val", range(count, count + wanted.val_count))):
        tasks = [task_at(wanted.order, index, prompt=wanted.prompt) for index in span]
        if tasks:
            verl.write_rows(tasks, out / f"{name}.parquet", split=name)
            files.append(out / f"{name}.parquet")
    reward = out / "reward.py"
    write_atomically(
        reward,
        '"""custom_reward_function.path of verl: 1 for a right final answer, else 0."""\n\n'
        "from synth.environments.verl import compute_score\n\n"
        '__all__ = ["compute_score"]\n',
    )
    return [*files, reward]


def _verifiers(wanted: Wanted, out: Path) -> list[Path]:
    order = wanted.order
    module = out / "logic_vote_env" / "__init__.py"
    write_atomically(
        module,
        '"""Proven puzzles as a taskset of verifiers."""\n\n'
        "import verifiers.v1 as vf\n\n"
        "from synth.environments import verifiers_taskset as puzzles\n"
        "from synth.puzzles.voice import Lang\n\n"
        '__all__ = ["LogicVoteTaskset"]\n\n\n'
        "class LogicVoteTasksetConfig(puzzles.LogicVoteTasksetConfig):\n"
        f"    seed: int = {order.seed}\n"
        f"    count: int = {order.count}\n"
        f"    families: tuple[str, ...] = {order.families!r}\n"
        f"    langs: tuple[Lang, ...] = {order.langs!r}\n"
        f"    level: int = {order.difficulty or 0}\n"
        f"    prompt: str = {wanted.prompt!r}\n\n\n"
        "class LogicVoteTaskset(puzzles.Puzzles, vf.Taskset[puzzles.LogicVoteTask, LogicVoteTasksetConfig]):\n"
        "    pass\n",
    )
    project = out / "pyproject.toml"
    write_atomically(
        project,
        f'{_PROJECT}version = "0.1.0"\nrequires-python = ">=3.11"\n'
        'dependencies = ["verifiers>=0.4", "logic-vote"]\n\n'
        '[build-system]\nrequires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"\n\n'
        '[tool.setuptools]\npackages = ["logic_vote_env"]\n',
    )
    return [module, project]


def _reasoning_gym(wanted: Wanted, out: Path) -> list[Path]:
    order = wanted.order
    module = out / "logic_vote_gym.py"
    write_atomically(
        module,
        '"""Proven puzzles as a dataset of reasoning-gym, registered as logic_vote."""\n\n'
        "import reasoning_gym\n\n"
        "from synth.environments import gym_dataset\n\n\n"
        f"def create(size: int = {order.count}, seed: int = {order.seed}):\n"
        "    return reasoning_gym.create_dataset(\n"
        "        gym_dataset.NAME,\n"
        "        size=size,\n"
        "        seed=seed,\n"
        f"        families={order.families!r},\n"
        f"        langs={order.langs!r},\n"
        f"        level={order.difficulty or 0},\n"
        f"        prompt={wanted.prompt!r},\n"
        "    )\n",
    )
    return [module]


_WRITERS: Mapping[str, Callable[[Wanted, Path], list[Path]]] = {
    "verl": _verl,
    "verifiers": _verifiers,
    "reasoning-gym": _reasoning_gym,
}
