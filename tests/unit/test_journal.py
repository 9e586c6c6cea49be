from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from synth.asking.journal import Journal, Record, flattened
from synth.errors import JournalError, JournalLocked, JournalMismatch

ROOT = Path(__file__).resolve().parents[2]
BINDING = {"seed": 0, "ladder": [{"samples": 4}]}


def put(journal: Journal, *keys: str, body: str = "{}") -> None:
    asyncio.run(journal.put([Record("reply", key, body) for key in keys]))


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
    with Journal(tmp_path / "j", BINDING), pytest.raises(JournalLocked, match=r"in use by process \d+ on "):
        Journal(tmp_path / "j", BINDING)


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(b"no database at all" * 100)
    with pytest.raises(JournalError, match="is no journal"):
        Journal(tmp_path / "j", BINDING)


def test_half_a_surrogate_does_not_stop_the_writing(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", BINDING) as journal:
        put(journal, "a", body="x\ud800y")
        assert journal.get("reply", "a") == "x?y"


def test_after_kill_9_everything_that_was_put_is_there(tmp_path: Path) -> None:
    code = f"""
import asyncio, os, signal
from pathlib import Path
from synth.asking.journal import Journal, Record
async def main():
    journal = Journal(Path({str(tmp_path / "j")!r}), {BINDING!r})
    for number in range(1000):
        await journal.put([Record("reply", str(number), "x" * 500)])
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
