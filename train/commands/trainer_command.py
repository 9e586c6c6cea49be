"""The command line that all ways of training an adapter share: ``train sft``, ``train dpo``, ``train grpo``."""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from solver.base.config.bounds import LAST_TORCH_SEED, MOST_SAMPLES, MOST_SECONDS
from solver.base.typed_numbers import Real, Whole

if TYPE_CHECKING:
    from train.lora.recipe import LoraRecipe


class Way(NamedTuple):
    """One way of training."""

    recipe: str
    """The recipe where none is named."""
    load: Callable[[str, Sequence[str]], Any]
    """Reads a recipe and puts values on top."""
    prepare: Callable[..., Any]
    """Reads and checks everything but the weights; imports torch when it is called."""
    trainer: Callable[[Any], Callable[..., dict[str, Any]]] | None = None
    """Returns what trains a prepared run; None takes trl's (``train.lora.run.train_adapter``)."""


def declare(parser: argparse.ArgumentParser, *, recipe: str) -> None:
    """Declare the arguments.

    Args:
        recipe: the one that is taken where none is named.
    """
    parser.add_argument("overrides", nargs="*", metavar="RECIPE | key=value", help="a recipe, then values on top of it")
    parser.add_argument("--recipe", help=f"a built-in recipe's name or a YAML file (default: {recipe})")
    parser.add_argument("--out", type=Path, help="folder of the run")
    parser.add_argument(
        "--seed", type=Whole(0, LAST_TORCH_SEED), help="seed of adapter, order of rows and what is held out (run.seed)"
    )
    parser.add_argument("--init-adapter", type=Path, help="begin with this adapter instead of a fresh one")
    parser.add_argument(
        "--minutes",
        type=Real(0, MOST_SECONDS / 60),
        metavar="X",
        help="end after so much training, all calls together; the adapter is written",
    )
    parser.add_argument(
        "--device",
        choices=("auto", "cpu"),
        default="auto",
        help="auto takes a GPU where there is one (default: auto)",
    )
    parser.add_argument("--check", action="store_true", help="look for all that can be wrong, load no weights, stop")
    parser.add_argument("--plan", action="store_true", help="print memory, steps and hours (see train plan), and stop")
    parser.add_argument("--gpu", help="the GPU that --plan is for (default: h100)")
    parser.add_argument("--gpus", type=Whole(1, MOST_SAMPLES), help="how many of them (default: 1)")
    parser.add_argument(
        "--print-launch", action="store_true", help="print the command that starts several processes, and stop"
    )


SHORT = 5
"""A run of fewer steps ends with a warning."""
_WRITTEN = (
    *("adapter", "checkpoint*", "recipe.json", "report.json", "over_length.jsonl", "loss.*", "base.json"),
    *("engine.log", "tensorboard"),
)
"""Patterns of the names of what a run writes into its folder."""


def run(arguments: argparse.Namespace, way: Way) -> int:
    """Run the command; return the exit code."""
    from solver.base.cli import words_typed
    from solver.base.display.printing import print_text
    from solver.base.outputs import Output, check_outputs
    from train.errors import LaunchError
    from train.lora.recipe import accelerate_config

    recipe = _recipe(arguments, way)
    if arguments.plan:
        from train.planning.plan_table import print_plan
        from train.planning.training_plan import make_plan, measure_data

        gpu, gpus = arguments.gpu or "h100", arguments.gpus or 1
        return print_plan(make_plan(recipe, gpu, gpus, data=measure_data(recipe)))
    if arguments.gpu is not None or arguments.gpus is not None:
        raise LaunchError("--gpu and --gpus are what --plan is for; add it, or leave them out")
    if arguments.out is None:
        raise LaunchError("--out is missing: name the folder that the run's checkpoints and adapter go to")
    written = Output("--out", arguments.out, names=_WRITTEN)
    reads = (arguments.recipe, arguments.init_adapter, *recipe.data.train, *recipe.data.eval)
    check_outputs([written], reads=reads)
    config = accelerate_config(recipe.run.accelerate)
    command = launch_command(config, words_typed("train"))
    if arguments.print_launch:
        if config is None:
            raise LaunchError("run.accelerate is none: one process needs no launcher; set run.accelerate=ddp or fsdp")
        print_text(command)
        return 0
    is_launched = "WORLD_SIZE" in os.environ or "ACCELERATE_MIXED_PRECISION" in os.environ
    if config is not None and not is_launched and not arguments.check:
        raise LaunchError(
            f"run.accelerate is {recipe.run.accelerate}, which joins several processes; start them with\n  {command}\n"
            "or set run.accelerate=none for one process"
        )
    return _trained(arguments, way, recipe, config, command)


def _trained(arguments: argparse.Namespace, way: Way, recipe: LoraRecipe, config: Path | None, command: str) -> int:
    """Prepare and train, or only prepare with ``--check``; return the exit code.

    Args:
        config: accelerate's, where the recipe wants several processes.
        command: starts these.
    """
    from solver.base.cli import words_typed
    from solver.base.display.printing import print_result, tell, tell_end
    from solver.base.signals import INTERRUPTED
    from train.lora.recipe import accelerate_config
    from train.quiet_imports import hushed

    processes = int(os.environ.get("WORLD_SIZE", "1"))
    is_main = int(os.environ.get("RANK", "0")) == 0
    # Before half a minute of imports, which a slip in a name is not to wait for.
    _check_there(recipe)
    if is_main:
        tell("importing torch, transformers and trl")
    # peft imports gptqmodel where that is installed, which greets on stdout; stdout is for the result.
    with contextlib.redirect_stdout(sys.stderr):
        with hushed():
            from train.lora.run import train_adapter
        from train.full_memory import card_now, told_where_full
        from train.lora.callbacks import newest_whole
        from train.planning.room import check_room_on

        ready = way.prepare(recipe, arguments.out, init_adapter=arguments.init_adapter, processes=processes)
        several = command if config is not None else launch_command(accelerate_config("ddp"), words_typed("train"))
        is_cpu = arguments.device == "cpu"
        train = train_adapter if way.trainer is None else way.trainer(ready)
        if is_main and not is_cpu:
            check_room_on(card_now(), recipe, processes)
        checkpoints = arguments.out / "checkpoints"
        with told_where_full(ready.smaller_advice, lambda: newest_whole(checkpoints, ready.stamp)):
            report = {} if arguments.check else train(ready, use_cpu=is_cpu, launch=several, minutes=arguments.minutes)
    if arguments.check:
        if is_main:
            print_result(ready.summary())
            words = words_typed("train", without="--check")
            tell_end("train", then=("train", *words) if config is None else launch_command(config, words))
        return 0
    if not is_main:
        return 0 if report["done"] else INTERRUPTED
    return _ended(arguments.out, report, command if config is not None else "")


def _check_there(recipe: LoraRecipe) -> None:
    """Look for base and rows.

    Raises:
        BaseError: the base cannot be had.
        RowsError: a file is not there.
        UsageError: a file is named twice.
    """
    from solver.base.inputs import check_once, meant
    from train.errors import RowsError
    from train.lora.base_folder import base_of

    base_of(recipe.base)
    paths = [Path(name) for name in (*recipe.data.train, *recipe.data.eval)]
    check_once(paths, "training", "file")
    for path in paths:
        if not path.exists():
            raise RowsError(f"{path}: no such file{meant(path)}")


def _ended(out: Path, report: Mapping[str, Any], launched_by: str) -> int:
    """Tell of a run that is over; returns the exit code.

    Args:
        launched_by: the command that starts several processes; empty for one.

    Raises:
        Interrupted: a signal stopped it.
    """
    from solver.base.cli import words_typed
    from solver.base.display.printing import print_result, tell, tell_end
    from solver.base.errors import Interrupted

    print_result({key: value for key, value in report.items() if key != "losses"})
    if not report["done"]:
        again = launched_by or shlex.join(["python", "-m", "train", *words_typed("train")])
        raise Interrupted(f"stopped at step {report['step']}; to go on: {again}")
    if report["steps"] < SHORT:
        tell(f"train: warning: {_short(report)}")
    files = (out / name for name in ("adapter", "report.json", "loss.png"))
    then = ("train", "merge", out / "adapter", "--out", Path("models") / out.name)
    tell_end("train", *(file for file in files if file.exists()), then=then)
    return 0


def _short(report: Mapping[str, Any]) -> str:
    """Return what to do about a run of few steps."""
    from solver.base.display.figures import counted

    more = (
        "give more --minutes"
        if report["ended_by"] == "minutes"
        else "give more rows or more optim.epochs, or make optim.batch x optim.accumulation smaller"
    )
    return f"trained for {counted(report['steps'], 'step')}, which changes the model little; for more steps {more}"


def _recipe(arguments: argparse.Namespace, way: Way) -> LoraRecipe:
    words = list(arguments.overrides)
    name = arguments.recipe or (words.pop(0) if words and "=" not in words[0] else way.recipe)
    if arguments.seed is not None:
        words.append(f"run.seed={arguments.seed}")
    recipe: LoraRecipe = way.load(name, words)
    return recipe


def launch_command(config: Path | None, words: list[str]) -> str:
    """Return the command that starts the processes of an accelerate configuration.

    >>> launch_command(Path("ddp.yaml"), ["sft", "--out", "runs/a b"])
    "accelerate launch --config_file ddp.yaml -m train sft --out 'runs/a b'"
    """
    kept = [word for word in words if word != "--print-launch"]
    here = Path.cwd()
    if config is not None and config.is_absolute() and config.is_relative_to(here):
        config = config.relative_to(here)
    return shlex.join(["accelerate", "launch", "--config_file", str(config), "-m", "train", *kept])
