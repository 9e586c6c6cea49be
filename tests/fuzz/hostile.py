"""Texts made to take long: for every pattern of the extractor and every parser, a piece that is repeated to any size.

A regular expression takes super-linear time where it starts at many places and reads far from each of them. So each
piece lets one pattern start again and again, and the glue between the pieces is what it may read on through: blanks,
line feeds, opening marks, letters.
"""

# ruff: noqa: E501

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

STARTS = (
    "答案", "答案是", "答案是：", "故选", "选", "选项A", "正确选项是", "而是", "answer is ", "Answer: ", "answer to this ",
    "option is ", "conclusion is ", "\\boxed{", "\\text{", "[[", '"answer": "', '"choice":', "A", "A、", "A和", "A or ",
    "不是A，而是", "如果答案是A", "格式：答案是A", "例如", "it is A", "I choose A", "选项A正确", "A选项是", "因此", "综上",
    "<think>", "</think>", "<output>", "</output>", "<answer>", "<thinking>", "<|im_end|>", "选择题 2：", "Question 3:",
    "\n问题", "## 问题\n", "A. x\n", "(A) ", "Ⓐ", "Ａ", "答案是甲", "答案是甲乙", "无法确定", "抱歉", "A++", "A -> ",
    "结论：", "选：", "Option: A\n", "Final: ", "| A | 正确 |\n", "第三个选项", "选第二个", "所以是", "是：\nA. 甲\n", "答案是①",
    "答案是3种", "答案是A。等等，", "如果非要选", "没有选项最接近", "错误的选项是A、B", "选择题 1：答案是A\n", "<output>A</output>\n", "答案是：A（",
    "**", "`", "$", "(", "（", "[", "{", "|", "#", "<", ">", ":", "=", "-", "\\", "\\(", "不", "的", "x", "\u200b", "\ufeff",
)  # fmt: skip
GLUES = ("", " ", "\n", " \n", "（" * 9, "的" * 7, "x" * 30, "*" * 13, "，")
OPTIONS: dict[str, tuple[str, ...] | None] = {
    "none": None,
    "short": ("甲", "乙", "甲乙", "丙丁"),
    "yes and no": ("是", "否"),
    "long": ("答案是" * 20_000 + "甲", "x" * 50_000 + "y", " " * 50_000 + "a", "甲" * 50_000),
}


def repeated(piece: str, size: int) -> str:
    """Return about ``size`` characters of one piece."""
    return piece * max(1, size // len(piece))


def _contest(**fields: object) -> bytes:
    row = {"id": "p", "problem": "x", "questions": [{"question": "q", "options": ["1", "2"]}], **fields}
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _flat(text: str) -> bytes:
    return json.dumps({"instruction": "x", "input": text}, ensure_ascii=False).encode() + b"\n"


def _question(**fields: object) -> dict[str, object]:
    return {"question": "q", "options": ["1", "2"], **fields}


PROBLEMS: dict[str, Callable[[int], bytes]] = {
    "heads A": lambda size: _flat(repeated("A: ", size)),
    "heads A without mark": lambda size: _flat(repeated(" A", size)),
    "heads AB": lambda size: _flat(repeated("A: B: ", size)),
    "heads A, then B": lambda size: _flat(repeated("A: ", size) + "B: "),
    "head and blanks": lambda size: _flat("A" + repeated(" ", size)),
    "heads and blanks": lambda size: _flat(repeated(" A  ", size) + ":"),
    "all heads": lambda size: _flat(repeated(" ".join(f"{chr(65 + k)}: x" for k in range(26)) + " ", size)),
    "blank lines in an option": lambda size: _contest(questions=[_question(options=["\n" * size, "x"])]),
    "lines in an option": lambda size: _contest(questions=[_question(options=[repeated("\nB ", size), "x"])]),
    "an option that refers": lambda size: _contest(questions=[_question(options=[repeated("选项 ", size), "x"])]),
    "A、A、A": lambda size: _contest(questions=[_question(options=["A" + repeated("、A", size) + "x", "x"])]),
    "option option": lambda size: _contest(questions=[_question(options=[repeated("option  ", size), "x"])]),
    "blanks": lambda size: _contest(questions=[_question(options=[" " * size + "x" + " " * size, "y"])]),
    "questions": lambda size: _contest(questions=[_question()] * (size // 40)),
    "options": lambda size: _contest(questions=[_question(options=["x"] * (size // 5))]),
    "lines": lambda size: b"".join(_contest(id=f"p{number}") for number in range(size // 90)),
    "flat lines of one problem": lambda size: _flat("q\nA: 1; B: 2") * (size // 60),
    "bad lines": lambda size: (b"x" * 19 + b"\n") * (size // 20),
    "empty lines": lambda size: b"\n" * size,
    "carriage returns": lambda size: b"\r" * size,
    "deep": lambda size: b"[" * size,
    "deep objects": lambda size: b'{"a":' * (size // 5),
    "digits": lambda size: b'{"level":' + b"9" * size + b"}",
    "escapes": lambda size: b'{"id":"' + b"\\u4e00" * (size // 6) + b'"}',
    "keys": lambda size: b"{" + b",".join(b'"%d":1' % number for number in range(size // 9)) + b"}",
    "gzip": lambda size: gzip.compress(_flat(repeated("A: ", size))),
    "not utf-8": lambda size: b"x" * size + b"\xff",
}


def completions(size: int) -> dict[str, bytes]:
    """Return replies of about ``size`` bytes."""
    token = {"token": "x", "logprob": -1.0, "bytes": [120]}
    message = {"index": 0, "message": {"content": "x" * size}, "finish_reason": "stop"}
    tokens = {"index": 0, "message": {"content": "x" * (size // 50)}, "logprobs": {"content": [token] * (size // 50)}}
    return {
        "deep": b'{"choices":' + b"[" * size,
        "text": json.dumps({"choices": [message]}).encode(),
        "surrogates": b'{"choices":[{"message":{"content":"' + b"\\ud800" * (size // 6) + b'"}}]}',
        "tokens": json.dumps({"choices": [tokens]}).encode(),
        "choices": json.dumps({"choices": [{"index": 0, "message": {"content": "x"}}] * (size // 50)}).encode(),
        "digits": b'{"choices":' + b"9" * size + b"}",
    }
