"""LogiQA 1: blocks of eight lines (a blank one, the letter, passage, question, four options)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from harness.benchmarks.benchmark import Benchmark, SourceFile
from solver.problems.forms.form import UnusableLine
from solver.problems.jsonl import Line
from solver.problems.shapes.container import Input

_BLOCK = 8


def _blocks(inputs: Sequence[Input]) -> Iterator[tuple[str, Iterable[Line]]]:
    for found in inputs:
        yield "", _rows(found.data.decode("utf-8-sig").split("\n"))


def _rows(lines: Sequence[str]) -> Iterator[Line]:
    for start in range(0, len(lines) - _BLOCK + 1, _BLOCK):
        blank, letter, passage, question, *options = (line.strip() for line in lines[start : start + _BLOCK])
        value = {
            "problem": passage,
            "question": question,
            "options": [re.sub(r"^[A-D]\s*[.．、]\s*", "", option) for option in options],
            "answer": letter,
        }
        fault = UnusableLine("line", f"{blank[:20]!r} stands where a block begins")
        yield Line(start + 1, "\n".join(lines[start : start + _BLOCK]), fault if blank else value)


def _part(part: str, file: str, sha256: str) -> Benchmark:
    is_dev = part.endswith("-dev")
    return Benchmark(
        name=f"logiqa-{part}",
        help="reading comprehension of China's civil service exam" + (", development part" if is_dev else ""),
        language=part[:2],
        repository="lgw863/LogiQA-dataset",
        revision="ff6c4cbca47627b3ac2da94a29fa28204a167b41",
        files=(SourceFile(file, sha256),),
        licence="none stated; CC BY-NC-SA 4.0 by AGIEval",
        split="dev" if is_dev else "test",
        questions=651,
        options={4: 651},
        citation="Liu et al., LogiQA, IJCAI 2020",
        load=_blocks,
    )


BENCHMARKS = (
    _part("zh", "zh_test.txt", "74883e3f634cc5d5fd24a7218e6094e80d376f296419ba8be7287a1142311d9d"),
    _part("en", "Test.txt", "359acb78c37802208f7fde9e2f6574b8526527c63d6a336f90a53f1932cb4701"),
    _part("zh-dev", "zh_eval.txt", "8d5375b94568222e0e37e8305ae5603f23721c1937c4bdeeb041e275f218c4cf"),
    _part("en-dev", "Eval.txt", "4c49e6753b7262c001506b9151135abf722247035ab075dad93acdea5789c01f"),
)
