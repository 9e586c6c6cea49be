"""``python -m train plan``: what a fine-tuning run needs, before it runs."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from solver.base.config.bounds import MOST, MOST_SAMPLES, MOST_TOKENS
from solver.base.typed_numbers import Real, Whole

HELP = "Say what a fine-tuning run needs: parameters, memory by part, steps, hours, and whether it fits a GPU."


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Example: python -m train plan champion-qwen2.5-32b --gpu h200 --rows 20000 --row-tokens 1200\n"
        "Loads no weights. Exit code 0: it fits; 1: it does not, and what would help is said."
    )
    parser.add_argument(
        "recipe",
        help="a built-in recipe's name (of sft, dpo or grpo), or a YAML file of sft; for others: train dpo FILE --plan",
    )
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="values on top of the recipe")
    parser.add_argument("--gpu", default="h100", help="name of the GPU (default: h100); an unknown one lists all")
    parser.add_argument("--gpus", type=Whole(1, MOST_SAMPLES), default=1, help="how many of them (default: 1)")
    parser.add_argument("--rows", type=Whole(1, MOST), help="rows to train on, where data.train names no file")
    parser.add_argument(
        "--row-tokens", type=Whole(1, MOST_TOKENS), help="their mean length in tokens (default: data.max_length)"
    )
    parser.add_argument("--full", action="store_true", help="train all weights instead of an adapter")
    parser.add_argument("--bits", type=int, choices=(4, 8, 16), default=16, help="bits of the base's linear layers")
    parser.add_argument(
        "--logits",
        choices=("tiled", "full"),
        default="tiled",
        help="full: as trainers without a fused loss keep them (a plain loop, LLaMA-Factory, ms-swift)",
    )
    parser.add_argument("--mfu", type=Real(0, 1), help="share of the GPU's bf16 peak that is reached (default: 0.4)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    from solver.base.display.printing import python, tell, tell_end
    from train.dpo.recipe import DpoRecipe
    from train.errors import RecipeError
    from train.grpo.recipe import GrpoRecipe
    from train.lora.recipe import LoraRecipe
    from train.planning.plan_table import print_plan
    from train.planning.training_plan import UTILISATION, DataSize, make_plan, measure_data
    from train.sft.recipe import SftRecipe

    if arguments.mfu is not None and not 0 < arguments.mfu <= 1:
        raise RecipeError(f"--mfu is {arguments.mfu}; give a share above 0 and up to 1")
    if arguments.row_tokens is not None and arguments.rows is None:
        raise RecipeError("--row-tokens is the mean length of --rows; give both, or data.train=FILE")
    ways = {"dpo": DpoRecipe, "grpo": GrpoRecipe}
    loaders: dict[str, Callable[[str, Sequence[str]], LoraRecipe]] = {
        **dict.fromkeys(DpoRecipe.names(), DpoRecipe.load),
        **dict.fromkeys(GrpoRecipe.names(), GrpoRecipe.load),
    }
    known = sorted({*loaders, *SftRecipe.names()})
    if arguments.recipe not in known and not Path(arguments.recipe).is_file():
        raise RecipeError(f"recipe {arguments.recipe!r} does not exist; use one of {', '.join(known)}, or a YAML file")
    recipe = loaders.get(arguments.recipe, SftRecipe.load)(arguments.recipe, arguments.overrides)
    data = None
    if arguments.rows is not None:
        each = arguments.row_tokens or recipe.data.max_length
        data = DataSize(rows=arguments.rows, tokens=arguments.rows * each, longest=each, is_counted=False)
        if recipe.data.train:
            tell("note: --rows goes before the files of data.train, which are not read")
    plan = make_plan(
        recipe,
        arguments.gpu,
        arguments.gpus,
        data=data or measure_data(recipe),
        is_full=arguments.full,
        bits=arguments.bits,
        logits=arguments.logits,
        utilisation=UTILISATION if arguments.mfu is None else arguments.mfu,
    )
    code = print_plan(plan, as_json=arguments.json)
    if code == 0 and not arguments.full and arguments.bits == 16:
        way = next((name for name, kind in ways.items() if isinstance(recipe, kind)), "sft")
        words = ("train", way, arguments.recipe, *arguments.overrides)
        if recipe.data.train:
            tell_end("train", then=(*words, "--out", f"runs/{recipe.name}"))
        else:
            begun = f"{python()} -m {shlex.join(words)} data.train=FILE --out runs/{recipe.name}"
            tell(f"train: to begin, name the rows: {begun}")
    return code
