"""Answer extraction, kind by kind, and its command. All sentences are made up for these tests."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from solver.extraction.extract import ExtractionRule, extract
from tests.support.linear_time import is_linear

NAMES = ("张三", "李四", "NBA球员", "赵六")
YES_NO = ("可以", "不可以")
BLOOD = ("A型血", "B型血", "O型血", "AB型血")

SAYS_C = (
    "答案是：C",
    "答案是C",
    "答案为C。",
    "正确答案：C",
    "最终答案是 C",
    "参考答案：C",
    "本题答案为：选项C",
    "答案应该是选项C",
    "答案就是C",
    "答案选C",
    "答案→C",
    "【答案】C",
    "【答案】\nC",
    "故选C",
    "应选C。",
    "因此我们选择C。",
    "综上，选C。",
    "选C",
    "选择C选项",
    "选项C正确",
    "因此，C是正确的选项。",
    "C项正确",
    "只有C成立",
    "说法正确的是：C",
    "最不恰当的是C项",
    "正确的选项是C",
    "我认为是C",
    r"\boxed{C}",
    r"所以 $\boxed{\text{C}}$",
    r"$$\boxed{\mathrm{C}}$$",
    r"\[ \boxed{C} \]",
    r"答案是 $\textbf{(C)}$",
    "答案是 $C$",
    "**C**",
    "答案是：**C**",
    "**答案是：C**",
    "__答案是：C__",
    "# 答案是：C",
    "> 答案是：C",
    "（C）",
    "【C】",
    "答案是「C」",
    "答案是『C』",
    "答案是〖C〗",
    "答案是《C》",
    "答案是〔C〕",
    "答案是[C]",
    "答案是{C}",
    "答案是<C>",
    "“C”",
    "答案是'C'",
    "[[C]]",
    '{"answer": "C"}',
    '{"answer":"c"}',
    '{"答案": "C"}',
    "{'choice': 'C'}",
    '{"reason": "A不成立", "answer": "C"}',
    '```json\n{"answer": "C", "reason": "A不对"}\n```',
    "答案是：Ｃ",
    "Ｃ",
    "答案是Ⓒ",
    "答案是c",
    "c",
    "答案是：\nC",
    "答案是：\n\nC",
    "答案是：C. NBA球员",
    "C. NBA球员",
    "答案是：(C) NBA球员",
    "答案是：C（NBA球员）",
    "答案是：CNba",
    "答案是C，而不是A或B",
    "C，而不是A或B",
    "答案不是A，而是C。",
    "答案是第三个选项，即C。",
    "答案是C，因为A说谎，B也说谎。",
    "答案是：C\n（注：A、B均不对）",
    "C\n解析：A不成立。",
    "C。因为甲比乙高。",
    "选项A错误，选项B错误，选项C正确，选项D错误。",
    "排除A、B、D，选C",
    "The answer is C.",
    "The correct answer is (C).",
    "So the answer is option C",
    "the answer is c",
    "Answer: C",
    "ANSWER: C",
    "The best option is C.",
    "Thus, the correct choice is C) Dog",
    "Therefore, C is the answer.",
    "Option C is correct.",
    "I choose C.",
    "It's C.",
    "The answer is not A but C.",
    "The answer is C, not A.",
    "Final Answer: \\boxed{C. a dog}",
    "<answer>C</answer>",
    "<output>\n因此答案是：C\n</output>",
)
SAYS_NOTHING = (
    "",
    " \n ",
    "抱歉，我无法回答这个问题。",
    "答案是A和B",
    "答案是A、B",
    "答案是AB",
    "答案是A或B",
    "答案是A，也可能是B",
    "答案是 **A** 和 **B**",
    "故选 A、C、D",
    "答案：A D\n",
    "A、C",
    "A or B",
    "The answer is (A) and (B).",
    r"\boxed{A, C}",
    '{"answer": ["A", "C"]}',
    "答案是E",
    "E",
    "答案是：无",
    "【答案】题目有误",
    "没有正确的选项，因此答案是：无法确定",
    "The answer cannot be determined.",
    "The answer is neither A nor B.",
    "答案是Bunny",
    "Bunny",
    "The answer is a matter of taste.",
    "答案不是A",
    "答案是A？",
    "无法确定答案是A还是B",
    "请按格式“答案是：A”作答",
    "输出格式：答案是：A",
    "答案是：X",
    "A比B高，B比C高。",
    "从A到B再到C。",
    "人物A和人物B都在场。",
    "A. 张三\nB. 李四\nC. 王五\nD. 赵六",
    "A选项正确。\nB选项正确。\nC选项正确。\nD选项正确。",
    "<think>答案是A</think>",
    "<think>答案是A",
)


@pytest.mark.parametrize("output", SAYS_C)
def test_the_declared_letter_is_read(output: str) -> None:
    assert extract(output, 4).letter == "C"


@pytest.mark.parametrize("output", SAYS_NOTHING)
def test_no_letter_is_made_up(output: str) -> None:
    assert extract(output, 4).letter is None


@pytest.mark.parametrize(
    ("output", "options", "letter"),
    [
        ("答案是：NBA球员", NAMES, "C"),
        ("答案是李四。", NAMES, "B"),
        ("**李四**", NAMES, "B"),
        ("答案是李四和赵六", NAMES, None),
        ("\\boxed{李四}", NAMES, "B"),
        ("因此，**B. 李四** 是唯一说得通的。", NAMES, "B"),
        ("答案是不可以", YES_NO, "B"),
        ("答案是：可以", YES_NO, "A"),
        ("答案是：B. 错误。", ("正确", "错误"), "B"),
        ("答案是A型血", BLOOD, "A"),
        ("答案是AB型血", BLOOD, "D"),
        ("答案是：20", ("1", "2", "4", "6"), None),
        ("答案是：2", ("1", "2", "4", "6"), "B"),
        ("答案是：AC", ("AB", "AC", "BC"), "B"),
        ("答案是：B", ("甲", "A", "B"), "B"),
        ("答案是 b", ("a", "c", "b", "d"), "C"),
        ("同", ("同", "同", "异"), "A"),
        ("A. 张三\nB. 李四\nC. NBA球员\nD. 赵六", NAMES, None),
    ],
)
def test_an_options_exact_text_counts_where_it_is_unique(
    output: str, options: tuple[str, ...], letter: str | None
) -> None:
    assert extract(output, len(options), options).letter == letter


@pytest.mark.parametrize(
    ("output", "letter"),
    [
        ("答案是A。不对，再想想。答案是B。", "B"),
        ("答案是A。等等，不对，应该选B。", "B"),
        ("答案是C吗？不，答案是B", "B"),
        ("如果答案是A，就矛盾。所以答案是D。", "D"),
        ("答案是A\n答案是：A、B", None),
        ("答案是A\n重新检查后，答案是F", None),
        ("答案是：B\n\n答案是：", "B"),
    ],
)
def test_the_last_declaration_decides(output: str, letter: str | None) -> None:
    assert extract(output, 4).letter == letter


@pytest.mark.parametrize(
    "output",
    [
        "答案是：C\n\n选择题 2：\n谁最高？\nA. 甲\nB. 乙\n答案是：A",
        "答案是：C\n\n问题：谁最矮？\n答案是：A",
        "答案是：C\n\n### 题目\n三人排队。\n\n### 问题\n谁最矮？\n答案是：A",
        "C\n\nQuestion: who?\nAnswer: B",
        "[[C]]\n\n### Question:\nWho?\n\n### Answer:\n[[B]]",
        "The answer is C.\n\nQ: who?\nA: The answer is B.",
        "答案是：C<|im_end|>\n<|im_start|>assistant\n答案是：A",
    ],
)
def test_answers_to_further_questions_do_not_count(output: str) -> None:
    assert extract(output, 4).letter == "C"


@pytest.mark.parametrize(
    "output",
    [
        "<think>也许答案是A</think>\n答案是：C",
        "也许答案是A</think>答案是：C",
        "答案是：C<think>答案是：A</think>",
        "<think>\n甲说谎。\n答案是：C",
        "<thinking>\n选择题1的答案是A。\n选择题2的答案是B。\n</thinking>\n<output>\n因此答案是：C\n</output>",
        "请在<think>标签里推理，格式为：答案是：A。\n推理之后，答案是：C",
        "最后一行写“答案是：A”的格式。\n经推理，选C。",
    ],
)
def test_reasoning_blocks_and_echoed_instructions_do_not_count(output: str) -> None:
    assert extract(output, 4).letter == "C"


@pytest.mark.parametrize(
    ("output", "rule"),
    [
        ("答案是：A", ExtractionRule.DECLARED),
        ("A", ExtractionRule.BARE),
        ("选项A正确", ExtractionRule.IMPLIED),
        ("答案是A或B", ExtractionRule.AMBIGUOUS),
        ("答案是F", ExtractionRule.OUT_OF_RANGE),
        ("答案是：无正确选项", ExtractionRule.NO_OPTION),
        ("答案是：七十二", ExtractionRule.OFF_LIST),
        ("抱歉，我无法回答。", ExtractionRule.REFUSAL),
        ("天气很好。", ExtractionRule.NOTHING),
    ],
)
def test_the_rule_says_why(output: str, rule: ExtractionRule) -> None:
    assert extract(output, 4).rule is rule


def test_the_span_counts_characters_of_the_original_text() -> None:
    output = "　ｘ＝１，所以\n答案是：Ｃ。谢谢"
    found = extract(output, 4)
    assert found.span is not None
    assert output[slice(*found.span)] == "答案是：Ｃ"


@pytest.mark.parametrize(
    "piece",
    [
        "答案是",
        "(",
        "<think>",
        "[[",
        "\\boxed{",
        "answer is ",
        "如果答案是A",
        "选A，",
        "A、",
        "答案\n选择题 2：",
        " ",
        "A\n",
    ],
)
def test_hostile_text_takes_linear_time(piece: str) -> None:
    def make(length: int) -> Callable[[], object]:
        text = piece * (length // len(piece))
        return lambda: extract(text, 4, NAMES)

    good, times = is_linear(make, 100_000)
    assert good, times


def run(stdin: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "solver", "extract"], input=stdin, capture_output=True, check=False)


def test_the_command_answers_line_by_line_in_order() -> None:
    rows = [
        {"output": "答案是：B", "n_options": 2},
        {"output": "李四", "options": NAMES},
        {"output": "?", "n_options": 4},
        {"output": "所以他会去。", "options": ["会", "不会"], "question": "他会去吗？"},
        {"output": "所以他会去。", "options": ["是", "否"], "question": "他不会去吗？"},
    ]
    done = run("\n".join(json.dumps(row) for row in rows).encode())
    assert done.returncode == 0
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"letter": "B", "rule": "declared", "span": [0, 5]},
        {"letter": "B", "rule": "option_text", "span": [0, 2]},
        {"letter": None, "rule": "nothing", "span": None},
        {"letter": "A", "rule": "implied", "span": [0, 6]},
        {"letter": None, "rule": "nothing", "span": None},
    ]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"{", "JSON"),
        (b"[1]", "JSON object"),
        (b"\xff", "UTF-8"),
        (b'{"n_options": 4}', "output"),
        (b'{"output": 3, "n_options": 4}', "output"),
        (b'{"output": "x", "n_options": 4, "question": 3}', "question"),
        (b'{"output": "x"}', "options"),
        (b'{"output": "x", "options": ["a"]}', "options"),
        (b'{"output": "x", "options": "abcd"}', "options"),
        (b'{"output": "x", "n_options": 1}', "n_options"),
        (b'{"output": "x", "n_options": true}', "n_options"),
        (b'{"output": "x", "n_options": 3, "options": ["a", "b"]}', "n_options"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_field(line: bytes, field: str) -> None:
    done = run(b'{"output": "A", "n_options": 2}\n' + line + b"\n")
    message = done.stderr.decode()
    assert done.returncode == 2
    assert "line 2" in message
    assert field in message
    assert "Traceback" not in message
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("答案是：B。注：若条件改为乙在前，则答案是A。", "B"),
        ("答案是：B。如果题目改成问最后一名，那么答案就是A。", "B"),
        ("The answer is B. If Bob were first, the answer would be A.", "B"),
        ("如果条件改为乙在前，则答案是A。", "A"),
        ("If Bob were first, the answer would be A.", "A"),
    ],
)
def test_an_answer_to_a_changed_question_counts_only_alone(text: str, letter: str) -> None:
    assert extract(text, 4, ("甲", "乙", "丙", "丁")).letter == letter


def test_first_of_a_list_of_options_that_are_signs_is_no_answer() -> None:
    signs = ("*", "$", "^")
    assert extract("A. *\nB. $\nC. ^", 3, signs).letter is None
    assert extract("A\nBecause the sign stands first.", 3, signs).letter == "A"
