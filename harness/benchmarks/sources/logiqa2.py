"""LogiQA 2.0, JSON lines."""

from __future__ import annotations

from harness.benchmarks.benchmark import Benchmark, SourceFile


def _part(part: str, file: str, sha256: str, questions: int, set_aside: int = 0) -> Benchmark:
    is_dev = part.endswith("-dev")
    return Benchmark(
        name=f"logiqa2-{part}",
        help="LogiQA revised and enlarged" + (", development part" if is_dev else ""),
        language=part[:2],
        repository="csitfun/LogiQA2.0",
        revision="955e1d3df6c59d9bfb44d9913da1e1a27ec14e18",
        files=(SourceFile(f"logiqa/DATA/LOGIQA/{file}", sha256),),
        licence="CC BY-NC-SA 4.0",
        split="dev" if is_dev else "test",
        questions=questions,
        set_aside=set_aside,
        options={4: questions},
        citation="Liu et al., LogiQA 2.0, IEEE/ACM TASLP 2023",
    )


BENCHMARKS = (
    _part("zh", "test_zh.txt", "7a8db83ccb3ebdc8d5b3886fd0ad9346c7e565722d2d592987b24dd57f251853", 1594),
    _part("en", "test.txt", "71940b37ae0184b677c253a148d57ad4e75d6113447b1563c2ca82483e4e4f8d", 1572),
    _part(
        "zh-dev", "dev_zh.txt", "a72a23160c9e12e15ea8c13e57af5032a7c37157573ebdd7e7c8e0ad34aef780", 1592, set_aside=1
    ),
    _part("en-dev", "dev.txt", "bbefb563b7ddc02640ccdc314c1315d5727dba48539d0ecdd126fa351e511b09", 1569),
)
