"""``python -m harness fetch``: a model of a hub brought here ahead of time, for machines without a network."""

from __future__ import annotations

import argparse

RESUMES = True
HELP = "fetch models, data sets and benchmarks by name ahead of time"


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m harness fetch Qwen/Qwen2.5-7B-Instruct\n"
        "  python -m harness fetch Qwen/Qwen2.5-7B-Instruct@main modelscope:Qwen/Qwen2.5-7B-Instruct\n"
        "  python -m harness fetch hf:org/set:test logiqa-zh            data sets and benchmarks\n"
        "  python -m harness eval --serve Qwen/Qwen2.5-7B-Instruct      fetches it, too; then offline\n"
        "HF_ENDPOINT names a mirror, HF_TOKEN opens gated models, HF_HOME a larger disk. A name stays at the revision\n"
        "that was fetched until this command renews it. The folder of each model is\n"
        "printed; it links to the client's cache, so copy it to another machine with cp -rL."
    )
    parser.add_argument(
        "models", nargs="+", metavar="NAME", help="org/name[@revision], modelscope:org/name; hf:org/set, a benchmark"
    )
    parser.add_argument(
        "--allow-pickle", action="store_true", help="take weights whose loading can run code, where there are no others"
    )


def run(arguments: argparse.Namespace) -> int:
    from harness.benchmarks.registry import BENCHMARKS
    from harness.run.data import load_data
    from solver.base.display.printing import print_text, tell, tell_end
    from solver.base.errors import UsageError
    from solver.hub.model_folder import model_folder
    from solver.hub.model_name import is_on_hub
    from solver.problems.shapes import hub_data_set

    models = [one for one in arguments.models if not one.startswith(hub_data_set.PREFIX) and one not in BENCHMARKS]
    if unknown := [name for name in models if not is_on_hub(name)]:
        raise UsageError(
            f"{unknown[0]}: no name of a model; write org/name, org/name@revision or modelscope:org/name, "
            "hf:org/set for a data set, or a benchmark's name (harness benchmarks)"
        )
    for name in arguments.models:
        if name.startswith(hub_data_set.PREFIX):
            print_text(str(hub_data_set.fetch(name)))
        elif name in BENCHMARKS:
            load_data([name], tell=tell)
        else:
            print_text(model_folder(name, tell, is_renewed=True, allows_pickle=arguments.allow_pickle))
    data = [one for one in arguments.models if one not in models]
    tell_end("harness", then=("harness", "eval", *data, *(("--serve", models[0]) if models else ())))
    return 0
