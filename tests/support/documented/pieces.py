"""Every command that a document, a help text or the head of a plan or recipe shows; found by itself, whoever adds one.

In Markdown a fenced block without a language holds commands, one a line (``\\`` goes on with the next); ``json``
blocks hold problems, ``yaml`` configurations, ``python`` programs; ``text`` is what is only looked at. A comment before
it says why something in a block is not tried::

    <!-- not run: needs a GPU -->                      the whole block
    <!-- not run (pip install, docker): a network -->  the lines that begin so
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from logic_vote import PROGRAMS
from solver.base.cli import parser_of
from tests.support.checkout import ROOT

PAGES = ("README.md", "README.zh.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "models/embedded/README.md", "docs/*.md")
HEADS = ("synth/plans/*.yaml", "train/recipes/**/*.yaml", "docker/*.yaml")
TABLE = "docs/commands.md"
"""Made of all of this."""
LANGUAGES = {"", "json", "yaml", "python", "text"}
NOT_RUN = {
    "python -m harness eval logiqa-zh,ar-lsat": "fetches from the benchmarks' makers",
    "python -m harness tune logiqa-zh": "fetches from the benchmarks' makers",
    "python -m harness benchmarks --fetch": "fetches from the benchmarks' makers",
    "python -m harness fetch": "fetches from a hub",
    "python -m harness eval --serve Qwen/": "fetches from a hub",
    "python -m train sft champion-qwen2.5-32b data.train=[a.jsonl,b.jsonl]": "wants the base's tokenizer from a hub",
    "python -m train dpo qwen2.5-1.5b-dpo data.train=pairs.jsonl --init-adapter": "wants a base from a hub",
    "python -m train grpo qwen2.5-1.5b-grpo data.train=problems.jsonl": "wants a base from a hub",
    "python -m train quantize --backend auto-gptq --make-env": "installs packages from the network",
    "serve deploy": "needs a Ray cluster",
    "python -m harness board": "replays every rule on recorded votes, which takes minutes",
    "python -m harness forecast votes.jsonl.gz --recorded": "draws 200 pilots from recorded votes, which takes minutes",
    "python -m harness eval --from-forecast": "wants the folder of a forecast",
    "python -m harness import": "wants another tool's logs",
    "python -m harness reproduce": "wants the card of a run, and its model",
}
"""How commands of help texts and heads begin that are not tried, where no comment can stand, and why."""
_FENCE = re.compile(r"^```(.*)$")
_MARKER = re.compile(r"^<!-- not run(?: \((?P<lines>[^)]*)\))?: (?P<why>.+?) -->$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block of a page."""

    where: str
    """``file:line``."""
    language: str
    text: str
    markers: tuple[tuple[tuple[str, ...], str], ...]
    """How lines begin (none: all), and why they are not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A command."""

    block: str
    """Commands of one block are run in one folder, one after the other."""
    command: str
    not_run: str | None
    """Why not."""


def blocks(path: Path, root: Path = ROOT) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    markers: list[tuple[tuple[str, ...], str]] = []
    lines: list[str] = []
    start: int | None = None
    language = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        fence = _FENCE.match(line)
        if fence and start is None:
            start, language, lines = number, fence[1].strip(), []
        elif fence and start is not None:
            where = f"{path.relative_to(root)}:{start}"
            yield Block(where=where, language=language, text="\n".join(lines), markers=tuple(markers))
            start, markers = None, []
        elif start is not None:
            lines.append(line)
        elif found := _MARKER.match(line.strip()):
            begins = tuple(part.strip() for part in (found["lines"] or "").split(",") if part.strip())
            markers.append((begins, found["why"]))
        elif line.strip():
            markers = []


def pages(root: Path = ROOT) -> list[Path]:
    """Return the pages that are looked at."""
    return [path for pattern in PAGES for path in sorted(root.glob(pattern)) if path != root / TABLE]


def all_blocks(root: Path = ROOT) -> list[Block]:
    """Return the blocks of all pages."""
    return [block for path in pages(root) for block in blocks(path, root)]


def commands_of(text: str) -> list[str]:
    """Return the commands of a text: lines, joined where one goes on, without blank ones.

    >>> commands_of("a \\\\\\n   b  # c\\n\\nd")
    ['a b  # c', 'd']
    """
    joined = re.sub(r"\\\n\s*", "", text)
    return [line.strip() for line in joined.split("\n") if line.strip()]


def _marked(block: Block) -> Iterator[Piece]:
    for command in commands_of(block.text):
        why = next((why for begins, why in block.markers if not begins or command.startswith(begins)), None)
        yield Piece(block=block.where, command=re.sub(r"\s+#.*$", "", command), not_run=why)


def listed(block: str, lines: Sequence[str]) -> Iterator[Piece]:
    """Yield the commands of this project in a help text or a head, where remarks follow after two blanks."""
    for line in commands_of("\n".join(lines)):
        found = re.search(
            r"(?:^|[ :#])((?:[A-Z_]+=\S+ |cat \S+ \| |echo '[^']*' \| )*(?:python -m|serve deploy) .*)$", line
        )
        if found is None:
            continue
        command = re.split(r"\s{2,}|\s+#", found[1])[0].rstrip('",')
        why = next((why for begin, why in NOT_RUN.items() if command.startswith(begin)), None)
        yield Piece(block=block, command=command, not_run=why)


def pieces() -> list[Piece]:
    """Return all commands, in the order of pages, help texts and heads."""
    found = [piece for block in all_blocks() if block.language == "" for piece in _marked(block)]
    for program in PROGRAMS:
        found += listed(f"python -m {program.package} --help", program.epilog.split("\n"))
        for name in program.commands:
            call = f"python -m {program.package} {name}"
            epilog = parser_of(program.load(name), call).epilog or ""
            found += listed(f"{call} --help", epilog.split("\n"))
    return [*found, *in_heads()]


def is_shown(piece: Piece, shown: Sequence[Piece]) -> bool:
    """Tell whether a command stands in pages, perhaps with variables before it."""
    return any(one.command.endswith(piece.command) for one in shown)


def in_heads(root: Path = ROOT) -> Iterator[Piece]:
    """Yield the commands at the heads of plans and recipes."""
    for pattern in HEADS:
        for path in sorted(root.glob(pattern)):
            head = [line for line in path.read_text(encoding="utf-8").split("\n") if line.startswith("#")]
            yield from listed(str(path.relative_to(root)), head)
