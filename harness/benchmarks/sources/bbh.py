"""The logic tasks of BIG-Bench Hard."""

from __future__ import annotations

from harness.benchmarks.benchmark import Benchmark, SourceFile

BENCHMARKS = (
    Benchmark(
        name="bbh-logical-deduction-three-objects",
        help="order of three objects",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/logical_deduction_three_objects.json",
                "e590fae72e3a6041fbd23bd8ff6b74baf44ca563f6ba40a041c55e7b867c1681",
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={3: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-logical-deduction-five-objects",
        help="order of five objects",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/logical_deduction_five_objects.json",
                "d2df31394b903b7f0e085d42a69572a092987856eac076799017d70ef266fa8f",
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={5: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-logical-deduction-seven-objects",
        help="order of seven objects",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/logical_deduction_seven_objects.json",
                "2896c7e3482eea318dd37bcc370d24ec3cc91e8374c1784287b5dbd38a529e33",
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={7: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-tracking-shuffled-objects-three-objects",
        help="three objects that change hands",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/tracking_shuffled_objects_three_objects.json",
                "546cc7bf10c6a01a6a4c17ae28a4966485f21f29fd5d111f37858ec78e354f6b",
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={3: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-tracking-shuffled-objects-five-objects",
        help="five objects that change hands",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/tracking_shuffled_objects_five_objects.json",
                "2063a46a4fb484236ed4310523606543a3e1dd4a4dc34eda65d407910ece25a5",
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={5: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-tracking-shuffled-objects-seven-objects",
        help="seven objects that change hands",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/tracking_shuffled_objects_seven_objects.json",
                "b59fd05b850c37cf57cb514ae1e6975c00b1638ade2291722056b2af3c54084d",
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={7: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-temporal-sequences",
        help="when somebody can have been where",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/temporal_sequences.json", "92a1189faaa84aacc4c405aaa13f13f48c2992eb884772eedb622505252baef5"
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={4: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-reasoning-about-colored-objects",
        help="objects, colours and places",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/reasoning_about_colored_objects.json",
                "0a8850cf95166020fce7a78244026ceedd7ea839302471512b4f8744e85a6a49",
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={2: 27, 7: 48, 17: 57, 18: 118},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-penguins-in-a-table",
        help="a table and its changes",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/penguins_in_a_table.json", "bb87ee449698eee51215e025a453b1bcb2f5e6589c2063b2c79e68b8f0655228"
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=146,
        options={4: 1, 5: 145},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-date-understanding",
        help="dates from hints",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/date_understanding.json", "0148d4ac5fca05b2f82373e5fef7208e15363b9c6079493034d77b3dab496bf5"
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={5: 38, 6: 212},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-web-of-lies",
        help="who tells the truth",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(SourceFile("bbh/web_of_lies.json", "3e60323f8514a107fdb4edf35f8832a9171c5a09c0eaa47823559de905e8ab8b"),),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={2: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-navigate",
        help="does a walk end where it began",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(SourceFile("bbh/navigate.json", "b7944dfd3c81da5c4815bd75b00d6fa3c64140823498e78ed496f4c3d36f7f0d"),),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={2: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-boolean-expressions",
        help="values of Boolean expressions",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile(
                "bbh/boolean_expressions.json", "ea6c754ec005e2d3f2d085d349a740f593b5764f32ea4638ffed4cfc0061b12a"
            ),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={2: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-formal-fallacies",
        help="is an argument valid",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile("bbh/formal_fallacies.json", "4c1adb664821157faade1d4153685403afcc02648f3c180a608a18f17f589629"),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=250,
        options={2: 250},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
    Benchmark(
        name="bbh-causal-judgement",
        help="what a typical person calls a cause",
        language="en",
        repository="suzgunmirac/BIG-Bench-Hard",
        revision="9ee07bd481feebf959a6b59d61ea57bdcf30964d",
        files=(
            SourceFile("bbh/causal_judgement.json", "6e8bca44dd402008ed41c07a3d0a1d5e7b03db7001a7e002fcdf4c60985ea081"),
        ),
        licence="MIT; canary: not for training",
        split="test",
        questions=187,
        options={2: 187},
        citation="Suzgun et al., BIG-Bench Hard, 2022",
    ),
)
