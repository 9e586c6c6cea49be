"""``python -m harness export``: a run in the form of another tool."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.commands.moved_data import declare_moved_data
from solver.base.display.figures import counted
from solver.commands.field_map import declare_map

HELP = (
    "write a run as logs for Inspect, results of lm-evaluation-harness or votes, or questions as a task of these tools"
)
OF_QUESTIONS = ("lm-eval-task", "evalscope")
"""What questions are written as, where the others write a run."""

_NEXT = {
    "inspect": "inspect view --log-dir {folder}",
    "lm-eval": "{python} -m harness import {folder}",
    "votes": "{python} -m harness replay {file} --rule lead:3",
    "lm-eval-task": "lm_eval run --model local-chat-completions --apply_chat_template --include_path {folder} "
    "--tasks {name} --model_args model=NAME,base_url=http://127.0.0.1:8000/v1/chat/completions",
    "evalscope": "evalscope eval --model NAME --api-url http://127.0.0.1:8000/v1 --datasets general_mcq "
    "--dataset-args {arguments}",
}
"""What goes on with each form."""
_FILES = {"votes": ".jsonl", "inspect": ".json"}
"""The ending of a form that is one file, by which ``-o`` may name it."""
_FILE_ENDINGS = (".json", ".jsonl", ".csv", ".yaml", ".yml", ".md", ".txt", ".gz", ".zip")


def declare(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "examples:\n"
        "  python -m harness export runs/mine --to inspect     writes runs/mine/export/inspect; open it with:\n"
        "                                                      inspect view --log-dir runs/mine/export/inspect\n"
        "  python -m harness export runs/mine --to lm-eval     writes runs/mine/export/lm-eval/MODEL/results_….json\n"
        "  python -m harness export runs/mine --to votes       letters of every sample, for harness replay and board\n"
        "  python -m harness export questions.csv --to lm-eval-task -o tasks   for lm_eval run --include_path tasks\n"
        "  python -m harness export questions.csv --to evalscope -o data       for its general_mcq, as local_path\n"
    )
    add = parser.add_argument
    add("run", type=Path, metavar="RUN", help="run folder; questions (DATA, as eval takes them) for a task")
    add("--to", required=True, choices=("inspect", "lm-eval", "votes", *OF_QUESTIONS), help="the tool to write for")
    declare_map(parser)
    add("--prompt", metavar="NAME|PATH", help="of a task: a prompt of this project (default: the tool's own wording)")
    add(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="where to write (default: RUN/export/TOOL); of votes a file, too",
    )
    declare_moved_data(parser)


def run(options: argparse.Namespace) -> int:
    import json

    from harness.analysis.run_data import gather
    from harness.export import votes_file
    from harness.export.inspect_log import log_of, task_name
    from harness.export.lm_eval_files import files_of
    from harness.run.folder import RunFolder, check_is_run
    from solver.base.display.printing import python
    from solver.base.errors import UsageError
    from solver.base.files import file_name_of

    is_file = _is_file(options.to, options.output)
    if options.to in OF_QUESTIONS:
        return _questions(options)
    if options.prompt is not None:
        raise UsageError(f"--prompt is for a task of questions ({', '.join(OF_QUESTIONS)}); a run knows its own")
    if options.map is not None:
        raise UsageError(f"--map is for a task of questions ({', '.join(OF_QUESTIONS)}); a run knows its own")
    check_is_run(options.run)
    (found,) = gather([options.run], options.data)
    if options.to == "inspect":
        log = log_of(found)
        moment = str(log["stats"]["started_at"]).replace(":", "-")  # type: ignore[index]
        task = task_name(found).replace("_", "-")
        name = file_name_of(f"{moment}_{task}_{options.run.resolve().name}")
        files = {f"{name}.json": json.dumps(log, ensure_ascii=False)}
    elif options.to == "votes":
        files = votes_file.files_of(found)
    else:
        files = files_of(found)
    folder: Path = options.output or RunFolder(options.run).export(options.to)
    if is_file:
        folder, files = folder.parent, {folder.name: next(iter(files.values()))}
    file = folder / next(iter(files))
    then = _NEXT[options.to].format(folder=shlex.quote(str(folder)), file=shlex.quote(str(file)), python=python())
    _write(folder, files, [*RunFolder(options.run).reads(), *options.data], then)
    return 0


def _is_file(to: str, output: Path | None) -> bool:
    """Tell whether ``-o`` names a file.

    Raises:
        UsageError: it does, and the form is a folder of files, or one with another ending.
    """
    from solver.base.errors import UsageError

    if output is None or output.is_dir() or output.suffix not in _FILE_ENDINGS:
        return False
    if output.suffix == _FILES.get(to):
        return True
    or_file = f", or a file that ends in {_FILES[to]}" if to in _FILES else ""
    raise UsageError(f"-o {output}: what is written for {to} is a folder{or_file}; name one")


def _questions(options: argparse.Namespace) -> int:
    """Write questions as a task of another tool."""
    import json

    from harness.errors import ExportError
    from harness.export import evalscope_data, lm_eval_task
    from harness.run.data import load_data
    from solver.base.display.printing import tell
    from solver.base.errors import UsageError
    from solver.problems.jsonl import questions_of, require_good
    from solver.problems.prompt import load_template

    if options.data:
        raise UsageError("--data belongs to a run; what is exported as a task is named before --to")
    data = str(options.run)
    loaded = load_data([data], mapping=options.map, tell=lambda text: tell(f"harness: {text}"))
    require_good(loaded)
    questions = questions_of(loaded.problems)
    name = Path(data).name.split(".")[0]
    folder = options.output or Path(f"{name}-{options.to}")
    template = None if options.prompt is None else load_template(options.prompt)
    if options.to == "evalscope":
        asked = [one for one in questions if evalscope_data.is_readable(one)]
        files = evalscope_data.files_of(asked, name, template=template)
        told = f"has a key and {evalscope_data.MOST_OPTIONS} options at most"
    else:
        asked = [one for one in questions if one.gold is not None]
        files = lm_eval_task.files_of(asked, name, folder, template=template)
        told = "has a key"
    if not asked:
        raise ExportError(f"{data}: no question {told}, so the tool can score none")
    if len(asked) < len(questions):
        tell(
            f"harness: {len(questions) - len(asked)} of {counted(len(questions), 'question')} left out; what is "
            f"written {told}"
        )
    arguments = json.dumps(evalscope_data.arguments_of(folder, name, template=template), ensure_ascii=False)
    words = {"folder": str(folder), "name": lm_eval_task.task_name(name), "arguments": arguments}
    then = _NEXT[options.to].format(**{field: shlex.quote(word) for field, word in words.items()})
    _write(folder, files, [options.run], then)
    return 0


def _write(folder: Path, files: Mapping[str, str], reads: Sequence[Path], then: str) -> None:
    from solver.base.display.printing import print_text, tell_end
    from solver.base.files import below, write_atomically
    from solver.base.outputs import Output, begins, check_outputs

    heads = {".yaml": "task:", ".md": "#"}
    check_outputs(
        [Output("-o", below(folder, name), begins(heads.get(Path(name).suffix, "{"))) for name in files], reads=reads
    )
    for name, text in files.items():
        path = below(folder, name)
        write_atomically(path, text)
        print_text(str(path))
    tell_end("harness", *(below(folder, name) for name in files), then=then)
