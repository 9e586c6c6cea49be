"""The log under stores and journals: durable on return, noticed when it is taken away, read where nothing is written.

Kills and torn pages: ``tests.unit.synth.llm.test_journal`` and ``tests.unit.solver.scheduling.test_store``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from solver.base.durable import DurableLog, opened_for_reading
from solver.base.errors import StoreError


def a_log(folder: Path) -> DurableLog[str]:
    return DurableLog(
        folder / "log.sqlite",
        lock=folder / "lock",
        schema="CREATE TABLE IF NOT EXISTS words (word TEXT PRIMARY KEY)",
        insert="INSERT INTO words VALUES (?)",
        row_of=lambda word: (word,),
        what="word",
        elsewhere="use another folder",
    )


def words_in(folder: Path) -> list[str]:
    with opened_for_reading(folder / "log.sqlite") as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY word")]


def append(log: DurableLog[str], *words: str) -> None:
    asyncio.run(asyncio.wait_for(log.append(words), 60))


def test_what_was_appended_is_there_for_readers_at_once_and_afterwards(tmp_path: Path) -> None:
    with a_log(tmp_path) as log:
        append(log, "b", "a")
        assert words_in(tmp_path) == ["a", "b"]
    assert words_in(tmp_path) == ["a", "b"]


@pytest.mark.parametrize(
    "take",
    [
        lambda folder: (folder / "log.sqlite").unlink(),
        lambda folder: (folder / "lock").unlink(),
        shutil.rmtree,
        lambda folder: folder.rename(folder.with_name("elsewhere")),
    ],
    ids=["file", "lock", "folder removed", "folder moved"],
)
def test_a_log_that_is_taken_away_takes_nothing_more(tmp_path: Path, take: Callable[[Path], None]) -> None:
    folder = tmp_path / "run"
    with a_log(folder) as log:
        append(log, "before")
        take(folder)
        for _ in range(2):
            with pytest.raises(StoreError, match=r"run/.*was taken away"):
                append(log, "after")


def test_after_a_failure_nothing_later_is_taken(tmp_path: Path) -> None:
    with a_log(tmp_path) as log:
        append(log, "a")
        for word in ("a", "b"):
            with pytest.raises(StoreError, match="a word could not be written: UNIQUE constraint failed"):
                append(log, word)
    assert words_in(tmp_path) == ["a"]


@pytest.mark.parametrize("is_in_use", [False, True])
def test_it_is_read_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_in_use: bool
) -> None:
    """A folder of another user, or a disk mounted read-only; ``in use`` stands for a run that was killed."""
    log = a_log(tmp_path / "run")
    append(log, "a")
    if is_in_use:
        shutil.copytree(tmp_path / "run", tmp_path / "killed")
        (tmp_path / "killed" / "log.sqlite-shm").unlink()
    log.close()
    folder = tmp_path / ("killed" if is_in_use else "run")
    assert (folder / "log.sqlite-wal").exists() == is_in_use
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert words_in(folder) == ["a"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_file_that_is_no_log_is_refused_and_let_go_of(tmp_path: Path) -> None:
    (tmp_path / "log.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(StoreError, match=r"cannot keep words there: file is not a database; .*use another folder"):
        a_log(tmp_path)
    (tmp_path / "log.sqlite").unlink()
    a_log(tmp_path).close()
