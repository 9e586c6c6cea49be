"""``python -m train quantize``: a model in 4 bits with GPTQ, and what that costs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from solver.base.config.bounds import LAST_TORCH_SEED, MOST, MOST_TOKENS
from solver.base.display.printing import command_line, print_json, print_text, tell_end
from solver.base.typed_numbers import Real, Whole

HELP = "Quantise a model to 4 bits with GPTQ, and measure what that costs."


def declare(parser: argparse.ArgumentParser) -> None:
    from train.quantize.gptq_backends import DEFAULT_QUANTISER, QUANTISERS

    parser.epilog = (
        "Examples:\n"
        "  python -m train quantize models/merged --out models/merged-gptq\n"
        "  python -m train quantize models/merged --out models/merged-gptq \\\n"
        "      --calibration sft=data/rows.jsonl:3 --calibration general=data/alpaca.jsonl:1 --rows 512\n"
        "  python -m train quantize --backend auto-gptq --make-env .venv-auto-gptq\n"
        f"Backends:\n{QUANTISERS.listing()}\n"
    )
    parser.add_argument("model", nargs="?", metavar="MODEL", help="folder or cached name of a bf16 model")
    parser.add_argument("--out", type=Path, help="folder to write; must not exist")
    parser.add_argument("--bits", type=int, choices=(4, 8), default=4, help="default: 4; vLLM on a CPU serves only 4")
    parser.add_argument(
        "--group-size", type=Whole(1, 65_536), default=128, help="weights that share a scale (default: 128)"
    )
    parser.add_argument("--desc-act", action="store_true", help="refused: vLLM 0.32 does not load such checkpoints")
    parser.add_argument("--damp", type=Real(0, 1), default=0.05, help="dampening of the Hessian (default: 0.05)")
    parser.add_argument(
        "--backend",
        choices=QUANTISERS.names,
        default=DEFAULT_QUANTISER,
        help=f"what quantises (default: {DEFAULT_QUANTISER})",
    )
    own = ", ".join(f"{one.name} (default: {one.environment})" for one in QUANTISERS if one.environment)
    parser.add_argument("--env", type=Path, help=f"environment of {own}")
    parser.add_argument("--make-env", type=Path, metavar="DIR", help="build the backend's environment there")
    parser.add_argument(
        "--calibration",
        action="append",
        metavar="NAME=FILE:WEIGHT",
        help="rows in messages or alpaca form; may be repeated; 'synth:WEIGHT' is the generator (default: synth)",
    )
    parser.add_argument("--rows", type=Whole(1, MOST), default=256, help="calibration rows (default: 256)")
    parser.add_argument(
        "--min-tokens", type=Whole(1, MOST_TOKENS), default=256, help="fewest tokens of a row (least and default: 256)"
    )
    parser.add_argument(
        "--max-tokens", type=Whole(1, MOST_TOKENS), default=2048, help="most tokens of a row (default: 2048)"
    )
    parser.add_argument("--held-out", type=Whole(0, MOST), default=64, help="documents to measure on (default: 64)")
    parser.add_argument(
        "--seed", type=Whole(0, LAST_TORCH_SEED), default=1, help="another seed, other calibration rows (default: 1)"
    )
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="auto takes a GPU where there is one (default: auto)",
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON instead of a table")


def run(arguments: argparse.Namespace) -> int:
    from train.errors import RecipeError
    from train.quantize.calibration import MIN_TOKENS, parse_source
    from train.quantize.gptq_backends import QUANTISERS

    if arguments.make_env is not None:
        if QUANTISERS[arguments.backend].environment is None:
            own = " or ".join(one.name for one in QUANTISERS if one.environment)
            raise RecipeError(f"--make-env belongs to --backend {own}; {arguments.backend} runs in this environment")
        _make(arguments.make_env, arguments.backend)
        if arguments.model is None:
            return 0
    if arguments.model is None or arguments.out is None:
        raise RecipeError(f"quantize needs a MODEL and --out; see {command_line('train', 'quantize', '--help')}")
    if arguments.env is not None and QUANTISERS[arguments.backend].environment is None:
        raise RecipeError(f"--env: {arguments.backend} runs in this environment; leave it out")
    if arguments.min_tokens < MIN_TOKENS:
        raise RecipeError(f"--min-tokens {arguments.min_tokens} is too short to calibrate on; use {MIN_TOKENS} or more")
    from solver.base.display.printing import tell
    from solver.base.outputs import Output, check_outputs
    from solver.hub.model_folder import model_folder
    from train.full_memory import told_where_full
    from train.quantize.gptq import QuantizePlan, quantize
    from train.quantize.report import table

    check_outputs([Output("--out", arguments.out, names=("*",))])
    plan = QuantizePlan(
        model=model_folder(arguments.model, tell),
        out=arguments.out,
        bits=arguments.bits,
        group_size=arguments.group_size,
        desc_act=arguments.desc_act,
        damp=arguments.damp,
        backend=arguments.backend,
        environment=arguments.env or arguments.make_env,
        sources=tuple(parse_source(text) for text in arguments.calibration or ("synth",)),
        rows=arguments.rows,
        min_tokens=arguments.min_tokens,
        max_tokens=arguments.max_tokens,
        held_out=arguments.held_out,
        seed=arguments.seed,
        device=arguments.device,
    )
    with _bars() as tick, told_where_full("--max-tokens and --rows lower, or --device cpu"):
        report = quantize(plan, tick)
    if arguments.json:
        print_json(report)
    else:
        print_text(f"{plan.out}\n{table(report)}")
    tell_end("train", plan.out, then=("harness", "eval", "--serve", plan.out))
    return 0


def _make(folder: Path, backend: str) -> None:
    from solver.base.display.progress import bar
    from train.quantize.gptq_backends import QUANTISERS, make_environment

    with bar("building the environment", 4) as tick:
        versions = make_environment(folder, QUANTISERS[backend], tick=tick)
    print_json({"environment": str(folder), "versions": versions})


@contextmanager
def _bars() -> Iterator[Callable[[str, int, int], None]]:
    """Show one bar after the other, each for a step that tells how much of it is done."""
    from solver.base.display.progress import Tick, bars

    steps: dict[str, Tick] = {}
    with bars() as add:

        def tick(step: str, done: int, total: int) -> None:
            if step not in steps:
                steps[step] = add(step, total)
            steps[step](done)

        yield tick
