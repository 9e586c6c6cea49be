"""The LSAT's analytical and logical reasoning."""

from __future__ import annotations

from dataclasses import replace

from harness.benchmarks.benchmark import Benchmark, SourceFile

_AR = Benchmark(
    name="ar-lsat",
    help="analytical reasoning of the LSAT, five to seven questions a passage",
    language="en",
    repository="zhongwanjun/AR-LSAT",
    revision="41f78ca7be3e24602b694b9d6b78105fc0c8bfc6",
    files=(SourceFile("data/AR_TestData.json", "6ff12b54b65a7d06102cf86170264ff6369742477694ca1b192d4feddc103bbe"),),
    licence="MIT; texts of LSAC",
    split="test",
    questions=230,
    options={5: 230},
    citation="Zhong et al., AR-LSAT, 2021",
)
BENCHMARKS = (
    _AR,
    replace(
        _AR,
        name="ar-lsat-dev",
        help="analytical reasoning of the LSAT, development part",
        files=(
            SourceFile(
                "data/AR_DevelopmentData.json", "e7a7d17e8893398cedddcc81050cb0cf5f543e5302fef171ffef42e0114158e3"
            ),
        ),
        split="dev",
        questions=231,
        options={5: 231},
    ),
    Benchmark(
        name="lsat-lr",
        help="logical reasoning of the LSAT",
        language="en",
        repository="ruixiangcui/AGIEval",
        revision="5c77d073fda993f1652eaae3cf5d04cc5fd21d40",
        files=(
            SourceFile("data/v1/lsat-lr.jsonl", "c6acb4d843db7b515da4d853e52bb8e6e5f776910f2e35a1805634db24bf94ea"),
        ),
        licence="MIT; texts of LSAC",
        split="test",
        questions=510,
        options={5: 510},
        citation="Wang et al., 2022; Zhong et al., AGIEval, 2023",
    ),
)
