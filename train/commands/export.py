"""``python -m train export``: a fine-tuning run for another trainer."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path

HELP = "Write a fine-tuning run as ms-swift's or LLaMA-Factory's configuration and data."


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Example: python -m train export champion-qwen2.5-32b data.train=rows.jsonl --to ms-swift --out export/swift\n"
        "Option names are those of ms-swift 4.6.0 and LLaMA-Factory 0.9.5."
    )
    parser.add_argument("recipe", help="a built-in recipe's name or a YAML file")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="values on top of the recipe")
    parser.add_argument("--to", choices=("ms-swift", "llama-factory"), required=True, help="for which trainer")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument(
        "--form",
        choices=("messages", "alpaca"),
        default="messages",
        help="data set that LLaMA-Factory's configuration names; both are written (default: messages)",
    )


def run(arguments: argparse.Namespace) -> int:
    from solver.base.display.printing import print_result, tell, tell_end
    from solver.base.outputs import Output, check_outputs
    from train.errors import RecipeError
    from train.export.trainer_configs import CONFIG, is_unchanged, write_export
    from train.sft.recipe import SftRecipe

    if arguments.form == "alpaca" and arguments.to == "ms-swift":
        raise RecipeError("--form is for LLaMA-Factory; ms-swift takes messages")
    recipe = SftRecipe.load(arguments.recipe, arguments.overrides)
    names = ("sft.yaml", "*.jsonl", "dataset_info.json", "ds_zero3.json", "fsdp.yaml")
    reads = (arguments.recipe, *recipe.data.train, *recipe.data.eval)
    outputs = [
        Output("--out", arguments.out, names=names),
        Output("--out", arguments.out / CONFIG, is_unchanged),
    ]
    check_outputs(outputs, reads=reads)
    done = write_export(recipe, arguments.to, arguments.out, form=arguments.form)
    if not done.is_measured:
        tell(
            f"note: the tokenizer of {recipe.base.model} is not in a folder here, so no row's length was checked; "
            "sft.yaml says what the other trainer does with long ones"
        )
    result = {
        "out": str(done.folder),
        "files": done.files,
        "rows": done.rows,
        "eval_rows": done.eval_rows,
        "dropped": done.dropped,
        "lengths_checked": done.is_measured,
        "command": done.command,
    }
    print_result(result)
    then = f"cd {shlex.quote(str(done.folder))} && {done.command}"
    tell_end("train", *(done.folder / file for file in done.files), then=then)
    return 0
