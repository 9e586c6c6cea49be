"""Public benchmarks by name; a new one is a module of ``harness.benchmarks.sources`` and its name here.

Left out, since no digest of the makers' own file could be taken: C-Eval and ReClor (their repositories hold no
questions), ZebraLogic (no copy of it was at hand). Where a hub serves them they are read as ``hf:…`` data sets.
"""

from __future__ import annotations

from harness.benchmarks.benchmark import Benchmark
from solver.base.registry import Registry

BENCHMARKS = Registry.of_modules(
    "benchmark",
    Benchmark,
    "harness.benchmarks.sources",
    ("logiqa", "logiqa2", "lsat", "bbh", "cmmlu", "kor_bench", "logic_bench", "folio", "logic_llm", "sais"),
    "BENCHMARKS",
)
