from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from solver.base import durable
from solver.base.errors import RunLocked, StoreError
from solver.sampling.parameters import Parameters
from synth.errors import JournalMismatch
from synth.llm.call import Call, failed
from synth.llm.journal import Journal, Record, flattened
from synth.llm.spend_ledger import REPLY, Ledger
from tests.support.checkout import ROOT

A_CALL = Call(model="m", prompt="?", index=0, sampling=Parameters.of(), seed=1, stage="s")

BINDING = {"seed": 0, "ladder": [{"samples": 4}]}


def put(journal: Journal, *keys: str, body: str = "{}") -> None:
    asyncio.run(journal.append([Record("reply", key, body) for key in keys]))


def test_records_come_back_in_order_and_are_never_replaced(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", BINDING) as journal:
        put(journal, "b", "a", body="first")
        put(journal, "a", body="second")
        assert [record.key for record in journal.records("reply")] == ["b", "a"]
        assert journal.get("reply", "a") == "first"
        assert journal.get("sent", "a") is None
        assert journal.count("reply") == 2
    with Journal(tmp_path / "j", BINDING) as journal:
        assert journal.count("reply") == 2


def test_another_configuration_is_refused_with_the_field_named(tmp_path: Path) -> None:
    Journal(tmp_path / "j", BINDING).close()
    with pytest.raises(JournalMismatch, match=r"ladder\[0\]\.samples: 4 there, 5 now") as caught:
        Journal(tmp_path / "j", {"seed": 0, "ladder": [{"samples": 5}]})
    assert "seed" not in str(caught.value)
    # The refusal has let go of the lock.
    Journal(tmp_path / "j", BINDING).close()


def test_fields_that_came_or_went_are_named_too(tmp_path: Path) -> None:
    Journal(tmp_path / "j", {"a": 1}).close()
    with pytest.raises(JournalMismatch, match=r"a: 1 there, absent now\n  b: absent there, 2 now"):
        Journal(tmp_path / "j", {"b": 2})


def test_a_second_holder_is_told_who_has_it(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", BINDING), pytest.raises(RunLocked, match=r"in use by process \d+ on "):
        Journal(tmp_path / "j", BINDING)


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        Journal(tmp_path / "j", BINDING)


@pytest.mark.parametrize("left", [1, 100, 511])
def test_what_is_left_of_a_journal_is_not_taken_for_a_new_one(tmp_path: Path, left: int) -> None:
    with Journal(tmp_path / "j", BINDING) as journal:
        put(journal, "paid")
    (tmp_path / "j").write_bytes((tmp_path / "j").read_bytes()[:left])
    with pytest.raises(StoreError, match=rf"j: only {left} bytes are left of it; choose another --out"):
        Journal(tmp_path / "j", BINDING)
    assert (tmp_path / "j").stat().st_size == left


def test_a_journal_cut_to_nothing_beside_its_log_is_refused(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j", BINDING)
    put(journal, "paid")
    log = (tmp_path / "j-wal").read_bytes()
    journal.close()
    (tmp_path / "j").write_bytes(b"")
    (tmp_path / "j-wal").write_bytes(log)
    with pytest.raises(StoreError, match="only 0 bytes are left of it"):
        Journal(tmp_path / "j", BINDING)
    assert (tmp_path / "j-wal").read_bytes() == log


def test_any_failure_to_write_reaches_those_who_wait_and_those_who_come(tmp_path: Path) -> None:
    async def main(journal: Journal) -> None:
        async with asyncio.timeout(60):
            # A key that is no UTF-8 is refused by sqlite3 with an error that is not one of its own.
            puts = [journal.append([Record("reply", key, "{}")]) for key in ("\ud800", "b")]
            found = await asyncio.gather(*puts, return_exceptions=True)
            assert isinstance(found[0], StoreError)
            assert str(tmp_path / "j") in str(found[0])
            assert "surrogates not allowed" in str(found[0])
            with pytest.raises(StoreError, match="a record could not be written"):
                await journal.append([Record("reply", "c", "{}")])

    with Journal(tmp_path / "j", BINDING) as journal:
        put(journal, "a")
        asyncio.run(main(journal))
    with Journal(tmp_path / "j", BINDING) as journal:
        assert journal.get("reply", "a") == "{}"
        assert journal.get("reply", "c") is None


def test_a_closed_journal_takes_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", BINDING) as journal:
        pass

    async def main() -> None:
        async with asyncio.timeout(60):
            await journal.append([Record("reply", "a", "{}")])

    with pytest.raises(StoreError, match="j: the log is closed"):
        asyncio.run(main())


@pytest.mark.parametrize("error", [OSError(24, "Too many open files"), sqlite3.OperationalError("unable to open")])
def test_a_connection_for_writing_that_fails_is_told_by_the_constructor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    connect = durable._connected
    made: list[sqlite3.Connection] = []

    def second_fails(path: Path, schema: str) -> sqlite3.Connection:
        if made:
            raise error
        made.append(connect(path, schema))
        return made[0]

    monkeypatch.setattr(durable, "_connected", second_fails)
    with pytest.raises(StoreError, match=str(tmp_path / "j")):
        Journal(tmp_path / "j", BINDING)
    monkeypatch.undo()
    # The refusal has let go of the file and its lock.
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        made[0].execute("SELECT 1")
    Journal(tmp_path / "j", BINDING).close()


def test_half_a_surrogate_does_not_stop_the_writing(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", BINDING) as journal:
        put(journal, "a", body="x\ud800y")
        assert journal.get("reply", "a") == "x?y"


def test_after_kill_9_everything_that_was_put_is_there(tmp_path: Path) -> None:
    code = f"""
import asyncio, os, signal
from pathlib import Path
from synth.llm.journal import Journal, Record
async def main():
    journal = Journal(Path({str(tmp_path / "j")!r}), {BINDING!r})
    for number in range(1000):
        await journal.append([Record("reply", str(number), "x" * 500)])
        print(number, flush=True)
        if number == 57:
            os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == -9
    told = len(ended.stdout.split())
    with Journal(tmp_path / "j", BINDING) as journal:
        assert told == 58
        assert {str(number) for number in range(told)} <= {record.key for record in journal.records("reply")}


@pytest.mark.parametrize("cut", [1, 13, 24, 500, 3000])
def test_a_torn_last_record_costs_only_itself(tmp_path: Path, cut: int) -> None:
    journal = Journal(tmp_path / "j", BINDING)
    put(journal, "whole", body="w" * 2000)
    put(journal, "torn", body="t" * 2000)
    # What a machine that lost power leaves behind: the log of the last writes, its end missing.
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("j", "j-wal"):
        (folder / name).write_bytes((tmp_path / name).read_bytes())
    journal.close()
    log = (folder / "j-wal").read_bytes()
    (folder / "j-wal").write_bytes(log[:-cut])
    with Journal(folder / "j", BINDING) as left:
        assert left.get("reply", "whole") == "w" * 2000
        assert left.get("reply", "torn") is None
        put(left, "torn", body="again")
        assert left.get("reply", "torn") == "again"


def test_empty_values_are_fields_as_well() -> None:
    assert flattened({"a": {}, "b": [], "c": None}) == {"a": "{}", "b": "[]", "c": "null"}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("sent", "{"),
        ("sent", "[]"),
        ("sent", '{"model": "m", "stage": "s", "estimate": "NaN"}'),
        ("sent", '{"model": "m", "stage": "s", "estimate": "x"}'),
        ("sent", "[" * 100_000),
        ("done", '{"replies": null, "prompt_tokens": 0, "completion_tokens": 0, "cost": null}'),
        ("done", '{"replies": 1, "prompt_tokens": 0, "completion_tokens": 0, "cost": "-5"}'),
    ],
)
def test_a_record_that_means_nothing_is_named(kind: str, body: str, tmp_path: Path) -> None:
    with Journal(tmp_path / "j.sqlite", {}) as journal:
        asyncio.run(journal.append([Record(kind, "k1", body)]))
        with pytest.raises(StoreError, match=rf"j\.sqlite: the record {kind} k1 cannot be read"):
            Ledger(journal)


@pytest.mark.parametrize(
    "change", [{"text": 3}, {"completion_tokens": "many"}, {"cost": "free"}, {"more": 1}, {"key": None}]
)
def test_a_reply_that_means_nothing_is_named(change: dict[str, object], tmp_path: Path) -> None:
    fields = {**json.loads(failed(A_CALL, "?").to_json()), **change}
    with Journal(tmp_path / "j.sqlite", {}) as journal:
        asyncio.run(journal.append([Record(REPLY, A_CALL.key, json.dumps(fields))]))
        with pytest.raises(StoreError, match=r"j\.sqlite: the record reply .* cannot be read"):
            Ledger(journal).reply(A_CALL)


def test_a_journal_of_bytes_that_are_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with Journal(path, BINDING) as journal:
        put(journal, "a", body="x" * 50)
    path.write_bytes(path.read_bytes().replace(b"x" * 50, b"\xff" * 50))
    with Journal(path, BINDING) as journal:
        for look in (lambda: journal.get("reply", "a"), lambda: list(journal.records("reply"))):
            with pytest.raises(StoreError, match="is damaged"):
                look()
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"kind TEXT", b"kin\xed TEXT"))
    with pytest.raises(StoreError):
        Journal(path, BINDING)
