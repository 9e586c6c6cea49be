"""Further targets: tables and archives, stores and journals, decisions, recipes, what batches and writers answer.

And two that are no files: raw requests to the gateway, and the keys of a terminal.
"""

# ruff: noqa: PT017 (to return is as right as to refuse)

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from harness.audit.decisions import read_fixes
from harness.forecast import forecast_files
from solver.base.errors import LogicVoteError
from solver.gateway.server import _quiet_uvicorn
from solver.problems.shapes.load import load_inputs
from solver.scheduling.store import FILE, read_samples
from solver.terminal.keys import Decoder
from solver.training_rows.reader import RowError, read_object
from solver.voting.decisions import with_decisions
from synth.augment import question_json
from synth.check.data_set import CheckArgs, check
from synth.distill.batch.lines import answers_of
from synth.distill.harvest import read_run
from synth.llm.journal import Journal, Record
from synth.llm.plan_file import load
from synth.llm.spend_ledger import DONE, REPLY, SENT, Ledger
from synth.mixture import read_part
from synth.perturb.vote import PerturbPlan, read_problem
from tests.support.running_gateway import Running, gateway_over
from tests.support.scripted_server import ScriptedServer
from train.dpo.recipe import DpoRecipe
from train.grpo.recipe import GrpoRecipe
from train.lora.launch_settings import read_launch
from train.pretrain.recipe import Recipe

_FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))
_TABLES = ("t.csv", "t.tsv", "t.xlsx", "t.parquet", "t.zip", "t.json", "t.jsonl.gz", "t.jsonl")


def _file(name: str, data: bytes) -> Path:
    path = _FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _emptied(name: str) -> Path:
    folder = _FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _refuses(*readers: Callable[[], object]) -> None:
    """Call readers, which may refuse in the project's way and in no other."""
    for read in readers:
        try:
            read()
        except LogicVoteError as error:
            assert str(error)


def fuzz_tables(data: bytes) -> None:
    """A table or an archive of problems, by the first byte, whatever it holds."""
    path = _file(f"tables/{_TABLES[(data[0] if data else 0) % len(_TABLES)]}", data[1:])
    _refuses(lambda: load_inputs([str(path)]))


def fuzz_store(data: bytes) -> None:
    """A store of samples, and a journal, of any bytes."""
    folder = _emptied("store")
    (folder / FILE).write_bytes(data)
    (folder / "journal.sqlite").write_bytes(data)

    def journal() -> None:
        with Journal(folder / "journal.sqlite", {"seed": 0}) as found:
            Ledger(found)

    _refuses(lambda: list(read_samples(folder)), journal)


def fuzz_journal(data: bytes) -> None:
    """A journal with a record that means anything, by the first byte: sent, done, reply."""
    path = _FOLDER / "journal" / "j.sqlite"
    if not path.exists():
        path.parent.mkdir()
        Journal(path, {"seed": 0}).close()
    kind = (SENT, DONE, REPLY)[(data[0] if data else 0) % 3]
    body = data[1:].decode("utf-8", "replace")
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("delete from records")
        raw.execute("insert into records values (?, 'k', ?)", (kind, body))
        raw.commit()

    def read() -> None:
        with Journal(path, {"seed": 0}) as found:
            ledger = Ledger(found)
            json.dumps(ledger.usage(), allow_nan=False)
            found.understood(Record(kind, "k", body), _reply_of)

    _refuses(read)


def _reply_of(body: str) -> object:
    from synth.llm.call import Reply

    return Reply.from_json(body)


def fuzz_decisions(data: bytes) -> None:
    """Decisions of a person, a forecast, and how a run was made."""
    path, folder = _file("decisions.jsonl", data), _emptied("asked")
    (folder / "config.json").write_bytes(data)
    _refuses(
        lambda: read_fixes([path]),
        lambda: with_decisions([{"question_id": "q", "decision": None}], path),
        lambda: forecast_files.read(path),
        lambda: read_run(folder),
    )


def fuzz_recipe(data: bytes) -> None:
    """Recipes and plans beside those of ``yaml``, and how processes are joined."""
    path = str(_file("recipe.yaml", data))
    _refuses(
        lambda: DpoRecipe.load(path),
        lambda: GrpoRecipe.load(path),
        lambda: Recipe.load(path),
        lambda: load(PerturbPlan, path),
        lambda: read_launch(Path(path)),
    )


def fuzz_data_set(data: bytes) -> None:
    """A file of training rows as ``check`` and ``mix`` read it, plain or gzip."""
    path = _file("rows.jsonl", data)
    _refuses(
        lambda: check(CheckArgs(files=(path,), rejected=(path,), against=(path,), processes=1)),
        lambda: read_part(path, 1.0),
    )


def fuzz_writer(data: bytes) -> None:
    """What a model wrote as a question or a problem, and the file that a batch brought."""
    text = data.decode("utf-8", "replace")
    found = question_json.parse(text)
    assert isinstance(found, question_json.Malformed) or len(found.options) >= 2
    told = read_problem(text)
    assert told is None or told.strip()
    assert all(isinstance(name, str) for name in answers_of(text))
    with contextlib.suppress(RowError):
        read_object(data)


def fuzz_keys(data: bytes) -> None:
    """What comes from a terminal, in pieces."""
    decoder = Decoder()
    pieces = [data[at : at + 7] for at in range(0, min(len(data), 4_000), 7)]
    keys = [key for piece in pieces for key in decoder.feed(piece)] + decoder.flush()
    assert all(key.name for key in keys)


class _Gateway:
    """A gateway in the fuzzer's own loop."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.said: list[str] = []
        _quiet_uvicorn(self.said.append)
        self.running: Running = self.loop.run_until_complete(self._start())

    async def _start(self) -> Running:
        self._stack = contextlib.AsyncExitStack()
        server = await self._stack.enter_async_context(ScriptedServer())
        return await self._stack.enter_async_context(
            gateway_over(server.url, max_samples=1, rule="fixed:1", receive_timeout_s=0.2, send_timeout_s=0.2)
        )

    async def ask(self, raw: bytes) -> bytes:
        """Send bytes, say that there will be no more, and return what came back."""
        reader, writer = await self.running.send(raw)
        with contextlib.suppress(OSError):
            writer.write_eof()
        try:
            async with asyncio.timeout(5):
                return await reader.read()
        except OSError:
            return b""
        finally:
            writer.transport.abort()


@cache
def _gateway() -> _Gateway:
    return _Gateway()


def fuzz_gateway_http(data: bytes) -> None:
    """A request to the gateway, head and body, of any bytes: it is answered or closed, never with 500."""
    gateway = _gateway()
    reply = gateway.loop.run_until_complete(gateway.ask(data))
    assert not reply or reply.startswith(b"HTTP/1.1 ")
    assert b"HTTP/1.1 500" not in reply
    assert not any("Exception" in line for line in gateway.said), gateway.said
    assert not any("internal error" in line for line in gateway.running.log), gateway.running.log
    gateway.running.log.clear()


TARGETS = {
    "tables": fuzz_tables,
    "store": fuzz_store,
    "journal": fuzz_journal,
    "decisions": fuzz_decisions,
    "recipe": fuzz_recipe,
    "data_set": fuzz_data_set,
    "writer": fuzz_writer,
    "keys": fuzz_keys,
    "gateway_http": fuzz_gateway_http,
}
