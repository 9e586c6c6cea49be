"""LogiQA 2.0, JSON lines."""

from __future__ import annotations

from harness.benchmarks.benchmark import Benchmark, SourceFile

BENCHMARKS = (
    Benchmark(
        name="logiqa2-zh",
        help="LogiQA revised and enlarged",
        language="zh",
        repository="csitfun/LogiQA2.0",
        revision="955e1d3df6c59d9bfb44d9913da1e1a27ec14e18",
        files=(
            SourceFile(
                "logiqa/DATA/LOGIQA/test_zh.txt", "7a8db83ccb3ebdc8d5b3886fd0ad9346c7e565722d2d592987b24dd57f251853"
            ),
        ),
        licence="CC BY-NC-SA 4.0",
        split="test",
        questions=1594,
        options={4: 1594},
        citation="Liu et al., LogiQA 2.0, IEEE/ACM TASLP 2023",
    ),
    Benchmark(
        name="logiqa2-en",
        help="LogiQA revised and enlarged",
        language="en",
        repository="csitfun/LogiQA2.0",
        revision="955e1d3df6c59d9bfb44d9913da1e1a27ec14e18",
        files=(
            SourceFile(
                "logiqa/DATA/LOGIQA/test.txt", "71940b37ae0184b677c253a148d57ad4e75d6113447b1563c2ca82483e4e4f8d"
            ),
        ),
        licence="CC BY-NC-SA 4.0",
        split="test",
        questions=1572,
        options={4: 1572},
        citation="Liu et al., LogiQA 2.0, IEEE/ACM TASLP 2023",
    ),
    Benchmark(
        name="logiqa2-zh-dev",
        help="LogiQA revised and enlarged, development part",
        language="zh",
        repository="csitfun/LogiQA2.0",
        revision="955e1d3df6c59d9bfb44d9913da1e1a27ec14e18",
        files=(
            SourceFile(
                "logiqa/DATA/LOGIQA/dev_zh.txt", "a72a23160c9e12e15ea8c13e57af5032a7c37157573ebdd7e7c8e0ad34aef780"
            ),
        ),
        licence="CC BY-NC-SA 4.0",
        split="dev",
        questions=1592,
        set_aside=1,
        options={4: 1592},
        citation="Liu et al., LogiQA 2.0, IEEE/ACM TASLP 2023",
    ),
    Benchmark(
        name="logiqa2-en-dev",
        help="LogiQA revised and enlarged, development part",
        language="en",
        repository="csitfun/LogiQA2.0",
        revision="955e1d3df6c59d9bfb44d9913da1e1a27ec14e18",
        files=(
            SourceFile(
                "logiqa/DATA/LOGIQA/dev.txt", "bbefb563b7ddc02640ccdc314c1315d5727dba48539d0ecdd126fa351e511b09"
            ),
        ),
        licence="CC BY-NC-SA 4.0",
        split="dev",
        questions=1569,
        options={4: 1569},
        citation="Liu et al., LogiQA 2.0, IEEE/ACM TASLP 2023",
    ),
)
