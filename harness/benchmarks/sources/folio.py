"""FOLIO, first version: premises, a conclusion, and whether it follows."""

from __future__ import annotations

from harness.benchmarks.benchmark import Benchmark, SourceFile

BENCHMARKS = (
    Benchmark(
        name="folio",
        help="first-order logic in natural language: true, false or uncertain",
        language="en",
        repository="Yale-LILY/FOLIO",
        revision="5d7bb84c7edab3fb358e057d2807f19cf5cf5e2d",
        files=(
            SourceFile(
                "data/v0.0/folio-validation.jsonl", "6922c988ef10987bd6545568ee8e63e897af80994591fa20539767da58f8e3d1"
            ),
        ),
        licence="CC BY-SA 4.0",
        split="validation",
        questions=204,
        options={3: 204},
        citation="Han et al., FOLIO, 2022",
    ),
)
