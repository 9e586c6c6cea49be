"""KOR-Bench, its multiple choice part: questions on stories, options behind ``##``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.benchmarks.benchmark import Benchmark, SourceFile
from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line, lines_of_text
from solver.problems.letters import ALPHABET
from solver.problems.shapes.container import Input

_HEAD = re.compile(r"\s*([A-Z])\.\s*")


def _with_rules(inputs: Sequence[Input]) -> Iterator[tuple[str, Iterable[Line]]]:
    rules, samples = (lines_of_text(found.data.decode("utf-8-sig")) for found in inputs)
    stories = {rule["idx"]: rule["rule_content"] for rule in (json.loads(line.raw) for line in rules)}
    yield "", (_row(line, stories) for line in samples)


def _row(line: Line, stories: Mapping[str, str]) -> Line:
    found = json.loads(line.raw)
    question, _, rest = found["question"].partition("\nOptions:")
    options = rest.partition("\nProvide your final answer")[0].split("##")
    heads = [_HEAD.match(option) for option in options]
    letters = [head[1] for head in heads if head is not None]
    if letters != list(ALPHABET[: len(options)]):
        return line._replace(value=UnusableLine("question", f"options are headed {letters}"))
    texts = [_HEAD.sub("", option).strip() for option in options]
    answer = found["answer"].strip("[]")
    value = {"problem": stories[found["rule_id"]], "question": question, "options": texts, "answer": answer}
    return line._replace(value=value)


BENCHMARKS = (
    Benchmark(
        name="kor-counterfactual",
        help="what follows in an invented world, against what is so",
        language="en",
        repository="KOR-Bench/KOR-Bench",
        revision="bb8194dff8e51e2e2247cf62aa9932c3d57d53d7",
        files=(
            SourceFile(
                "data/counterfactual/rule.jsonl", "085551b90bf65a6c5099083f770effd78aff062edfe395c0f052741bae60f1fd"
            ),
            SourceFile(
                "data/counterfactual/sample.jsonl", "111ff495b3ec7e01859c29fe546c57a80c0d7e744c684b34531e63fdae97687f"
            ),
        ),
        licence="Apache-2.0",
        split="test",
        questions=236,
        set_aside=14,
        options={2: 2, 3: 1, 4: 233},
        citation="Ma et al., KOR-Bench, 2024",
        load=_with_rules,
    ),
)
