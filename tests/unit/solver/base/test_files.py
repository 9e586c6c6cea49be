"""Files that are whole at any time, locks, and lines that know their place."""

from __future__ import annotations

import errno
import gzip
import json
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from harness.errors import RecordError
from solver.base.errors import InputError, RunLocked, UsageError
from solver.base.files import (
    FileLock,
    append_line,
    below,
    file_name_of,
    new_file,
    new_folder,
    replacing,
    write_atomically,
    write_json_lines,
)
from solver.base.foreign_files import json_lines_of, lines_of


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a.json", "1")
    write_atomically(tmp_path / "a.json", json.dumps("\ud800", ensure_ascii=False))
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == '"?"'
    write_atomically(tmp_path / "b", b"\x00")
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a.json", "b"]


def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_json_lines(tmp_path / "a", [1, 2])
    with pytest.raises(ZeroDivisionError):
        write_json_lines(tmp_path / "a", (1 // number for number in (1, 0)))
    with pytest.raises(TypeError), new_file(tmp_path / "a") as temporary:
        temporary.write_text(3)  # type: ignore[arg-type]
    assert (tmp_path / "a").read_text() == "1\n2\n"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_file_gets_the_rights_that_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "a", "")
        with replacing(tmp_path / "b") as file:
            file.write("x")
    finally:
        os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "ab"] == [0o640, 0o640]


def test_a_planted_link_under_the_temporary_name_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (tmp_path / f".a.{os.getpid()}.tmp").symlink_to(victim)
    write_atomically(tmp_path / "a", "new")
    assert victim.read_text() == "untouched"
    assert (tmp_path / "a").read_text() == "new"


def test_a_link_of_the_users_own_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_atomically(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_text()))
    reader.start()
    write_atomically(pipe, "through")
    reader.join(60)
    assert found == ["through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_line_is_appended_whole(tmp_path: Path) -> None:
    append_line(tmp_path / "log", "a\ud800")
    append_line(tmp_path / "log", "b")
    assert (tmp_path / "log").read_text() == "a?\nb\n"


def test_a_lock_tells_who_has_it_and_is_free_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with FileLock(path, elsewhere="go away") as lock:
        with pytest.raises(RunLocked, match=rf"is in use by process {os.getpid()} on .*; wait for it, or go away"):
            FileLock(path, elsewhere="go away")
        assert lock.is_in_place
        path.unlink()
        assert not lock.is_in_place
        with FileLock(path, elsewhere="") as second:
            assert second.is_in_place
            assert not lock.is_in_place
    FileLock(path, elsewhere="").close()


def test_a_lock_dies_with_its_holder(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from solver.base.files import FileLock\n"
        "lock = FileLock(Path(sys.argv[1]), elsewhere=''); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "lock")]).returncode == -9
    FileLock(tmp_path / "lock", elsewhere="").close()


def test_who_of_another_machine_did_not_let_go_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    FileLock(path, elsewhere="").close()
    assert path.read_text() == "", "a lock that was let go names nobody"
    path.write_text("process 7 on another-machine")
    with FileLock(path, elsewhere="") as lock:
        assert lock.left_by == "process 7 on another-machine"
        assert path.read_text().startswith(f"process {os.getpid()} on ")
    for nobody in ("", "process 7 on " + socket.gethostname(), "\x00" * 9):
        path.write_text(nobody)
        with FileLock(path, elsewhere="") as lock:
            assert lock.left_by is None


def test_a_file_system_without_locks_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("solver.base.files.fcntl.flock", no_locks)
    with pytest.raises(OSError, match="No locks available"):
        FileLock(tmp_path / "lock", elsewhere="")


def test_a_lock_is_not_taken_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        FileLock(tmp_path / "lock", elsewhere="")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("is_packed", [False, True])
def test_lines_come_with_their_numbers(tmp_path: Path, is_packed: bool) -> None:
    data = "\ufeff{}\n\n  \n[1,\u2028 2]\r\n".encode()
    (tmp_path / "a").write_bytes(gzip.compress(data) if is_packed else data)
    assert list(lines_of(tmp_path / "a")) == [(1, "{}\n"), (4, "[1,\u2028 2]\r\n")]
    (tmp_path / "a").write_bytes(gzip.compress(b"{}\n[1]\n"))
    assert list(json_lines_of(tmp_path / "a")) == [(1, {}), (2, [1])]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{}\n\xff\n", r"a:2: not UTF-8"),
        (b"{}\n\n{\n", r"a:3: not JSON"),
        (b"[" * 100_000, r"a:1: not JSON"),
        (gzip.compress(b"{}\n" * 1000)[:-9], r"a: cannot be read"),
        (None, r"a: cannot be read: no such file"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, data: bytes | None, words: str) -> None:
    if data is not None:
        (tmp_path / "a").write_bytes(data)
    with pytest.raises(InputError, match=words):
        list(json_lines_of(tmp_path / "a"))
    with pytest.raises(RecordError, match=words):
        list(json_lines_of(tmp_path / "a", error=RecordError))


@pytest.mark.parametrize("text", ["..", "", "/", "a/../..", "\x00", "x" * 500, "题" * 200, "-", "a\nb", ". .", "~root"])
def test_a_name_made_of_foreign_text_is_one_name_below_its_folder(text: str, tmp_path: Path) -> None:
    path = below(tmp_path, file_name_of(text))
    path.write_text("")
    assert path.parent == tmp_path
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["..", "../a", "/etc/passwd", ".", "", "a/../../b", "link/a"])
def test_a_path_that_leads_out_of_its_folder_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path)
    with pytest.raises(ValueError, match="leads out"):
        below(tmp_path / "in", name)


def test_a_disk_that_is_full_is_told_with_the_file_that_was_asked_for(tmp_path: Path) -> None:
    def full() -> None:
        with new_file(tmp_path / "a.html"):
            # As the system tells whoever writes to a file that is open.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def full_below() -> None:
        with new_folder(tmp_path / "run") as folder:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder / "config.json"))

    for write, name in ((full, "a.html"), (full_below, "run")):
        with pytest.raises(OSError, match="No space left on device") as failed:
            write()
        assert failed.value.filename == str(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_nothing_can_take_the_place_of_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="where this command runs"), new_folder(Path(".")):
        pytest.fail("the work was begun")
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    with new_folder(Path("link")) as folder:
        (folder / "a").write_text("b")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "empty" / "a").read_text() == "b"
