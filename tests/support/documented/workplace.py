"""The folder that documented commands run in: every input that a page names, small, and runs to compare."""

from __future__ import annotations

import contextlib
import csv
import gzip
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from solver.base.places import EMBEDDED_MODEL
from solver.training_rows import Message, Preference, dpo_row
from tests.golden.answers import Answers
from tests.golden.command import INPUTS, Ended, good
from tests.support.checkout import ROOT
from tests.support.command import serving
from tests.support.documented.pieces import all_blocks
from tests.support.scripted_server import Call, Reply, ScriptedServer, choice_of, completion_of

Do = Callable[..., Ended]
"""Runs ``PACKAGE WORD …`` in a ``folder``, and wants it to end well; as ``tests.golden.command.good``."""
MODELS = ("embedded", "scripted", "NAME", "my-model", "my-32b-int4", "my-32b-gptq", "writer", "base", "strong")
"""What the scripted server serves: the names that pages use."""
_PROBLEMS = (
    "problems.jsonl",
    "test.jsonl",
    "contest.jsonl",
    "data.jsonl",
    "data/some.jsonl",
    "data/train.jsonl",
    "benchmark.jsonl",
)
_MORE = 8
_ROWS = ("rows.jsonl", "train.jsonl", "data/rows.jsonl", "data/write.jsonl", "a.jsonl")
_PROBLEM = re.compile(r".*### (?:题目|Problem)\n(.*?)\n\n###", re.DOTALL)
_OTHER_ROWS = ("dev.jsonl", "data/dev.jsonl", "b.jsonl")


@contextlib.contextmanager
def scripted() -> Iterator[ScriptedServer]:
    """Serve every model that a page names."""
    answers = Answers(sure=0.98, silent=0.0)
    with serving(lambda call: _written(call) or answers(call), models=MODELS) as server:
        server.keeps_calls = False
        yield server


def _written(call: Call) -> Reply | None:
    """Write a question that speaks of what its problem speaks of, where one is asked for."""
    found = _PROBLEM.search(call.prompt)
    if found is None or '{"question"' not in call.prompt:
        return None
    clause = re.split(r"[，。；：,.;:\n]", found[1].strip())[call.number % 3].strip()
    question = {"question": f"{clause}，是吗？", "options": ["是", "否"], "answer": "A"}
    choices = [choice_of(json.dumps(question, ensure_ascii=False), index=index) for index in range(call.n)]
    return Reply(body=completion_of(*choices, completion_tokens=20 * call.n))


def furnish(folder: Path, url: str, do: Do = good) -> None:
    """Put everything that commands read into a folder.

    Args:
        do: runs the commands that make some of it; an earlier version makes what it reads itself.
    """
    inputs = ROOT / INPUTS
    more = folder / "more.jsonl"
    do("synth", "generate", "--count", _MORE, "--seed", 6, "--processes", 1, "--no-check", "--out", more)
    for name in _PROBLEMS:
        _problems((more, inputs / "generated.jsonl"), folder / name)
    _table_of(inputs / "generated.jsonl", folder / "questions.csv")
    for name in ("outputs.jsonl", "puzzle.txt"):
        _copied(inputs / name, folder / name)
    for names, seed in ((_ROWS, 3), (_OTHER_ROWS, 4)):
        words = ("--count", 6, "--seed", seed, "--processes", 1, "--no-check", "--format", "messages")
        do("synth", "generate", *words, "--out", folder / names[0])
        for name in names[1:]:
            _copied(folder / names[0], folder / name)
    (folder / "rows.jsonl.gz").write_bytes(gzip.compress((folder / "rows.jsonl").read_bytes()))
    (folder / "models/embedded").mkdir(parents=True)
    for path in EMBEDDED_MODEL.iterdir():
        if path.suffix == ".safetensors":
            (folder / "models/embedded" / path.name).symlink_to(path)
        else:
            _copied(path, folder / "models/embedded" / path.name)
    for name in ("my-model", "my-32b-int4", "my-32b-gptq", "writer"):
        (folder / "models" / name).mkdir(parents=True)
    for name in ("a", "b", "best", "c", "mine"):
        run = ("eval", "problems.jsonl", "--endpoint", url, "--model", "base" if name in "ac" else "strong")
        do("harness", *run, "--rule", "fixed:3", "--seed", ord(name[0]), "--run", f"runs/{name}", folder=folder)
    _votes(folder)
    _decisions(folder, do)
    _pairs(folder)


def _problems(sources: tuple[Path, ...], target: Path) -> None:
    """Write some problems, enough of them to be cut into halves."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("".join(source.read_text(encoding="utf-8") for source in sources), encoding="utf-8")


def _copied(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def configure(folder: Path, command: str, root: Path = ROOT) -> None:
    """Write ``my.yaml`` as the command wants it: a ladder for distill, the page's own for augment, if it shows one."""
    if " augment " in command:
        shown = (block.text for block in all_blocks(root) if block.language == "yaml" and "panel:" in block.text)
        text = next(shown, None) or (root / "synth/plans/augment.yaml").read_text(encoding="utf-8")
    else:
        text = (root / "synth/plans/embedded.yaml").read_text(encoding="utf-8")
    (folder / "my.yaml").write_text(text, encoding="utf-8")


def _table_of(problems: Path, path: Path) -> None:
    """Write problems with up to four options as a spreadsheet would hold them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("question", "A", "B", "C", "D", "answer"))
        for line in problems.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            for one in row["questions"]:
                if len(one["options"]) == 4:
                    table.writerow((f"{row['problem']}\n{one['question']}", *one["options"], one["answer"]))


def _votes(folder: Path) -> None:
    """Write recorded votes of two voters on the problems at hand."""
    rows = []
    for line in (folder / "problems.jsonl").read_text(encoding="utf-8").splitlines():
        problem = json.loads(line)
        for place, one in enumerate(problem["questions"]):
            gold = ord(one["answer"]) - ord("A")
            for voter in ("x", "y"):
                votes = [(gold + (place == 1)) % len(one["options"])] * 3 + [gold]
                rows.append(
                    {
                        "question_id": f"{problem['id']}#{place}",
                        "dataset": "d",
                        "model": voter,
                        "gold": one["answer"],
                        "n_options": len(one["options"]),
                        "answers": ["ABCDEFGHIJ"[vote] for vote in votes],
                    }
                )
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "votes.jsonl.gz").write_bytes(gzip.compress(text.encode()))


def _pairs(folder: Path) -> None:
    """Write a right and a wrong answer to some questions."""
    pairs = [
        Preference(
            id=f"p{number}#0",
            prompt=(Message("user", f"第{number}题，谁先？\nA. 甲\nB. 乙"),),
            chosen="甲在乙前。\n答案是：A",
            rejected="乙在甲前。\n答案是：B",
            letter="A",
            options=("甲", "乙"),
        )
        for number in range(24)
    ]
    text = "".join(json.dumps(dpo_row(pair), ensure_ascii=False) + "\n" for pair in pairs)
    (folder / "pairs.jsonl").write_text(text, encoding="utf-8")


def _decisions(folder: Path, do: Do) -> None:
    """Let a person decide the first disputed question."""
    words = ("votes.jsonl.gz", "--data", "problems.jsonl", "-o", "disputed.jsonl")
    do("harness", "audit", *words, folder=folder)
    lines = [json.loads(line) for line in (folder / "disputed.jsonl").read_text(encoding="utf-8").splitlines()]
    lines[0]["decision"] = lines[0]["proposed"]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    for name in ("disputed.jsonl", "fixes.jsonl"):
        (folder / name).write_text(text, encoding="utf-8")
