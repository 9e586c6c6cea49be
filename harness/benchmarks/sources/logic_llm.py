"""PrOntoQA and ProofWriter in the multiple choice form of Logic-LM."""

from __future__ import annotations

from dataclasses import replace

from harness.benchmarks.benchmark import Benchmark, SourceFile

_PRONTOQA = Benchmark(
    name="prontoqa",
    help="chains of rules about invented kinds",
    language="en",
    repository="teacherpeterpan/Logic-LLM",
    revision="d29f1e5e7203e8826cb9c41ba3003e43dc0b9d34",
    files=(SourceFile("data/ProntoQA/dev.json", "2d2e9d0adbef05cd66b51d11516b8fb3d3fb2cbc1664867d1123a000f7b11a5f"),),
    licence="MIT",
    split="dev",
    questions=500,
    options={2: 500},
    citation="Saparov and He, PrOntoQA, 2022; Pan et al., Logic-LM, 2023",
)
BENCHMARKS = (
    _PRONTOQA,
    replace(
        _PRONTOQA,
        name="proofwriter",
        help="facts and rules, open world",
        files=(
            SourceFile("data/ProofWriter/dev.json", "e792b54981065c91d4aecc908be17ce9a730f2327548e6fa36717ef01e472240"),
        ),
        questions=600,
        options={3: 600},
        citation="Tafjord et al., ProofWriter, 2020; Pan et al., Logic-LM, 2023",
    ),
)
