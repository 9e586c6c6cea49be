"""What is fuzzed: each target takes any bytes and must return, with its checks kept, or refuse in the project's way.

A target raises nothing but its own package's errors, which it catches itself: whatever gets out is a find.
"""

# ruff: noqa: PT017 (to return is as right as to refuse)

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from harness.analysis.recorded_votes import pool, read_recordings
from harness.errors import HarnessError
from harness.run.config import EvalConfig
from harness.run.results import line_of, read_results
from solver.base.config import build, from_pairs, parse_duration
from solver.base.errors import RequestRefused, SolverError
from solver.base.text_safety import cleaned
from solver.extraction.extract import extract
from solver.gateway.ask import defaults_of, parse_ask, parse_json
from solver.gateway.message import problem_of
from solver.gateway.settings import GatewayConfig
from solver.problems.jsonl import digest_of, load_problems, questions_of
from solver.problems.letters import ALPHABET
from solver.problems.prompt import load_template
from solver.sampling.completion import Malformed
from solver.sampling.http import _models_of, retry_after
from solver.sampling.reading import sample_of
from solver.sampling.wire.address import normalized_url
from solver.sampling.wire.whole_reply import read
from tests.fuzz import file_targets, foreign_targets
from tests.support.scripted_sampler import a_question

Target = Callable[[bytes], None]
TEMPLATES = (load_template("cot"), load_template("english"))
_FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))


def _file(name: str, data: bytes) -> Path:
    path = _FOLDER / name
    path.write_bytes(data)
    return path


def fuzz_extract(data: bytes) -> None:
    """A model's output: number of options, their texts, and the output, which is the question as well."""
    head, _, body = data.partition(b"\n")
    count = 1 + (head[0] if head else 0) % 26
    text = body.decode("utf-8", "replace")
    options = None
    if len(head) > 1 and head[1] % 2:
        options = [part.decode("utf-8", "replace") for part in head[2:].split(b"|")][:26]
        count = len(options)
    letter, rule, span = extract(text, count, options, text if len(head) > 1 and head[1] % 3 else None)
    assert letter is None or letter in ALPHABET[:count]
    assert rule
    assert span is None or 0 <= span[0] < span[1] <= len(text)
    assert letter is None or span is not None


def fuzz_completion(data: bytes) -> None:
    """A server's reply with status 200."""
    asked = 1 + (data[0] if data else 0) % 4
    try:
        completion = read(data[1:], asked)
    except Malformed:
        return
    assert completion.prompt_tokens >= 0
    assert completion.completion_tokens >= 0
    for index, choice in completion.choices.items():
        assert 0 <= index < asked
        choice.text.encode()
        json.dumps(choice.mean_logprob, allow_nan=False)
        for position in {0, len(choice.text) // 2, len(choice.text)}:
            choice.logprob_at(position)
        _read_choice(choice)


def _read_choice(choice: object) -> None:
    from solver.sampling.completion import Choice
    from solver.sampling.parameters import Sampling
    from solver.sampling.sample import Request

    assert isinstance(choice, Choice)
    request = Request(
        question=a_question(),
        model="m",
        prompt="?",
        sampling=Sampling(temperature=1.0, top_p=1.0, max_tokens=9),
        permutation=(0, 1, 2, 3),
        index=0,
        seed=0,
    )
    sample_of(request, choice, prompt_tokens=0, launched_at=0.0, finished_at=1.0, retries=0)


def fuzz_problems(data: bytes) -> None:
    """A file of problems, plain or gzip."""
    try:
        loaded = load_problems([_file("problems.jsonl", data)])
    except SolverError as error:
        assert "problems.jsonl" in str(error)
        return
    assert all(fault.line >= 1 and str(fault).count("problems.jsonl") for fault in loaded.bad)
    questions = questions_of(loaded.problems)
    digest_of(questions)
    assert len({question.id for question in questions}) == len(questions)
    assert sorted(name for row in loaded.rows for name in row.question_ids) == sorted(one.id for one in questions)
    for row in loaded.rows:
        assert all(value.gold is None for value in row._replace(values=json.loads(row.line({}))).questions())
    for problem in loaded.problems:
        names = [problem.id, *(str(question.family) for question in problem.questions)]
        assert all(cleaned(name) == name for name in names if "\u202e" not in name) or not data.isascii()


def fuzz_recorded(data: bytes) -> None:
    """A file of recorded votes, plain or gzip."""
    name = "votes.jsonl.gz" if data[:2] == b"\x1f\x8b" else "votes.jsonl"
    try:
        pool(list(read_recordings(_file(name, data))), ("question_id",))
    except HarnessError as error:
        assert "votes.jsonl" in str(error)


def fuzz_results(data: bytes) -> None:
    """A ``results.jsonl``."""
    try:
        results = read_results(_file("results.jsonl", data))
    except HarnessError as error:
        assert "results.jsonl" in str(error)
        return
    for result in results:
        json.loads(line_of(result))


def fuzz_settings(data: bytes) -> None:
    """``key=value`` words and durations of the command line."""
    text = data.decode("utf-8", "surrogateescape")
    for parse in (parse_setting, parse_duration):
        try:
            parse(text)
        except SolverError:
            continue


def parse_setting(text: str) -> EvalConfig:
    """Read ``key=value`` from the command line of ``harness eval``."""
    return build(EvalConfig, from_pairs(EvalConfig, [text]))


def fuzz_headers(data: bytes) -> None:
    """What a server says about itself: its models, ``Retry-After``; and what a user says of it, the URL."""
    models = _models_of(data)
    assert models is None or all(isinstance(name, str) for name in models)
    text = data.decode("latin-1")
    wait_s = retry_after({"retry-after": text}, 1e9)
    assert wait_s is None or 0 <= wait_s <= 1e9
    try:
        assert normalized_url(text).startswith("http")
    except SolverError:
        return


def fuzz_gateway(data: bytes) -> None:
    """The body of a request to the gateway, and the question in its last message."""
    config = GatewayConfig.of(endpoints=("http://127.0.0.1:9/v1",))
    try:
        ask = parse_ask(parse_json(data), config=config, defaults=defaults_of(config, ("m",)), served=("m",))
        problem_of(ask.text, TEMPLATES)
    except (RequestRefused, SolverError) as error:
        json.dumps(str(error)).encode()


def fuzz_message(data: bytes) -> None:
    """A message to the gateway: a question with options in any of the shapes that people paste."""
    try:
        problem = problem_of(data.decode("utf-8", "replace"), TEMPLATES)
    except RequestRefused:
        return
    assert problem.questions
    assert all(len(question.options) >= 2 for question in problem.questions)


TARGETS: dict[str, Target] = {
    "extract": fuzz_extract,
    "completion": fuzz_completion,
    "problems": fuzz_problems,
    "recorded": fuzz_recorded,
    "results": fuzz_results,
    "settings": fuzz_settings,
    "headers": fuzz_headers,
    "gateway": fuzz_gateway,
    "message": fuzz_message,
    **foreign_targets.TARGETS,
    **file_targets.TARGETS,
}
