"""A folder with all that the commands of ``options_tried`` read: runs, votes, rows, pairs, plans, prompts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from harness.run.folder import RunFolder
from tests.golden.answers import Answers
from tests.golden.command import INPUTS, good
from tests.support.checkout import ROOT
from tests.support.command import serving
from tests.support.run_folders import a_run

_OTHERS = {"good": ["A"] * 5, "bad": list("BBABB"), "worse": list("BCCCB")}


def furnished(folder: Path) -> Path:
    """Fill a folder and return it."""
    for turn, name in enumerate("ab"):
        a_run(folder / "runs" / name, n=6, text="题", turn=turn)
        run = RunFolder(folder / "runs" / name)
        rows = [json.loads(line) for line in (run.path / "problems.jsonl").read_text(encoding="utf-8").splitlines()]
        rows[0]["questions"][0]["answer"] = None
        run.submission.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    votes = [
        {
            "question_id": f"q{n}",
            "dataset": "d",
            "model": "m",
            "gold": "A",
            "n_options": 3,
            "answers": list("ABACA"[n:]),
        }
        for n in range(3)
    ]
    # Voters that are right more or less often weigh more or less, unless all are to count the same.
    votes += [{**vote, "model": name, "answers": answers} for vote in votes for name, answers in _OTHERS.items()]
    (folder / "votes.jsonl").write_text("".join(json.dumps(vote) + "\n" for vote in votes), encoding="utf-8")
    many = [{**votes[place % len(votes)], "question_id": f"q{place}"} for place in range(60)]
    many = [{**vote, "model": "m", "answers": list("ABACA")} for vote in many]
    (folder / "many.jsonl").write_text("".join(json.dumps(vote) + "\n" for vote in many), encoding="utf-8")
    (folder / "fixes.jsonl").write_text('{"id": "p1#0", "answer": "B"}\n', encoding="utf-8")
    inputs = ("rows.jsonl", "generated.jsonl", "ladder.yaml", "prompt.txt", "other.txt", "explain.txt", "write.txt")
    for name in (*inputs, "augment.yaml"):
        shutil.copy(ROOT / INPUTS / name, folder / name)
    plan = (folder / "augment.yaml").read_text(encoding="utf-8")
    (folder / "augment.yaml").write_text(plan.replace(f"{INPUTS}/", ""), encoding="utf-8")
    shutil.copy(folder / "generated.jsonl", folder / "problems.jsonl")
    pair = {"prompt": [{"role": "user", "content": "?"}], "chosen": [{"role": "assistant", "content": "so it is A"}]}
    pair["rejected"] = [{"role": "assistant", "content": "so it is B"}]
    pairs = [{**pair, "prompt": [{"role": "user", "content": f"{n}?"}], "problem_id": f"p{n}"} for n in range(40)]
    (folder / "pairs.jsonl").write_text("".join(json.dumps(one) + "\n" for one in pairs), encoding="utf-8")
    good("harness", "export", "runs/a", "--to", "inspect", folder=folder)
    with serving(Answers(sure=0.9)) as server:
        words = ("--endpoint", server.url, "--rule", "fixed:6", "--seeded", "--run")
        good("harness", "eval", "runs/a/problems.jsonl", *words, "first", folder=folder)
        # What the model says for keys, so that it is mostly right.
        shutil.copy(folder / "first/submission.jsonl", folder / "keyed.jsonl")
        good("harness", "eval", "keyed.jsonl", *words, "runs/r", folder=folder)
    # The same chains twice.
    shutil.copytree(folder / "runs/r", folder / "runs/s")
    shutil.copy(folder / "rows.jsonl", folder / "again.jsonl")
    return folder
