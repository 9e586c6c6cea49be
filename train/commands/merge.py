"""``python -m train merge``: a LoRA adapter folded into its base."""

from __future__ import annotations

import argparse
from pathlib import Path

from solver.base.config.bounds import LAST_TORCH_SEED
from solver.base.typed_numbers import Real, Whole

HELP = "Fold a LoRA adapter into its base, and check that both compute the same."


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Example: python -m train merge runs/sft/adapter --out models/merged"
    parser.add_argument("adapter", type=Path, metavar="ADAPTER", help="folder with adapter_config.json")
    parser.add_argument("--out", type=Path, required=True, help="folder to write; must not exist")
    parser.add_argument("--base", help="the base's folder or cached name (default: what the adapter names)")
    parser.add_argument(
        "--tolerance",
        type=Real(0, 1000),
        help="largest difference between the merged model's and the adapter's logits, float32 (default: 0.001)",
    )
    parser.add_argument(
        "--saved-tolerance",
        type=Real(0, 1000),
        help="largest mean difference of the saved model's logits, as a share of their spread (default: 0.05)",
    )
    parser.add_argument("--prompts", type=Path, metavar="FILE", help="rows to compare on (default: generated problems)")
    parser.add_argument(
        "--dtype", choices=("bfloat16", "float16", "float32"), help="type to save (default: the base's)"
    )
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="auto takes a GPU where there is one (default: auto)",
    )
    parser.add_argument(
        "--seed", type=Whole(0, LAST_TORCH_SEED), help="which generated problems are compared on (default: 1)"
    )


def run(arguments: argparse.Namespace) -> int:
    from solver.base.display.printing import print_result, tell, tell_end
    from solver.base.display.progress import bar
    from solver.base.outputs import Output, check_outputs
    from train.errors import MergeError
    from train.full_memory import told_where_full
    from train.merge import SAVED_TOLERANCE, TOLERANCE, MergePlan, merge

    if arguments.prompts is not None and arguments.seed is not None:
        raise MergeError("--seed chooses generated problems, and --prompts brings rows of its own; leave one out")
    check_outputs([Output("--out", arguments.out, names=("*",))])
    plan = MergePlan(
        adapter=arguments.adapter,
        out=arguments.out,
        base=arguments.base,
        tolerance=TOLERANCE if arguments.tolerance is None else arguments.tolerance,
        saved_tolerance=SAVED_TOLERANCE if arguments.saved_tolerance is None else arguments.saved_tolerance,
        prompts=arguments.prompts,
        dtype=arguments.dtype,
        device=arguments.device,
        seed=1 if arguments.seed is None else arguments.seed,
    )
    steps: list[str] = []
    with bar("merging", 6) as tick:

        def step(name: str) -> None:
            steps.append(name)
            tick(len(steps) - 1, name)

        with told_where_full("--device cpu, where the machine has more memory than the GPU"):
            report = merge(plan, step)
        tick(6)
    rounding, effect = report["saved_against_adapter"]["mean_share"], report["adapter_against_base"]["mean_share"]
    if rounding > effect / 2:
        tell(
            f"warning: rounding to {report['dtype']} moves the logits by {rounding:.2%} of their spread, the adapter "
            f"itself by {effect:.2%}: much of what it learned may be lost in the merged model"
        )
    print_result({"out": str(plan.out), **{key: report[key] for key in report if key != "plan"}})
    tell_end("train", plan.out, then=("train", "quantize", plan.out, "--out", f"{plan.out}-gptq"))
    return 0
