"""The command that sets up and checks everything: no test is left out of it or run twice, and no failure is lost."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pytest

import bootstrap
from tests.support.checkout import ROOT

GOOD = ("good", ("-c", "print('this one is good')"))
BAD = ("bad", ("-c", "import sys; print('this one is not'); sys.exit(3)"))


@pytest.fixture(autouse=True)
def _this_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "PYTHON", Path(sys.executable))


def runs(share: tuple[str, ...], test: Path) -> bool:
    """A share runs a test's file."""
    folders = [ROOT / word for word in share if not word.startswith("-")]
    left_out = [ROOT / word.removeprefix("--ignore=") for word in share if word.startswith("-")]
    return any(map(test.is_relative_to, folders)) and not any(map(test.is_relative_to, left_out))


def test_every_test_stands_in_one_share_of_the_whole_command() -> None:
    counts = {test: sum(runs(share, test) for share in bootstrap.SHARES) for test in ROOT.glob("tests/**/test_*.py")}
    assert {str(test.relative_to(ROOT)): count for test, count in counts.items() if count != 1} == {}


def test_steps_side_by_side_all_run_and_one_that_fails_fails_the_whole(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert bootstrap.side_by_side([GOOD, GOOD]) == [0, 0]
    capfdbinary.readouterr()
    assert bootstrap.side_by_side([BAD, GOOD, GOOD]) == [3, 0, 0]
    shown = capfdbinary.readouterr()
    assert shown.out.count(b"this one is good") == 2
    assert shown.out.count(b"this one is not") == 1
    assert (shown.err.count(b"bad FAILED"), shown.err.count(b"good good")) == (1, 2)


def test_steps_one_after_the_other_end_with_the_first_that_fails(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert bootstrap.check([GOOD, GOOD]) == 0
    assert bootstrap.check([GOOD, BAD, GOOD]) == 1
    assert capfdbinary.readouterr().err.count(b"good good") == 3


@pytest.mark.parametrize(
    ("words", "is_side_by_side"),
    [
        ([], True),
        (["--durations=9"], True),
        (["--maxfail=1"], True),
        (["tests/unit"], False),
        (["-k", "voting"], False),
        (["-x"], False),
    ],
)
def test_only_the_whole_is_run_side_by_side(
    words: list[str], is_side_by_side: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    noted: list[str] = []

    def seen(steps: list[bootstrap.Step]) -> list[int]:
        ran.extend(name for name, _ in steps)
        noted.extend(word for _, words in steps for word in words if word.startswith("cache_dir="))
        return [0] * len(steps)

    monkeypatch.setattr(bootstrap, "setup", lambda profile: None)
    monkeypatch.setattr(bootstrap, "check", lambda steps: max(seen(steps)))
    monkeypatch.setattr(bootstrap, "side_by_side", seen)
    monkeypatch.setattr(bootstrap, "PYTHON", Path("true"))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    assert bootstrap.main(["test", *words]) == 0
    assert {"format", "lint", "types"} <= set(ran)
    assert len(ran) == 3 + is_side_by_side * len(bootstrap.SHARES)
    # What may end before its last test is not tried again, and each part notes its failures in a place of its own.
    assert len(set(noted)) == (len(bootstrap.SHARES) if words in ([], ["--durations=9"]) else 0)
    noted.clear()
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x")
    assert bootstrap.main(["test", *words]) == 0
    assert not noted


PASSES = "def test_{0}():\n    pass\n"
FAILS = "def test_{0}():\n    assert not 'always'\n"
FAILS_ONCE = """
def test_{0}():
    from pathlib import Path
    mark = Path(__file__).with_name("{0}.was-here")
    was_here = mark.exists()
    mark.touch()
    assert was_here, "the first time"
"""
SKIPPED_THEN = (
    FAILS_ONCE
    + """

if __import__("pathlib").Path(__file__).with_name("{0}.was-here").exists():
    test_{0} = __import__("pytest").mark.skip(test_{0})
"""
)
DIES = "def test_{0}():\n    import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)\n"


@pytest.mark.parametrize(
    ("share", "code", "unsteady", "runs"),
    [
        pytest.param([PASSES] * 5, 0, [], 1, id="all-pass"),
        pytest.param([FAILS_ONCE, PASSES], 0, [0], 2, id="one-fails-once"),
        pytest.param([FAILS_ONCE] * 3 + [PASSES], 0, [0, 1, 2], 4, id="three-fail-once"),
        pytest.param([FAILS, PASSES], 1, [], 2, id="one-fails-twice"),
        pytest.param([FAILS, FAILS_ONCE], 1, [1], 3, id="one-fails-twice-beside-one-that-fails-once"),
        pytest.param([FAILS_ONCE] * 4, 1, [], 1, id="four-fail"),
        pytest.param([SKIPPED_THEN, PASSES], 1, [], 2, id="skipped-the-second-time"),
        pytest.param([FAILS_ONCE, "import nothing_of_this_name\n"], 1, [], 1, id="not-collected"),
        pytest.param([FAILS_ONCE, DIES], 1, [], 1, id="pytest-dies"),
    ],
)
def test_few_failures_are_tried_once_more_alone_and_told(
    share: list[str],
    code: int,
    unsteady: list[int],
    runs: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "share").mkdir()
    for number, text in enumerate(share):
        (tmp_path / "share" / f"test_{number}.py").write_text(text.format(number))
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "TYPES", GOOD)
    assert bootstrap.tested([("share", ("-m", "pytest", "share"))]) == code
    shown = capfd.readouterr()
    told = [line for line in shown.err.splitlines() if not line.startswith("bootstrap:")]
    names = [f"share/test_{number}.py::test_{number}" for number in unsteady]
    assert [line for line in told if "UNSTEADY" in line] == [
        f"UNSTEADY: {name} failed once and passed when run again alone" for name in names
    ]
    # They stand at the end, and what failed at first is still there.
    assert shown.err.splitlines()[len(shown.err.splitlines()) - len(told) :] == told
    assert shown.out.count("the first time") >= len(unsteady)
    assert shown.err.count("bootstrap: ") - 1 == runs


def test_nothing_is_tried_again_where_types_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_0.py").write_text(FAILS_ONCE.format(0))
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "TYPES", BAD)
    assert bootstrap.tested([("share", ("-m", "pytest"))]) == 1
    assert "UNSTEADY" not in capfd.readouterr().err


@pytest.mark.parametrize("profile", bootstrap.PROFILES)
def test_every_pin_with_its_hashes_goes_to_one_of_the_installers(profile: str) -> None:
    lock = (ROOT / bootstrap.PROFILES[profile]).read_text(encoding="utf-8")
    parts = bootstrap.parts(lock, 2)
    lines = [line for line in lock.splitlines() if line and not line.startswith("#")]
    assert sorted("".join(parts).splitlines()) == sorted(lines)
    for part in parts:
        # No line of hashes comes without its pin, and no pin without its hashes.
        assert part.count("==") > 30
        assert not re.search(r"(\A|[^\\]\n)\s+--hash|\\\n\S", part)
        assert part.count("==") == len(re.findall(r"^\S.*\\\n\s+--hash=sha256:", part, re.MULTILINE))


def test_an_installer_that_fails_ends_the_others_and_its_words_are_shown(capfd: pytest.CaptureFixture[str]) -> None:
    fails = [sys.executable, "-c", "import sys; sys.exit('THESE PACKAGES DO NOT MATCH THE HASHES')"]
    lasts = [sys.executable, "-c", "import time; time.sleep(60)"]
    began = time.monotonic()
    with pytest.raises(SystemExit, match="what to do"):
        bootstrap._install([(fails, "what to do"), (lasts, "never said")])
    assert time.monotonic() - began < 30
    assert "BOOTSTRAP_TORCH_UNCHECKED=1" in capfd.readouterr().err
