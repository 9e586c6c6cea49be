"""``python -m synth export``: the proven puzzles as an environment of another trainer."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.config.bounds import LAST_SEED, MOST
from solver.base.display.figures import counted
from solver.base.typed_numbers import Whole

HELP = "Write the proven puzzles as an environment of another trainer: verl, verifiers or reasoning-gym."


def declare(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = """examples:
  python -m synth export --env verl --count 2000 --val-count 200 --seed 3 --out envs/verl
  python -m synth export --env reasoning-gym --count 500 --family fact_rules --family recursion --out envs/gym
  python -m synth export --env verifiers --count 500 --difficulty 2 --out envs/verifiers"""
    parser.add_argument(
        "--env", choices=("verl", "verifiers", "reasoning-gym"), required=True, help="for which trainer"
    )
    parser.add_argument("--count", type=Whole(1, MOST), required=True, metavar="N", help="tasks, one question each")
    parser.add_argument(
        "--val-count",
        type=Whole(0, MOST),
        default=0,
        metavar="N",
        help="tasks held out, for verl's val.parquet (default: 0)",
    )
    parser.add_argument(
        "--seed",
        type=Whole(-LAST_SEED, LAST_SEED),
        default=0,
        metavar="S",
        help="same seed and version, same tasks (default 0)",
    )
    parser.add_argument("--family", action="append", metavar="NAME", help="only this family; may be repeated")
    parser.add_argument("--lang", choices=("zh", "en"), help="only this language (default: three quarters Chinese)")
    parser.add_argument("--difficulty", type=Whole(1, 9), metavar="D", help="1 to 9 (default: a mix of 1 to 5)")
    parser.add_argument(
        "--prompt", default="reason", metavar="NAME|FILE", help="how questions are put (default: reason)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the environment")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return the exit code."""
    from solver.base.display.printing import print_text, tell_end
    from solver.base.outputs import Output, check_outputs
    from solver.problems.prompt import load_template
    from synth.environments.export import NAMES, Wanted, export, following, is_our_project
    from synth.errors import FamilyError
    from synth.generate.order import Order
    from synth.puzzles.families import trained

    if arguments.val_count and arguments.env != "verl":
        raise FamilyError("--val-count is for verl; the other trainers make as many tasks of the stream as they like")
    folder = arguments.out
    # Where somebody keeps a package of their own, its pyproject.toml stays.
    outputs = [Output("--out", folder, names=NAMES), Output("--out", folder / "pyproject.toml", is_our_project)]
    check_outputs(outputs, reads=[arguments.prompt])
    load_template(arguments.prompt)
    order = Order(
        count=arguments.count,
        seed=arguments.seed,
        families=tuple(arguments.family or (family.name for family in trained())),
        langs=(arguments.lang,) if arguments.lang else ("zh", "zh", "zh", "en"),
        difficulty=arguments.difficulty,
    )
    wanted = Wanted(order=order, val_count=arguments.val_count, prompt=arguments.prompt)
    files = export(arguments.env, wanted, arguments.out)
    print_text(f"{counted(arguments.count, 'task')} for {arguments.env} -> {arguments.out}")
    tell_end("synth", *files, then=following(arguments.env, arguments.out, files))
    return 0
