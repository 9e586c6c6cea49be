"""The logic tasks of BIG-Bench Hard."""

from __future__ import annotations

from collections.abc import Mapping

from harness.benchmarks.benchmark import Benchmark, SourceFile


def _task(name: str, help: str, options: Mapping[int, int], sha256: str) -> Benchmark:
    return Benchmark(
        name=f"bbh-{name}",
        help=help,
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(SourceFile(f"bbh/{name.replace('-', '_')}.json", sha256),),
        licence="MIT; canary: not for training",
        split="test",
        questions=sum(options.values()),
        options=options,
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    )


BENCHMARKS = (
    _task(
        "logical-deduction-three-objects",
        "order of three objects",
        {3: 250},
        "e590fae72e3a6041fbd23bd8ff6b74baf44ca563f6ba40a041c55e7b867c1681",
    ),
    _task(
        "logical-deduction-five-objects",
        "order of five objects",
        {5: 250},
        "d2df31394b903b7f0e085d42a69572a092987856eac076799017d70ef266fa8f",
    ),
    _task(
        "logical-deduction-seven-objects",
        "order of seven objects",
        {7: 250},
        "2896c7e3482eea318dd37bcc370d24ec3cc91e8374c1784287b5dbd38a529e33",
    ),
    _task(
        "tracking-shuffled-objects-three-objects",
        "three objects that change hands",
        {3: 250},
        "546cc7bf10c6a01a6a4c17ae28a4966485f21f29fd5d111f37858ec78e354f6b",
    ),
    _task(
        "tracking-shuffled-objects-five-objects",
        "five objects that change hands",
        {5: 250},
        "2063a46a4fb484236ed4310523606543a3e1dd4a4dc34eda65d407910ece25a5",
    ),
    _task(
        "tracking-shuffled-objects-seven-objects",
        "seven objects that change hands",
        {7: 250},
        "b59fd05b850c37cf57cb514ae1e6975c00b1638ade2291722056b2af3c54084d",
    ),
    _task(
        "temporal-sequences",
        "when somebody can have been where",
        {4: 250},
        "92a1189faaa84aacc4c405aaa13f13f48c2992eb884772eedb622505252baef5",
    ),
    _task(
        "reasoning-about-colored-objects",
        "objects, colours and places",
        {2: 27, 7: 48, 17: 57, 18: 118},
        "0a8850cf95166020fce7a78244026ceedd7ea839302471512b4f8744e85a6a49",
    ),
    _task(
        "penguins-in-a-table",
        "a table and its changes",
        {4: 1, 5: 145},
        "bb87ee449698eee51215e025a453b1bcb2f5e6589c2063b2c79e68b8f0655228",
    ),
    _task(
        "date-understanding",
        "dates from hints",
        {5: 38, 6: 212},
        "0148d4ac5fca05b2f82373e5fef7208e15363b9c6079493034d77b3dab496bf5",
    ),
    _task(
        "web-of-lies",
        "who tells the truth",
        {2: 250},
        "3e60323f8514a107fdb4edf35f8832a9171c5a09c0eaa47823559de905e8ab8b",
    ),
    _task(
        "navigate",
        "does a walk end where it began",
        {2: 250},
        "b7944dfd3c81da5c4815bd75b00d6fa3c64140823498e78ed496f4c3d36f7f0d",
    ),
    _task(
        "boolean-expressions",
        "values of Boolean expressions",
        {2: 250},
        "ea6c754ec005e2d3f2d085d349a740f593b5764f32ea4638ffed4cfc0061b12a",
    ),
    _task(
        "formal-fallacies",
        "is an argument valid",
        {2: 250},
        "4c1adb664821157faade1d4153685403afcc02648f3c180a608a18f17f589629",
    ),
    _task(
        "causal-judgement",
        "what a typical person calls a cause",
        {2: 187},
        "6e8bca44dd402008ed41c07a3d0a1d5e7b03db7001a7e002fcdf4c60985ea081",
    ),
)
