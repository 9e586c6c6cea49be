"""The interactive terminal and ``answer`` as a user meets them: real keys in tmux, real pipes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from solver.backends.vllm import VllmServer
from solver.base.display.theme import width_of
from tests.support.checkout import ROOT
from tests.support.command import problems_file, wait_until
from tests.support.engine_counts import finished_on, in_work
from tests.support.streaming_server import StreamingServer, streaming
from tests.support.tmux import Tmux

PUZZLE = "三人排队，甲在乙前，乙在丙前。\n\n谁在最前？\nA. 甲\nB. 乙\nC. 丙"
CHAIN = "先看第一句，再看第二句，然后把两句合起来想一想。"


def split_vote(number: int, index: int) -> str:
    """B from the second choice of the first request, A from all others."""
    return f"{CHAIN}\n答案是：{'B' if (number, index) == (0, 1) else 'A'}"


def endless(word: str) -> str:
    """A chain of half an hour, at a twentieth of a second a token, that never says the same again."""
    return "".join(f"{number}{word}，" for number in range(8_000))


def terminal(folder: Path, server: StreamingServer, *words: object, **changes: object) -> Tmux:
    return Tmux(folder, "solver", "--endpoint", server.url, "--temperature", "1", *words, **changes)  # type: ignore[arg-type]


def test_a_pasted_problem_is_solved_before_the_users_eyes_and_asked_on(tmp_path: Path) -> None:
    saved = tmp_path / "saved.jsonl"
    with streaming(split_vote, pauses_at=10) as server, terminal(tmp_path, server, "--rule", "lead:2") as tmux:
        tmux.wait("· scripted ·")
        tmux.paste(PUZZLE)
        tmux.wait("C. 丙")
        tmux.keys("C-d")
        both = lambda screen: re.search(r"│ 先看第.* ││ 先看第", screen)  # noqa: E731
        tmux.wait(both, "votes   · ·", "why     rule lead:2 needs at least 2")
        server.resumed = 1
        tmux.wait("votes   A B · ·", "why     A and B are level: rule lead:2 needs at least 2 more")
        server.resumed = 99
        result = ("answer  A 甲", "3 of 4 votes, 75 %", "stopped A leads B by 2: rule lead:2 is content")
        tmux.wait(*result, "winner · ", "dissent · 2 · B", "c chains", "m more", "r rule", "s save")

        tmux.keys("m")
        tmux.wait("how many more samples: 4")
        tmux.keys("BSpace")
        tmux.type("1")
        tmux.keys("Enter")
        tmux.wait("4 of 5 votes, 80 %", "4 of the samples drawn before")
        assert len(server.requests) == 3
        tmux.keys("c")
        # Every purchase is told, those before the last call too.
        tmux.wait("everything about", lambda screen: screen.count(" bought: ") == 3)
        tmux.keys("Escape")
        tmux.wait("4 of 5 votes, 80 %")

        tmux.keys("s", "C-u")
        tmux.type(str(saved))
        tmux.keys("Enter")
        tmux.wait("1 answered question added")

        tmux.keys("a")
        tmux.wait("another question on this problem")
        tmux.paste("谁在最后？\nA. 甲\nB. 丙")
        tmux.keys("C-d")
        tmux.wait("question 2 of 2")
        tmux.wait("answer  A 甲")
        tmux.keys("q")
        tmux.wait("EXIT=0", "answer: A (甲)")
    row = json.loads(saved.read_text(encoding="utf-8"))
    assert (row["answer_letter"], row["vote_classes"], len(row["chains"])) == ("A", [0, 1, 0, 0, 0], 5)


def test_ctrl_c_closes_the_connections_and_twice_leaves(tmp_path: Path) -> None:
    with streaming(lambda number, index: endless("想"), delay_s=0.05) as server, terminal(tmp_path, server) as tmux:
        tmux.wait("· scripted ·")
        tmux.paste(PUZZLE)
        tmux.keys("C-d")
        tmux.wait("想，")
        assert server.open_streams == 1
        tmux.keys("C-c")
        tmux.wait("cancelled; no votes")
        wait_until(lambda: server.open_streams == 0)
        wait_until(lambda: server.abandoned == 1)
        tmux.wait("Enter ask again")
        tmux.keys("C-c")
        tmux.keys("C-c")
        tmux.wait("EXIT=130")


def test_a_resize_while_chains_grow_redraws_everything(tmp_path: Path) -> None:
    with streaming(lambda number, index: endless("长"), delay_s=0.05) as server, terminal(tmp_path, server) as tmux:
        tmux.wait("· scripted ·")
        tmux.paste(PUZZLE)
        tmux.keys("C-d")
        tmux.wait("长，")
        for width, height in ((160, 50), (50, 16), (20, 6), (80, 24)):
            tmux.resize(width, height)
            redrawn(tmux, width, height)
        tmux.keys("C-c", "C-c")
        tmux.wait("EXIT=130")


def redrawn(tmux: Tmux, width: int, height: int) -> None:
    """Wait until the picture has a terminal's size: panes as wide as it is, keys in its last line."""

    def fits(screen: str) -> bool:
        lines = screen.removesuffix("\n").split("\n")
        if width < 40:
            return lines[0].startswith("20x6 is too") and not any(lines[1:])
        is_wide = any(width_of(line) == width and line.startswith("┌─ ") for line in lines)
        return is_wide and len(lines) == height and "^C cancel" in lines[-1] and screen.count("logic-vote") == 1

    tmux.wait(fits)


def test_without_colour_and_in_the_c_locale_the_words_say_all(tmp_path: Path) -> None:
    environ = {"NO_COLOR": "1", "LANG": "C", "LC_ALL": "C"}
    with streaming(split_vote) as server, terminal(tmp_path, server, environ=environ) as tmux:
        tmux.wait("scripted")
        tmux.paste(PUZZLE)
        tmux.keys("C-d")
        tmux.wait("answer  A 甲")
        styled = tmux.screen(styled=True)
        # Bold, dim and reverse remain; no colour of text or ground but the terminal's own (39, 49).
        codes = {int(code) for group in re.findall(r"\x1b\[([\d;]*)m", styled) for code in group.split(";") if code}
        assert codes <= {0, 1, 2, 4, 7, 22, 24, 27, 39, 49}, codes
        plain = re.sub(r"[\u4e00-\u9fff，。：？“”]", "", tmux.screen())
        assert plain.isascii(), plain
        tmux.keys("q")
        tmux.wait("EXIT=0")


def test_an_endpoint_that_is_not_there_is_said_and_can_be_left(tmp_path: Path) -> None:
    with Tmux(tmp_path, "solver", "--endpoint", "http://127.0.0.1:9") as tmux:
        tmux.wait("no endpoint answers")
        tmux.paste(PUZZLE)
        tmux.keys("C-d")
        tmux.wait("there is no model to ask")
        tmux.wait("(--serve MODEL)")
        tmux.keys("q")
        tmux.wait("EXIT=1")


def test_into_a_pipe_goes_plain_text(tmp_path: Path) -> None:
    puzzle = tmp_path / "puzzle.txt"
    puzzle.write_text(PUZZLE, encoding="utf-8")
    with streaming(split_vote) as server:
        command = [sys.executable, "-m", "solver", "--endpoint", server.url, "--rule", "fixed:3"]
        done = subprocess.run(
            command, cwd=ROOT, input=PUZZLE, capture_output=True, encoding="utf-8", timeout=60, check=False
        )
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "answer: A (甲), 67 % of the votes" in done.stdout
    assert "--- the dissenting chain: sample 2, B" in done.stdout


def answered(*words: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "solver", "answer", *map(str, words)]
    done = subprocess.run(
        command, cwd=ROOT, input=stdin, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_answer_writes_json_lines_in_the_files_order(tmp_path: Path) -> None:
    with streaming(split_vote) as server:
        done = answered(problems_file(tmp_path, 5), "--endpoint", server.url, "--rule", "fixed:3", "--chains")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [row["id"] for row in rows] == [f"p{number:03d}#{place}" for number in range(5) for place in range(2)]
    assert {row["answer"] for row in rows} == {"A"}
    assert all(len(row["chains"]) == 3 for row in rows)
    assert "10 questions, 30 samples" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--rule", "leed:3"], 2, "did you mean 'lead:3'"),
        (["nosuch.txt"], 2, "nosuch.txt: cannot be read"),
        (["--limit", "0"], 2, "limit cannot be 0"),
        (["--endpoint", "http://127.0.0.1:9"], 1, "no endpoint answers"),
    ],
)
def test_answer_says_in_one_line_what_is_wrong(words: list[str], code: int, message: str) -> None:
    done = answered(*words, stdin=PUZZLE)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.engine
def test_ctrl_c_frees_the_slots_of_a_real_engine(tmp_path: Path, engine: VllmServer) -> None:
    words = (
        "--endpoint",
        engine.url,
        "--temperature",
        "1",
        "--max-tokens",
        "400",
        # Sixty-four times what vLLM computes at once: minutes of work, however long one's look at it takes.
        "--rule",
        "fixed:1024",
        "--max-samples",
        "1024",
        # No chain ends by chance before one looks.
        "--extra-body",
        '{"ignore_eos":true}',
    )
    finished = finished_on(engine)
    with Tmux(tmp_path, "solver", *words) as tmux:
        tmux.wait("· tiny ·")
        tmux.paste(PUZZLE)
        tmux.keys("C-d")
        # The first chain went alone, to a stranger, and may have ended by then.
        wait_until(lambda: in_work(engine) >= 8)
        tmux.keys("C-c")
        tmux.wait("cancelled")
        wait_until(lambda: in_work(engine) == 0)
        # Nothing is in work any more, and not all of it has been computed: the rest was given up.
        assert finished_on(engine) - finished < 1024
        tmux.keys("C-c", "C-c")
        tmux.wait("EXIT=130")
