"""The logic subjects of CMMLU."""

from __future__ import annotations

from dataclasses import replace

from harness.benchmarks.benchmark import Benchmark, SourceFile

_LOGICAL = Benchmark(
    name="cmmlu-logical",
    help="logic",
    language="zh",
    repository="haonan-li/CMMLU",
    revision="d6e7b716d8ac694f38969a6c0407437d1fded799",
    files=(SourceFile("data/test/logical.csv", "8c0434d1b536268e35b153646a8c478e5fed258cfaf91b3196f496097957bfde"),),
    licence="CC BY-NC-SA 4.0",
    split="test",
    questions=123,
    options={4: 123},
    citation="Li et al., CMMLU, 2023",
)
BENCHMARKS = (
    _LOGICAL,
    replace(
        _LOGICAL,
        name="cmmlu-civil-service-exam",
        help="civil service exam",
        files=(
            SourceFile(
                "data/test/chinese_civil_service_exam.csv",
                "735d0ce6e82254d93aa8efe0c44aec8563e652b80b4fe00601383a28ccc56474",
            ),
        ),
        questions=160,
        options={4: 160},
    ),
)
