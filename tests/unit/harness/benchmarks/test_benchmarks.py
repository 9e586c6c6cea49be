"""Public benchmarks by name: pinned, fetched once, checked, then offline."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from harness.benchmarks.benchmark import Benchmark, SourceFile
from harness.benchmarks.load import load_benchmark
from harness.benchmarks.registry import BENCHMARKS
from harness.benchmarks.sources import kor_bench, logiqa
from harness.errors import DownloadError
from harness.run.data import load_data, parted
from solver.base.errors import InputError
from solver.problems.jsonl import questions_of
from solver.problems.shapes.container import Input
from tests.support.file_hub import FileHub, file_hub

ROWS = [{"question": f"q{n}", "options": ["x", "y"], "answer": "B"} for n in range(400)]
TWINS = {"question": "q", "options": ["x", "x"], "answer": "A"}
DATA = "".join(json.dumps(row) + "\n" for row in [*ROWS, TWINS]).encode()
TOY = Benchmark(
    name="toy-zh",
    help="nothing",
    language="zh",
    repository="some/toy",
    revision="0" * 40,
    files=(SourceFile("data/ä toy.jsonl", hashlib.sha256(DATA).hexdigest()),),
    licence="MIT",
    split="test",
    questions=400,
    set_aside=1,
    options={2: 400},
    citation="none",
)
PATH = f"/some/toy/{'0' * 40}/data/ä toy.jsonl"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOGIC_VOTE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def from_hub(hub: FileHub, monkeypatch: pytest.MonkeyPatch, benchmark: Benchmark = TOY) -> list[str]:
    """Load a benchmark from a hub; returns what was said."""
    said: list[str] = []
    with file_hub(hub):
        monkeypatch.setenv("LOGIC_VOTE_MIRROR", hub.url)
        load_benchmark(benchmark, said.append)
    return said


def test_a_benchmark_is_fetched_once_and_then_read_without_a_network(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = FileHub({PATH: DATA})
    said = from_hub(hub, monkeypatch)
    assert said[0] == "fetching toy-zh: data/ä toy.jsonl (MIT)"
    assert said[-1] == "toy-zh: 400 questions, 1 set aside for known defects (some/toy, MIT)"
    loaded = load_benchmark(TOY, said.append)
    assert (len(hub.asked), len(loaded.problems), loaded.bad) == (1, 400, ())
    assert loaded.problems[2].id == "toy-zh-00003"


@pytest.mark.parametrize("knows_ranges", [True, False])
def test_a_download_that_breaks_off_is_taken_up_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch, knows_ranges: bool
) -> None:
    hub = FileHub({PATH: DATA}, cut_at=5000, knows_ranges=knows_ranges)
    from_hub(hub, monkeypatch)
    assert hub.asked == [(PATH, None), (PATH, "bytes=5000-")]


def test_a_file_that_is_not_the_pinned_one_is_refused_and_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DownloadError, match="not the file that was pinned"):
        from_hub(FileHub({PATH: DATA + b"\n"}), monkeypatch)
    assert list((cache / "benchmarks").iterdir()) == []


def test_a_file_spoilt_in_the_cache_is_fetched_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from_hub(FileHub({PATH: DATA}), monkeypatch)
    (kept,) = (cache / "benchmarks").iterdir()
    kept.write_bytes(b"{}")
    from_hub(FileHub({PATH: DATA}), monkeypatch)
    assert kept.read_bytes() == DATA


def test_what_is_not_there_is_said_with_its_address(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DownloadError, match=r"data/%C3%A4%20toy.jsonl: HTTP 404"):
        from_hub(FileHub({}), monkeypatch)


def test_without_a_network_the_message_says_how_to_bring_the_files(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGIC_VOTE_MIRROR", "http://127.0.0.1:9")
    with pytest.raises(DownloadError, match="benchmarks --fetch NAME"):
        load_benchmark(TOY, lambda text: None)


def test_a_benchmark_whose_counts_differ_from_those_written_down_stops(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    with pytest.raises(DownloadError, match="are expected"):
        from_hub(FileHub({PATH: DATA}), monkeypatch, dataclasses.replace(TOY, questions=401))


def test_benchmarks_and_files_stand_together_in_one_run(
    cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "own.csv"
    own.write_text("question,A,B,answer\nq,x,y,B\n")
    with BENCHMARKS.holding(TOY), file_hub(FileHub({PATH: DATA})) as hub:
        monkeypatch.setenv("LOGIC_VOTE_MIRROR", hub.url)
        loaded = load_data(["toy-zh", str(own)])
        assert len(questions_of(loaded.problems)) == 401
        assert parted(["logiqa-zh,toy-zh"]) == ["logiqa-zh", "toy-zh"]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("logiqa", "did you mean logiqa-zh or logiqa-en"),
        ("arlsat", r"did you mean ar-lsat\?"),
        ("ar-lsat,logica-zh", r"did you mean logiqa-zh\?"),
        ("LogiQA_zh", r"did you mean logiqa-zh\?"),
        ("LogiQA", "did you mean logiqa-zh or logiqa-en"),
        ("builtn", r"; did you mean builtin\? All: "),
        ("zzzzzz", r"name\. All: python -m harness benchmarks"),
    ],
)
def test_a_misspelt_benchmark_is_answered_with_the_nearest(word: str, hint: str) -> None:
    with pytest.raises(InputError, match=f"no benchmark of that.*{hint}"):
        parted([word])


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda one: one.name)
def test_every_benchmark_is_pinned_and_says_where_it_is_from(benchmark: Benchmark) -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", benchmark.revision)
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", benchmark.repository)
    assert all(re.fullmatch(r"[0-9a-f]{64}", source.sha256) for source in benchmark.files)
    assert len({source.sha256 for source in benchmark.files}) == len(benchmark.files)
    assert sum(benchmark.options.values()) == benchmark.questions > 0
    assert benchmark.licence
    assert benchmark.citation


def test_blocks_of_eight_lines_are_questions() -> None:
    text = "\nb\nP\nQ?\nA.one\nB. two\nC.three\nD.four\n"
    assert logiqa.BENCHMARKS[0].load is not None
    ((_, lines),) = logiqa.BENCHMARKS[0].load([Input("t.txt", text.encode())])
    (line,) = lines
    assert line.value == {
        "problem": "P", "question": "Q?", "options": ["one", "two", "three", "four"], "answer": "b"
    }  # fmt: skip


def test_a_question_is_joined_with_its_story_and_its_options_are_parted() -> None:
    rule = json.dumps({"idx": "1", "rule_content": "story"}).encode()
    row = {"rule_id": "1", "answer": "[[B]]", "question": "q?\nOptions: A. x##B. y\nProvide your final answer as …"}
    assert kor_bench.BENCHMARKS[0].load is not None
    ((_, lines),) = kor_bench.BENCHMARKS[0].load([Input("r", rule), Input("s", json.dumps(row).encode())])
    assert [line.value for line in lines] == [
        {"problem": "story", "question": "q?", "options": ["x", "y"], "answer": "B"}
    ]
