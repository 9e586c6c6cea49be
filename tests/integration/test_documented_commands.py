"""Every command that a page, a help text or the head of a plan shows is run here, or says why it is not.

What is shown twice is run once. A new block is found by itself (``tests.support.documented.pieces``): it runs, or this
fails until it is mended or marked.
"""

from __future__ import annotations

import asyncio
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
import yaml

from solver.problems.jsonl import load_problems, require_good
from tests.support.documented.pieces import LANGUAGES, NOT_RUN, Block, Piece, all_blocks, pieces
from tests.support.documented.trial import Trial, tried
from tests.support.documented.workplace import configure, furnish, scripted
from tests.support.loops import in_loop
from tests.support.running_gateway import gateway_over
from tests.support.scripted_server import ScriptedServer

PIECES = pieces()
FIRST = {piece.command: piece for piece in reversed(PIECES)}
"""Each command where it is first shown."""
GROUPS: dict[str, list[Piece]] = {}
for _piece in PIECES:
    if _piece.not_run is None and FIRST[_piece.command] is _piece:
        GROUPS.setdefault(_piece.block, []).append(_piece)


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder with all that commands read, and the server that answers them."""
    folder = tmp_path_factory.mktemp("documented")
    with scripted() as server:
        furnish(folder, server.url)
        yield folder, server.url


@pytest.mark.parametrize("block", GROUPS)
def test_the_commands_of_a_block_end_well(furnished: tuple[Path, str], tmp_path: Path, block: str) -> None:
    template, url = furnished
    folder = tmp_path / "work"
    shutil.copytree(template, folder, symlinks=True)
    for piece in GROUPS[block]:
        configure(folder, piece.command)
        trial: Trial = tried(piece.command, folder, url)
        assert trial.is_good, f"{piece.block}: {piece.command}\nexit code {trial.code}\n{trial.err}"


def test_the_table_names_no_place_of_this_machine() -> None:
    said = f"train: no rows; made with: {shlex.quote(sys.executable)} -m synth generate"
    trial = Trial(how="run", ran_as="", code=2, seconds=0.0, wrote=(), err=said)
    assert trial.says == "train: no rows; made with: python -m synth generate"


def test_every_block_is_of_a_known_language() -> None:
    assert {block.where: block.language for block in all_blocks() if block.language not in LANGUAGES} == {}


def test_no_reason_for_not_running_is_left_without_a_command() -> None:
    unused = [begin for begin in NOT_RUN if not any(piece.command.startswith(begin) for piece in PIECES)]
    idle = [
        (block.where, begin)
        for block in all_blocks()
        for begins, _ in block.markers
        for begin in begins
        if not any(line.startswith(begin) for line in block.text.split("\n"))
    ]
    assert (unused, idle) == ([], [])


def _of(language: str) -> list[Block]:
    return [block for block in all_blocks() if block.language == language]


@pytest.mark.parametrize("block", _of("json"), ids=lambda one: one.where)
def test_a_block_of_problems_is_read(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "problems.jsonl"
    path.write_text(f"{block.text}\n", encoding="utf-8")
    loaded = load_problems([path])
    require_good(loaded)
    assert loaded.problems


@pytest.mark.parametrize("block", _of("yaml"), ids=lambda one: one.where)
def test_a_block_of_configuration_is_yaml(block: Block) -> None:
    assert yaml.safe_load(block.text)


@pytest.mark.parametrize("block", _of("python"), ids=lambda one: one.where)
@in_loop
async def test_a_block_of_python_runs_against_a_gateway(block: Block) -> None:
    async with ScriptedServer() as server, gateway_over(server.url) as gateway:
        program, changed = re.subn(r"http://127\.0\.0\.1:8080/v1", gateway.url, block.text)
        assert changed
        names: dict[str, object] = {}
        await asyncio.to_thread(exec, program, names)
        client = names["client"]
        assert isinstance(client, openai.OpenAI)
        client.close()
