"""The shapes of the public files of logic questions: what is read from each is written down as golden numbers.

Every file here is made up, with the fields, labels and oddities of the makers' own and none of their sentences. The
second half holds ready copies beside the project, where there are any, against their list.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from harness.benchmarks.registry import BENCHMARKS
from solver.problems.jsonl import Loaded, loaded_from, questions_of
from solver.problems.shapes.container import Input
from solver.problems.shapes.load import load_inputs
from tests.support.checkout import SHARED_DATA

LISTED = SHARED_DATA / "benchmarks" / "sources.json"
STORY = "There are three boxes. The red one is left of the blue one."


class Golden(NamedTuple):
    """What a file of a shape comes to."""

    rows: int
    problems: int
    options: dict[int, int]
    """Questions by their number of options."""
    keys: str
    """Letters of the right options, in order."""


class Shape(NamedTuple):
    """A maker's form of files."""

    name: str
    """Of the file, which tells the container."""
    text: str
    golden: Golden
    files: Sequence[str]
    """The public files that have it, as they are listed."""
    benchmark: str | None = None
    """A benchmark whose own reader it takes; None is read by anybody's ``eval FILE``."""


def lines(*rows: object) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def agieval(label: str, options: Sequence[str], passage: str | None = STORY) -> dict[str, object]:
    headed = [f"({letter}){option}" for letter, option in zip("ABCDE", options, strict=False)]
    return {"passage": passage, "question": "Which?", "options": headed, "label": label, "answer": None, "other": None}


def bbh(text: str, target: str) -> dict[str, str]:
    return {"input": text, "target": target}


def bbh_file(*examples: dict[str, str]) -> str:
    return json.dumps({"canary": "canary GUID", "examples": examples})


def listed_options(*options: str) -> str:
    return "Options:\n" + "\n".join(f"({letter}) {option}" for letter, option in zip("ABCDEFG", options, strict=False))


LOGIC_LLM = [
    {"id": "a_1", "context": STORY, "question": "Is it true?", "options": ["A) True", "B) False"], "answer": "B"},
    {
        "id": "a_2",
        "context": STORY,
        "question": "Is this?",
        "options": ["A) True", "B) False", "C) Unknown"],
        "answer": "C",
    },
]
SHAPES = {
    "AGIEval": Shape(
        "logiqa-zh.jsonl",
        lines(agieval("C", "甲乙丙丁"), agieval("A", "甲乙丙丁"), agieval("E", "甲乙丙丁戊", passage=None)),
        Golden(rows=3, problems=2, options={4: 2, 5: 1}, keys="CAE"),
        ["agieval_logiqa_zh", "agieval_logiqa_en", "agieval_lsat_ar", "agieval_lsat_lr"],
    ),
    "LogiQA": Shape(
        "zh_test.txt",
        "\nc\n三个盒子。\n哪个？\nA.甲\nB.乙\nC.丙\nD.丁\n\na\n三个盒子。\n谁？\nA.甲\nB.乙\nC.丙\nD.丁\n",
        Golden(rows=2, problems=1, options={4: 2}, keys="CA"),
        ["logiqa1_zh_test", "logiqa1_zh_eval", "logiqa1_test", "logiqa1_eval"],
        benchmark="logiqa-zh",
    ),
    "LogiQA 2": Shape(
        "test.txt",
        lines(
            {"id": 7, "answer": 0, "text": STORY, "question": "Which?", "options": list("wxyz"), "type": {"x": True}},
            {"id": 8, "answer": 3, "text": STORY, "question": "Who?", "options": list("wxyz"), "type": {}},
        ),
        Golden(rows=2, problems=1, options={4: 2}, keys="AD"),
        ["logiqa2_test_zh", "logiqa2_dev_zh", "logiqa2_test", "logiqa2_dev"],
    ),
    "LogiQA 2, out of distribution": Shape(
        "ood_test.jsonl",
        lines(
            {"id": 1, "answer": 3, "text": STORY, "question": "Which?", "options": ["A.w", "B.x", "C.y", "D.z"]},
            {"id": 2, "answer": 0, "text": STORY, "question": "Who?", "options": ["A.w", "B.x", "C.y", "D.z"]},
        ),
        Golden(rows=2, problems=1, options={4: 2}, keys="DA"),
        ["logiqa2_ood_test"],
    ),
    "AR-LSAT": Shape(
        "AR_TestData.json",
        json.dumps(
            [
                {
                    "id": "201_1",
                    "passage": STORY,
                    "questions": [
                        {"id": "201_1_1", "question": "Which?", "options": list("vwxyz"), "answer": "E"},
                        {"id": "201_1_2", "question": "Who?", "options": list("vwxyz"), "answer": "A"},
                    ],
                }
            ]
        ),
        Golden(rows=2, problems=1, options={5: 2}, keys="EA"),
        ["arlsat_ar_testdata", "arlsat_ar_developmentdata"],
    ),
    "BBH, listed": Shape(
        "logical_deduction.json",
        bbh_file(
            bbh(f"{STORY}\n{listed_options('red', 'blue', 'green')}", "(B)"),
            bbh(f"{STORY} Now?\n{listed_options('a', 'b', 'c', 'd', 'e')}", "(E)"),
        ),
        Golden(rows=2, problems=2, options={3: 1, 5: 1}, keys="BE"),
        [
            *(
                f"bbh_{kind}_{count}_objects"
                for kind in ("logical_deduction", "tracking_shuffled_objects")
                for count in ("three", "five", "seven")
            ),
            "bbh_temporal_sequences",
            "bbh_reasoning_about_colored_objects",
            "bbh_penguins_in_a_table",
            "bbh_date_understanding",
            "bbh_geometric_shapes",
        ],
    ),
    "BBH, yes or no": Shape(
        "web_of_lies.json",
        bbh_file(bbh("Ann tells the truth?", "Yes"), bbh("Bob lies?", "No"), bbh("Cid lies?", "No")),
        Golden(rows=3, problems=3, options={2: 3}, keys="ABB"),
        ["bbh_web_of_lies", "bbh_navigate", "bbh_causal_judgement"],
    ),
    "BBH, true or false": Shape(
        "boolean_expressions.json",
        bbh_file(bbh("not ( True ) is", "False"), bbh("True and True is", "True")),
        Golden(rows=2, problems=2, options={2: 2}, keys="BA"),
        ["bbh_boolean_expressions"],
    ),
    "BBH, listed with dashes": Shape(
        "formal_fallacies.json",
        bbh_file(
            bbh('"All x are y."\nIs it valid?\nOptions:\n- valid \n- invalid', "invalid"),
            bbh('"All y are z."\nIs it valid?\nOptions:\n- valid \n- invalid', "valid"),
        ),
        Golden(rows=2, problems=2, options={2: 2}, keys="BA"),
        ["bbh_formal_fallacies"],
    ),
    "Logic-LLM": Shape(
        "dev.json",
        json.dumps(LOGIC_LLM),
        Golden(rows=2, problems=1, options={2: 1, 3: 1}, keys="BC"),
        ["logicllm_proofwriter_dev", "logicllm_prontoqa_dev", "logicllm_folio_dev", "logicllm_logicaldeduction_dev"],
    ),
    "LogicBench": Shape(
        "data_instances.json",
        json.dumps(
            {
                "type": "propositional_logic",
                "axiom": "modus_tollens",
                "samples": [
                    {
                        "id": 1,
                        "context": STORY,
                        "question": "What follows?",
                        "choices": {f"choice_{place}": text for place, text in enumerate("wxyz", 1)},
                        "answer": "choice_3",
                    }
                ],
            }
        ),
        Golden(rows=1, problems=1, options={4: 1}, keys="C"),
        ["logicbench_mcqa"],
    ),
    "CMMLU": Shape(
        "logical.csv",
        ',Question,A,B,C,D,Answer\n0,哪个？,甲,乙,丙,丁,C\n1,"谁，在前？",甲,乙,丙,丁,A\n',
        Golden(rows=2, problems=2, options={4: 2}, keys="CA"),
        ["cmmlu_logical", "cmmlu_chinese_civil_service_exam"],
    ),
    "ABench": Shape(
        "Logic_500.csv",
        'mid,standard_answer,standard_question,type,is_order\n1,B,"三个盒子。哪个？\nA、甲\nB、乙\nC、丙",MCQ,NO\n'
        '2,D,"四个盒子。哪个？\nA、甲\nB、乙\nC、丙\nD、丁",MCQ,NO\n',
        Golden(rows=2, problems=2, options={3: 1, 4: 1}, keys="BD"),
        ["abench_logic_mcq"],
    ),
    "contest": Shape(
        "round1.jsonl",
        lines(
            {
                "problem": STORY,
                "questions": [
                    {"question": "Which?", "options": ["w", "x"], "answer": "B"},
                    {"question": "Who?", "options": ["w", "x", "y", "z"], "answer": "D"},
                ],
                "id": "round1_000",
            }
        ),
        Golden(rows=1, problems=1, options={2: 1, 4: 1}, keys="BD"),
        ["sais_synth_qwenmax_similar_problem", "sais_synth_qwenmax_similar_sub", "sais_synth_gpt4_logiquest100"],
    ),
}
"""By name; KOR-Bench, of two files, has its own test beside the other readers of benchmarks."""
TWO_FILES = {"kor_counterfactual"}


def read(shape: Shape, folder: Path) -> Loaded:
    path = folder / shape.name
    path.write_text(shape.text, encoding="utf-8")
    load = BENCHMARKS[shape.benchmark].load if shape.benchmark is not None else None
    if load is None:
        return load_inputs([str(path)])
    found = load([Input(shape.name, path.read_bytes())])
    return loaded_from((Path(shape.name), rows) for _, rows in found)


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_of_a_public_shape_comes_to_its_golden_numbers(name: str, tmp_path: Path) -> None:
    shape = SHAPES[name]
    loaded = read(shape, tmp_path)
    questions = questions_of(loaded.problems)
    assert [fault.message for fault in loaded.bad] == []
    found = Golden(
        rows=loaded.lines,
        problems=len(loaded.problems),
        options=dict(Counter(len(one.options) for one in questions)),
        keys="".join("ABCDEFGH"[one.gold] if one.gold is not None else "-" for one in questions),
    )
    assert found == shape.golden


def listed() -> list[dict[str, object]]:
    if not LISTED.is_file():
        pytest.skip("no list of public files beside the project (../shared/data/benchmarks/sources.json)")
    found: list[dict[str, object]] = json.loads(LISTED.read_text(encoding="utf-8"))
    return found


def test_every_listed_public_file_has_a_shape_here() -> None:
    names = {str(one["file"]).removesuffix(".jsonl.gz") for one in listed()}
    known = {name for shape in SHAPES.values() for name in shape.files} | TWO_FILES
    assert names == known
    assert len(names) == 43


def test_the_copies_that_are_here_have_the_numbers_that_are_listed() -> None:
    here = [one for one in listed() if (LISTED.parent / str(one["file"])).is_file()]
    if not here:
        pytest.skip(f"none of the listed files lie in {LISTED.parent}")
    for one in here:
        loaded = load_inputs([str(LISTED.parent / str(one["file"]))])
        questions = questions_of(loaded.problems)
        options = {str(count): number for count, number in Counter(len(q.options) for q in questions).items()}
        # What cannot be used is named and left out: one line with a question whose options are all the same.
        lost = [json.loads(fault.raw)["questions"] for fault in loaded.bad]
        options = dict(Counter(options) + Counter(str(len(q["options"])) for inner in lost for q in inner))
        found = (one["file"], len(loaded.problems) + len(lost), len(questions) + sum(map(len, lost)), options)
        assert found == (one["file"], one["problems"], one["questions"], one["options"])
        assert len(lost) == (one["file"] == "logiqa2_dev_zh.jsonl.gz")
