"""Try every documented command and write the table of them.

python -m tests.support.documented                   # docs/commands.md, in a minute
python -m tests.support.documented --out FILE.md
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from tests.support.checkout import ROOT
from tests.support.documented.pieces import TABLE, Piece, pieces
from tests.support.documented.trial import Trial, tried
from tests.support.documented.workplace import configure, furnish, scripted

_HEAD = """# Every documented command

Made by `python -m tests.support.documented` on {day}, on two busy cores;
`tests/integration/test_documented_commands.py` tries the same at every run of the tests.
Each block runs in a folder of its own with small inputs; *run as* stands where sizes or addresses were changed. Where a
model would be served here, a scripted server stands in for the engine. What is shown in several places is tried once.
{run} commands ran, {failed} of them failed; of {read} only the words were read, and {left} were not run.

| shown in | command | how | exit code | seconds | wrote |
|---|---|---|---:|---:|---|
"""


def results() -> Iterator[tuple[Piece, Trial | None]]:
    """Yield every command once, with what came of it; None where it says why it is not run."""
    seen: set[str] = set()
    with tempfile.TemporaryDirectory() as place, scripted() as server:
        template = Path(place) / "template"
        template.mkdir()
        furnish(template, server.url)
        for block, group in groupby(pieces(), key=lambda piece: piece.block):
            folder = Path(place) / "work"
            shutil.copytree(template, folder, symlinks=True)
            for piece in group:
                if piece.command in seen:
                    continue
                seen.add(piece.command)
                if piece.not_run is None:
                    configure(folder, piece.command)
                yield piece, None if piece.not_run is not None else tried(piece.command, folder, server.url)
            shutil.rmtree(folder)
            del block


def table(found: list[tuple[Piece, Trial | None]], day: str) -> str:
    """Return the page."""
    trials = [trial for _, trial in found if trial is not None]
    run = [trial for trial in trials if trial.how.startswith("run")]
    head = _HEAD.format(
        day=day,
        run=len(run),
        failed=sum(not trial.is_good for trial in run),
        read=sum(trial.how.startswith("words") for trial in trials),
        left=sum(trial is None for _, trial in found),
    )
    return head + "".join(map(_row, found))


def _row(one: tuple[Piece, Trial | None]) -> str:
    piece, trial = one
    if trial is None:
        cells = [f"not run: {piece.not_run}", "", "", ""]
    else:
        is_run = trial.how.startswith("run")
        how = f"{trial.how}; run as `{trial.ran_as}`" if trial.ran_as else trial.how
        code, seconds = (str(trial.code), f"{trial.seconds:.1f}") if is_run else ("", "")
        cells = [how, code, seconds, ", ".join(f"`{name}`" for name in trial.wrote)]
    where = piece.block.partition(":")[0] if ":" in piece.block else f"`{piece.block}`"
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in (where, f"`{piece.command}`", *cells)) + " |\n"


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description="Try every documented command and write the table of them.")
    parser.add_argument("--out", type=Path, default=ROOT / TABLE)
    options = parser.parse_args()
    options.out.write_text(table(list(results()), time.strftime("%Y-%m-%d")), encoding="utf-8")


if __name__ == "__main__":
    main()
