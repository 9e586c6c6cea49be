"""Rows in the shapes of public benchmarks become questions; what can be read in two ways is refused."""

from __future__ import annotations

import contextlib

import pytest

from solver.base.errors import InputError
from solver.problems.forms.form import UnusableLine
from solver.problems.shapes.mapping import find_mapping, parse_map

SAME = {"question": "1 + 1?", "options": ("1", "2", "3"), "answer": "B"}
SHAPES: dict[str, dict[str, object]] = {
    "a list and a letter": {"question": "1 + 1?", "options": ["1", "2", "3"], "answer": "B"},
    "lettered fields": {"Question": "1 + 1?", "A": "1", "B": "2", "C": "3", "Answer": "(B)"},
    "numbered fields": {"query": "1 + 1?", "choice1": 1, "choice2": 2, "choice3": 3, "answer": "B."},
    "labels and texts": {
        "stem": "1 + 1?",
        "choices": {"label": ["A", "B", "C"], "text": ["1", "2", "3"]},
        "answerKey": "B",
    },
    "a nested question": {
        "question": {"stem": "1 + 1?", "choices": [{"label": c, "text": t} for c, t in zip("ABC", "123", strict=True)]},
        "answerKey": "B",
    },
    "letters to texts": {"question": "1 + 1?", "options": {"A": "1", "B": "2", "C": "3"}, "answer_idx": "B"},
    "letters to texts, empty where there is none": {
        "question": "1 + 1?",
        "options": {"A": "1", "B": "2", "C": "3", "D": None, "E": ""},
        "answer": "B",
    },
    "named choices": {
        "question": "1 + 1?",
        "choices": {f"choice_{n}": f"{n}" for n in (1, 2, 3)},
        "answer": "choice_2",
    },
    "options with letters before them": {"question": "1 + 1?", "options": ["A. 1", "B. 2", "C. 3"], "label": "B"},
    "a list written as a text": {"question": "1 + 1?", "choices": "['1', '2', '3']", "answer": "B"},
    "options inside the question": {"input": "1 + 1?\nOptions:\n(A) 1\n(B) 2\n(C) 3", "target": "(B)"},
    "flags of the options": {
        "question": "1 + 1?",
        "answers": [{"text": str(n), "is_correct": n == 2} for n in (1, 2, 3)],
    },
    "flags in words": {
        "question": "1 + 1?",
        "options": [{"content": str(n), "right": "true" if n == 2 else "false"} for n in (1, 2, 3)],
    },
    "tags of the options": {
        "input": {"text": "1 + 1?"},
        "references": [{"output": {"text": str(n)}, "tags": ["correct"] * (n == 2)} for n in (1, 2, 3)],
    },
    "one right target beside several": {
        "question": "1 + 1?",
        "mc1_targets": {"choices": ["1", "2", "3"], "labels": [0, 1, 0]},
        "mc2_targets": {"choices": ["1", "2", "two"], "labels": [0, 1, 1]},
    },
    "texts with scores": {"input": "1 + 1?", "target_scores": {"one 1": 0, "two 2": 1, "three 3": 0}},
    "scores beside the options": {
        "inputs": "1 + 1?",
        "multiple_choice_targets": ["1", "2", "3"],
        "multiple_choice_scores": [0, 1, 0],
    },
    "an answer of flags": {"question": "1 + 1?", "choices": ["1", "2", "3"], "answer": [False, True, False]},
    "an answer that is an object": {
        "question": "1 + 1?",
        "options": ["1", "2", "3"],
        "correct_answer": {"label": "B", "text": "two"},
    },
    "pairs of letter and text": {"question": "1 + 1?", "options": [["A", "1"], ["B", "2"], ["C", "3"]], "answer": "B"},
    "an object for each option": {"question": "1 + 1?", "options": [{"A": "1"}, {"B": "2"}, {"C": "3"}], "answer": "B"},
    "filled up": {"question": "1 + 1?", "choices": ["1", "2", "3", None, ""], "answer": "B"},
    "as NumPy writes it": {"question": "1 + 1?", "choices": "['1' '2'\n '3']", "gold": "B"},
    "as arrays are written": {
        "question": "1 + 1?",
        "choices": "{'label': array(['A', 'B', 'C'], dtype=object), 'text': array(['1', '2',\n '3'], dtype=object)}",
        "answerKey": "B",
    },
    "Chinese names": {"试题": "1 + 1?", "选项一": "1", "选项二": "2", "选项三": "3", "参考答案": "【答案】B"},
    "Chinese names, letters first": {"题目内容": "1 + 1?", "A选项": "1", "B选项": "2", "C选项": "3", "标准答案": "B"},
    "wide semicolons": {"题目": "1 + 1?", "备选项": "1；2；3", "答案": "B"},
    "the right one apart": {
        "Question": "1 + 1?",
        "Correct Answer": "2",
        "Incorrect Answer 1": "3",
        "Incorrect Answer 2": "1",
    },
    "the wrong ones in a list": {"question": "1 + 1?", "correct_answer": "2", "incorrect_answers": ["3", "1"]},
    "sources beside the options": {
        "question": "1 + 1?",
        "choices": ["1", "2", "3"],
        "answer": "B",
        "references": ["Peano 1889", "Frege 1884"],
    },
    "a row in a field called target": {
        "n": 7,
        "target": {"question": "1 + 1?", "options": ["1", "2", "3"], "answer": "B"},
    },
    "an answer in a field called target": {
        "stem": "1 + 1?",
        "A": "1",
        "B": "2",
        "C": "3",
        "target": {"answer": "B", "why": ""},
    },
    "letters and an index that agree": {
        "question": "1 + 1?",
        "options": ["1", "2", "3"],
        "answer": "B",
        "answer_index": 1,
    },
    "full-width letters": {"题目": "1 + 1?", "Ａ": "1", "Ｂ": "2", "Ｃ": "3", "答案": "Ｂ"},
    "names with remarks": {
        "*题干（必填）": "1 + 1?",
        "选项A（必填）": "1",
        "选项B（必填）": "2",
        "选项C": "3",
        "正确答案：": "选B",
    },
    "lines of HTML in one cell": {"question": "1 + 1?", "options": "A、1<br>B、2<BR/>C、3", "answer": "B"},
    "marks of a maker of tests": {"题目": "1 + 1?", "选项": "1$;$2$;$3", "答案": "B"},
    "an option that is no number in this row": {
        "question": "1 + 1?",
        "A": 1,
        "B": 2,
        "C": 3,
        "D": float("nan"),
        "answer": "B",
    },
    "the name of the option's field": {
        "question": "1 + 1?",
        "Option 1": "1",
        "Option 2": "2",
        "Option 3": "3",
        "Correct Answer": "Option 2",
    },
    "letters that name what stands in the question": {
        "question": "1 + 1?\nA. 1\nB. 2\nC. 3",
        "options": ["A", "B", "C"],
        "answer": "B",
    },
    "wrong ones in one cell": {"Question": "1 + 1?", "Best Answer": "2", "Incorrect Answers": "3; 1"},
    "a cell of options that is called after answers": {
        "题目": "1 + 1?",
        "备选答案": "A.1 B.2 C.3",
        "正确答案": "参考答案：B",
    },
    "letters in brackets right behind the option before": {"题目": "1 + 1?", "选项": "（A）1（B）2（C）3", "答案": "B"},
    "lettered fields in an object": {
        "doc": {"question": "1 + 1?", "A": "1", "B": "2", "C": "3"},
        "answer": "B",
    },
    "one object in a list": {"question": "1 + 1?", "options": [{"A": "1", "B": "2", "C": "3"}], "answer": "B"},
    "an object of objects": {
        "question": "1 + 1?",
        "options": {"A": {"text": "1"}, "B": {"text": "2"}, "C": {"text": "3"}},
        "answer": "B",
    },
    "short names": {"Q": "1 + 1?", "Opt A": "1", "Opt B": "2", "Opt C": "3", "Ans": "B"},
    "what is not seen": {"\u200b题目": "1 + 1?", "A": "1", "B": "2", "C": "3", "答案\ufeff": "B\u200b"},
    "commas behind lettered options": {"question": "1 + 1?", "options": "A: 1, B: 2, C: 3", "answer": "B"},
    "an answer that somebody gave": {
        "question": "1 + 1?",
        "A": "1",
        "B": "2",
        "C": "3",
        "学生答案": "A",
        "标准答案": "B",
    },
    "names with how far a cell is to be filled": {
        "Question - max 120 characters": "1 + 1?",
        "Answer 1 - max 75 characters": "1",
        "Answer 2 - max 75 characters": "2",
        "Answer 3 - max 75 characters": "3",
        "Time limit (sec) - 5, 10 or 20 secs": 20,
        "Correct answer(s) - choose at least one": 2,
    },
    "names over two lines": {
        "Question Text": "1 + 1?",
        "Answer 1": "1",
        "Answer 2": "2",
        "Answer 3\n(Optional)": "3",
        "Time Limit (sec)\n(Max: 300 seconds)": "20",
        "Correct Answer(s)\n(Only include Answer #)": "2",
    },
    "wrong ones that need not be filled": {
        "Question": "1 + 1?",
        "Correct Answer": "2",
        "Incorrect Answer 1": "3",
        "Incorrect Answer 2 (Optional)": "1",
    },
    "traditional names": {"題目": "1 + 1?", "選項A": "1", "選項B": "2", "選項C": "3", "正確答案": "B"},
    "a text that is the answer's": {
        "question_text": "1 + 1?",
        "options": ["1", "2", "3"],
        "answer_text": "B",
    },
    "bullets inside the question": {"input": "1 + 1?\nOptions:\n- 1\n- 2\n- 3", "target": "B"},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_question(shape: str) -> None:
    row = SHAPES[shape]
    found = find_mapping([row], {}).row(row)
    if shape == "texts with scores":
        assert found["options"] == ("one 1", "two 2", "three 3")
        found["options"] = SAME["options"]
    assert found == SAME


def test_options_of_which_two_are_right_are_refused_and_of_which_none_is_have_no_key() -> None:
    rows = [{"question": f"q{n}", "options": [{"text": t, "is_correct": t == "x"} for t in "xyz"]} for n in range(5)]
    two = {"question": "two", "options": [{"text": t, "is_correct": t != "x"} for t in "xyz"]}
    with pytest.raises(UnusableLine, match="several answers are not supported"):
        find_mapping([*rows, two], {}).row(two)
    none = {"question": "none", "options": [{"text": t, "is_correct": False} for t in "xyz"]}
    assert "answer" not in find_mapping([none], {}).row(none)
    assert "answer" not in find_mapping([*rows, none], {}).row(none)


def test_a_mapping_of_texts_to_scores_holds_options_under_the_name_of_an_answer_too() -> None:
    row = {"input": "Is it?", "target": {"yes": 0, "no": 1}}
    assert find_mapping([row], {}).row(row) == {"question": "Is it?", "options": ("yes", "no"), "answer": "B"}


def test_a_letter_names_the_option_that_carries_it_wherever_it_stands() -> None:
    options = [{"key": "B", "text": "y"}, {"key": "A", "text": "x"}, {"key": "D", "text": "z"}]
    rows = [{"question": "q", "options": options, "answer": letter} for letter in ("B", "(a)", "D")]
    assert [find_mapping(rows, {}).row(row)["answer"] for row in rows] == ["A", "B", "C"]
    none = {"question": "q", "options": options, "answer": "C"}
    with pytest.raises(UnusableLine, match="'C' is not a letter of the 3 options"):
        find_mapping([*rows, none], {}).row(none)


@pytest.mark.parametrize(
    "name",
    [
        "student_answer",
        "Your answer",
        "predicted_label",
        "学生答案",
        "baseline_output",
        "deepseek-v3 answer",
        "Qwen2.5_answer",
        "difficulty_label",
        "题型答案",
    ],
)
def test_what_somebody_answered_is_no_key(name: str) -> None:
    row = {"question": "q", "A": "x", "B": "y", name: "B"}
    mapping = find_mapping([row], {})
    assert str(mapping).endswith(f"answer=none (not read: {name})")
    assert "answer" not in mapping.row(row)


@pytest.mark.parametrize("labels", [("1", "2", "3"), ("0", "1", "2"), ("3", "2", "1")])
@pytest.mark.parametrize("form", ["object", "lists", "records"])
def test_a_text_names_the_label_that_the_file_gives_an_option(labels: tuple[str, ...], form: str) -> None:
    texts = ("x", "y", "z")
    options: object = {
        "object": dict(zip(labels, texts, strict=True)) if labels != ("3", "2", "1") else None,
        "lists": {"label": [*labels], "text": [*texts]},
        "records": [{"label": one, "text": text} for one, text in zip(labels, texts, strict=True)],
    }[form]
    if options is None:
        pytest.skip("an object has no order of its own")
    rows = [{"question": f"q{n}", "choices": options, "answerKey": labels[n]} for n in (0, 1)]
    assert [find_mapping(rows, {}).row(row)["answer"] for row in rows] == ["A", "B"]


def test_numbers_in_the_names_of_fields_are_no_labels_of_their_own() -> None:
    row = {"premise": "p", "question": "cause", "choice1": "x", "choice2": "y", "label": "1"}
    with pytest.raises(InputError, match="two readings of the answers: label as"):
        find_mapping([row], {})


def test_one_and_zero_may_be_truth_or_a_place_among_words_of_truth() -> None:
    rows = [{"question": f"q{n}", "A": "对", "B": "错", "答案": n} for n in (1, 0)]
    with pytest.raises(InputError, match="as an index from 0, or 答案 as true or false"):
        find_mapping(rows, {})
    turned = [row | {"A": "错", "B": "对"} for row in rows]
    assert [find_mapping(turned, {}).row(row)["answer"] for row in turned] == ["B", "A"]


def test_a_field_that_is_filled_oftener_does_not_overrule_the_answers() -> None:
    rows = [
        {"question": f"q{n}", "options": [*"wxyz"], "answer": "ABCD"[n % 4] if n else None, "label": n % 3}
        for n in range(30)
    ]
    with pytest.raises(InputError, match="two readings of the answers: label as"):
        find_mapping(rows, {})
    same = [row | {"label": n % 4} for n, row in enumerate(rows)]
    assert find_mapping(same, {}).row(same[0])["answer"] == "A"


def test_a_letter_that_stands_twice_parts_no_options() -> None:
    row = {"question": "q", "options": "A.维生素B、C；E B.维生素D", "answer": "A"}
    assert find_mapping([row], {}).row(row)["options"] == ("维生素B、C；E", "维生素D")
    for glued in ("A.维生素B、C；EB.维生素D", "A.维生素B.C；钾B.维生素D"):
        with pytest.raises(InputError, match="no row has two options"):
            find_mapping([row | {"options": glued}], {})


def test_letters_right_behind_the_option_before_part_options() -> None:
    rows = [{"question": f"q{n}", "options": "A.甲B.乙；己C.丙", "answer": key} for n, key in enumerate("CA")]
    mapping = find_mapping(rows, {})
    assert [mapping.row(row) for row in rows] == [
        {"question": f"q{n}", "options": ("甲", "乙；己", "丙"), "answer": key} for n, key in enumerate("CA")
    ]


def test_two_fields_of_answers_that_share_no_reading_are_refused() -> None:
    rows = [{"question": "q", "options": ["x", "y", "z"], "answer": "C", "answer_index": n} for n in (1, 1)]
    with pytest.raises(InputError, match="two readings of the answers"):
        find_mapping(rows, {})


def test_commas_part_no_wrong_options() -> None:
    row = {"question": "q", "correct_answer": "red", "distractors": "green, blue"}
    with pytest.raises(InputError, match="no options found"):
        find_mapping([row], {})


def test_several_right_texts_in_one_cell_are_no_option() -> None:
    row = {"question": "q", "correct_answers": "xx; yy", "incorrect_answers": "vv; ww"}
    with pytest.raises(InputError, match="no row has two options"):
        find_mapping([row], {})


@pytest.mark.parametrize(
    ("cell", "key"),
    [
        ("①甲 ②乙|己 ③丙", "③"),
        ("1. 甲 2. 乙|己 3. 丙", "3"),
        ("①甲②乙|己③丙", "C"),
        ("1）甲；2）乙|己；3）丙", "3"),
    ],
)
def test_numbers_part_the_options_in_one_cell(cell: str, key: str) -> None:
    row = {"question": "q", "options": cell, "answer": key}
    found = find_mapping([row], {}).row(row)
    assert (found["options"], found["answer"]) == (("甲", "乙|己", "丙"), "C")


def test_numbers_that_do_not_part_the_options_keep_other_marks_from_parting_them() -> None:
    with pytest.raises(InputError, match="no row has two options"):
        find_mapping([{"question": "q", "options": "1、甲2、乙|己3、丙", "answer": "A"}], {})


def test_people_called_by_letters_are_options() -> None:
    row = {"question": "A says that B lies. Who lies?", "options": ["A", "B", "C"], "answer": "B"}
    assert find_mapping([row], {}).row(row)["options"] == ("A", "B", "C")


def test_labels_that_number_two_options_are_no_flags() -> None:
    row = {"question": "q", "choices": {"text": ["x", "y"], "label": ["0", "1"]}, "answerKey": "0"}
    assert find_mapping([row], {}).row(row)["answer"] == "A"


def test_the_place_of_a_right_option_that_stands_apart_tells_nothing() -> None:
    rows = [
        {"q": f"q{n}", "question": str(n), "correct_answer": t, "distractors": [o for o in "wxyz" if o != t]}
        for n, t in enumerate("wxyz")
    ]
    mapping = find_mapping(rows, {})
    assert [mapping.row(row)["answer"] for row in rows] == list("ABCD")


@pytest.mark.parametrize(
    ("fields", "options", "answer"),
    [
        ({"options": ["w", "x", "y", "z"], "answer": "B", "distractors": ["w", "y", "z"]}, "wxyz", "B"),
        ({"A": "w", "B": "x", "C": "y", "D": "z", "answer": "B", "wrong": 3}, "wxyz", "B"),
        ({"A": "w", "B": "x", "answer": "B", "wrong_answer": "A"}, "wx", "B"),
        ({"options": ["w", "x", "y", "z"], "answer": "x", "distractor": "a"}, "wxyz", "B"),
        ({"choices": ["w", "x"], "label": 0, "incorrect": 1}, "wx", "A"),
    ],
)
def test_wrong_options_beside_all_options_replace_none(fields: dict[str, object], options: str, answer: str) -> None:
    row = {"question": "q", **fields}
    assert find_mapping([row], {}).row(row) == {"question": "q", "options": tuple(options), "answer": answer}


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": "B", "distractors": ["w", "y", "z"]},
        {"answer": "（b）", "distractors": ["w", "y", "z"]},
        {"answer": "cat", "wrong": 3},
        {"answer": "cat", "incorrect": [True, False]},
        {"label": 1, "incorrect": 0},
        {"correct_options": ["v", "w"], "wrong_options": ["x", "y"]},
    ],
)
def test_numbers_and_a_lone_letter_are_no_right_and_wrong_options(fields: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"no options found|no row has two options"):
        find_mapping([{"question": "q", **fields}], {})


def test_several_right_options_apart_are_not_all_options() -> None:
    row = {"question": "q", "best_answer": "x", "correct_answers": ["x", "y"], "incorrect_answers": ["v", "w"]}
    found = find_mapping([row], {}).row(row)
    assert (found["options"], found["answer"]) == (("v", "w", "x"), "C")


@pytest.mark.parametrize("words", [("yes", "no"), ("true", "false"), ("True", "False"), ("是", "否"), (True, False)])
@pytest.mark.parametrize("place", [0, 1])
def test_labels_in_words_of_truth_are_labels_where_an_answer_names_one(words: tuple[object, ...], place: int) -> None:
    texts = ("It holds", "It fails")
    options: list[object] = [
        {"label": list(words), "text": list(texts)},
        [{"label": word, "text": text} for word, text in zip(words, texts, strict=True)],
    ]
    for choices in options:
        row = {"question": "q", "choices": choices, "answerKey": str(words[place])}
        assert find_mapping([row], {}).row(row) == {"question": "q", "options": texts, "answer": "AB"[place]}


def test_a_mapping_to_words_of_truth_holds_no_options() -> None:
    with pytest.raises(InputError, match="no row has two options or more"):
        find_mapping([{"question": "q", "options": {"x": "yes", "y": "no"}}], {})


@pytest.mark.parametrize("name", ["text", "value", "content"])
def test_options_that_are_objects_of_a_text_alone_are_read(name: str) -> None:
    row = {"question": "q", "options": [{name: "yes"}, {name: "no"}], "answer": "B"}
    assert find_mapping([row], {}).row(row) == {"question": "q", "options": ("yes", "no"), "answer": "B"}


def test_what_is_said_of_the_answer_is_no_part_of_the_question() -> None:
    row = {"question": "q", "options": ["x", "y"], "answer": {"value": "B", "text": "y", "context": "since y"}}
    assert set(find_mapping([row], {}).row(row)) == {"question", "options", "answer"}


def test_messages_of_a_chat_are_no_question() -> None:
    row = {"prompt": [{"role": "user", "content": "q"}], "options": ["x", "y"], "answer": "A"}
    with pytest.raises(InputError, match="rows of messages are to be imitated"):
        find_mapping([row], {})


def test_a_list_that_cannot_be_read_is_not_cut_at_its_lines() -> None:
    row = {"question": "q", "choices": "[Some(x),\n Some(y)]", "answer": "A"}
    with pytest.raises(InputError, match="no row has two options or more"):
        find_mapping([row], {})


@pytest.mark.parametrize("text", ["{1, 2}\n{3, 4}", "[0, 1]; [1, 2]", "[0, 1) | (1, 2]", "[[0], [1]]\n[[1], [0]]"])
def test_options_in_brackets_of_their_own_are_parted(text: str) -> None:
    row = {"question": "q", "options": text, "answer": "B"}
    options = find_mapping([row], {}).row(row)["options"]
    assert isinstance(options, tuple)
    assert len(options) == 2
    assert all(option in text for option in options)


@pytest.mark.parametrize("text", ["[[a]; [b]]", "[{a}\n {b}]", "[a]\nb\n[c]"])
def test_what_opens_in_one_part_and_closes_in_another_is_not_parted(text: str) -> None:
    with pytest.raises(InputError, match="no row has two options or more"):
        find_mapping([{"question": "q", "options": text, "answer": "B"}], {})


@pytest.mark.parametrize(
    ("answers", "meaning", "letters"),
    [
        ([0, 1, 2], "an index from 0", "ABC"),
        ([1, 2, 3], "an index from 1", "ABC"),
        (["1.0", "3.0", "2"], "an index from 1", "ACB"),
        (["cat", "Dog ", "cow."], "the option's text", "ABC"),
        (["a", "(C)", "Option B"], "a letter", "ACB"),
        ([["A"], ["B"], ["C"]], "a letter", "ABC"),
        (["Ａ", "Ｃ", "Ｂ"], "a letter", "ACB"),
    ],
)
def test_the_meaning_of_answers_is_found_over_all_rows(answers: list[object], meaning: str, letters: str) -> None:
    rows = [{"question": f"q{n}", "options": ["cat", "dog", "cow"], "gold": one} for n, one in enumerate(answers)]
    mapping = find_mapping(rows, {})
    assert meaning in str(mapping)
    assert [mapping.row(row)["answer"] for row in rows] == list(letters)


def test_an_index_that_may_count_from_zero_or_one_is_refused_with_both_readings() -> None:
    rows = [{"question": "q", "options": ["x", "y", "z"], "answer": one} for one in (1, 2)]
    with pytest.raises(InputError, match=r"answer as an index from 0, or answer as an index from 1.*answer=answer:0"):
        find_mapping(rows, {})
    assert find_mapping(rows, parse_map("answer=answer:1")).row(rows[0])["answer"] == "A"
    assert find_mapping(rows, parse_map("answer=answer:0")).row(rows[0])["answer"] == "B"


def test_two_answers_that_agree_are_no_question_and_two_that_differ_are() -> None:
    row = {"question": "q", "options": ["x", "y"], "answer": "y", "answer_idx": "B"}
    assert find_mapping([row], {}).row(row)["answer"] == "B"
    with pytest.raises(InputError, match="two readings of the answers"):
        find_mapping([row | {"answer_idx": "A"}], {})


def test_two_fields_that_may_be_the_options_are_refused_with_both_readings() -> None:
    row = {"question": "q", "options": ["x", "y"], "A": "v", "B": "w", "answer": "A"}
    with pytest.raises(InputError, match=r"two readings of the options: options and A\+B"):
        find_mapping([row], {})
    assert find_mapping([row], parse_map("options=A+B")).row(row)["options"] == ("v", "w")


def test_true_and_false_are_options_where_a_file_has_none() -> None:
    rows = [{"passage": "p", "question": "q", "answer": one} for one in (True, False)]
    mapping = find_mapping(rows, {})
    assert mapping.row(rows[1]) == {"problem": "p", "question": "q", "options": ("True", "False"), "answer": "B"}


def test_a_truth_value_names_the_option_that_says_so() -> None:
    rows = [{"question": "q", "options": ["No", "Yes"], "answer": one} for one in (True, False)]
    assert [find_mapping(rows, {}).row(row)["answer"] for row in rows] == ["B", "A"]


def test_premises_are_the_problem_and_their_conclusion_the_question() -> None:
    rows = [{"premises": ["a", "b"], "conclusion": "c", "label": one} for one in ("True", "False", "Uncertain")]
    found = find_mapping(rows, {}).row(rows[2])
    assert found == {"problem": "a\nb", "question": "c", "options": ("True", "False", "Uncertain"), "answer": "C"}


def test_a_row_whose_answer_fits_no_option_is_named_and_no_default_is_given() -> None:
    rows: list[dict[str, object]] = [{"question": "q", "options": ["x", "y"], "answer": "B"}] * 9
    bad = {"question": "q", "options": ["x", "y"], "answer": "AB"}
    with pytest.raises(UnusableLine, match="'AB' is not a letter of the 2 options"):
        find_mapping([*rows, bad], {}).row(bad)


def test_questions_without_answers_are_read_without() -> None:
    row = {"question": "q", "options": ["x", "y"]}
    assert "answer" not in find_mapping([row], {}).row(row)


def test_fields_of_options_that_are_empty_at_the_end_are_none() -> None:
    row = {"question": "q", "A": "x", "B": "y", "C": "", "answer": "A"}
    assert find_mapping([row], {}).row(row)["options"] == ("x", "y")


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ("question=stm", r"no field 'stm'; did you mean 'stem'\? There are: stem"),
        ("ask=stem", "write id=FIELD"),
        ("answer=key:2", "the meaning is one of letter"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_with_what_can(told: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        find_mapping([{"stem": "q", "options": ["x", "y"], "key": "A"}], parse_map(told))


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (["①甲", "②乙", "③丙"], "③"),
        (["1. 甲", "2. 乙", "3. 丙"], "C"),
        (["（1）甲", "（2）乙", "（3）丙"], "C"),
        (["1、甲", "2、乙", "3、丙"], "3"),
    ],
)
def test_numbers_that_head_all_options_are_their_labels(options: list[str], key: str) -> None:
    found = find_mapping([{"question": "q?", "options": options, "answer": key}], {}).row(
        {"question": "q?", "options": options, "answer": key}
    )
    assert (found["options"], found["answer"]) == (("甲", "乙", "丙"), "C")


@pytest.mark.parametrize(
    "options", [["1.5", "2.5"], ["2. 甲", "1. 乙"], ["1. 甲", "乙"], ["1 2", "2 3"], ["1.x", "2.y"]]
)
def test_numbers_that_are_no_labels_stay(options: list[str]) -> None:
    row = {"question": "q?", "options": options, "answer": "B"}
    assert find_mapping([row], {}).row(row)["options"] == tuple(options)


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("①和②|①和③|②和③", ("①和②", "①和③", "②和③")),
        ("①②；②③；①③", ("①②", "②③", "①③")),
        ("①\n①②\n①②③", ("①", "①②", "①②③")),
        ("1. 5; 2. 6; 3. 7", ("1. 5", "2. 6", "3. 7")),
        ("A.x|B.y", ("x", "y")),
    ],
)
def test_numbers_of_statements_are_options_and_a_mark_between_belongs_to_none(
    cell: str, texts: tuple[str, ...]
) -> None:
    row = {"question": "Which?", "options": cell, "answer": "B"}
    assert find_mapping([row], {}).row(row) == {"question": "Which?", "options": texts, "answer": "B"}


def test_two_whole_questions_in_a_row_are_refused() -> None:
    one, other = ({"stem": text, "options": ["x", "y"], "answer": "B"} for text in ("Which?", "What?"))
    with pytest.raises(InputError, match="two readings of the question"):
        find_mapping([{"item": one, "rewritten": other}], {})


@pytest.mark.parametrize("name", ["Answer (wrong)", "答案（错误）", "wrong_answer"])
def test_an_answer_that_is_called_wrong_is_no_key(name: str) -> None:
    row = {"question": "Which?", "options": ["x", "y"], name: "B"}
    assert find_mapping([row], {}).answer is None


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("A、B；B、C；A、C", ("A、B", "B、C", "A、C")),
        ("甲和乙|乙和丙|甲", ("甲和乙", "乙和丙", "甲")),
        ("A. Vitamin A, B. and C | B. Iron", ("Vitamin A, B. and C", "Iron")),
        ("A:x###B:y###C:z", ("x", "y", "z")),
        ("A. x\\nB. y", ("x", "y")),
        ("A. tin\nB. iron\nAnswer:", ("tin", "iron")),
        ("A. tin\nB. iron\nAnswer: B\nA is soft.", ("tin", "iron")),
        ("a ) 38 , b ) 1 , 000 , c ) none of these", ("38", "1 , 000", "none of these")),
        ("(a) x; (b) y", ("x", "y")),
        ("Ａ．甲　Ｂ．乙　Ｃ．丙", ("甲", "乙", "丙")),
        ("（Ａ）甲（Ｂ）乙", ("甲", "乙")),
    ],
)
def test_options_in_one_cell_are_parted_at_their_own_letters(cell: str, texts: tuple[str, ...]) -> None:
    row = {"question": "Which?", "options": cell, "answer": "B"}
    assert find_mapping([row], {}).row(row) == {"question": "Which?", "options": texts, "answer": "B"}


@pytest.mark.parametrize("cell", ["A、B；B、C", "A、B；B、C；C、A", "a) x a) y", "Vitamin a) or b)", "x / y", "x, y"])
def test_a_cell_of_options_that_cannot_be_parted_is_refused_whatever_the_answers_are(cell: str) -> None:
    for answer in ("B", "Y", "T"):
        with pytest.raises(InputError, match="no row has two options or more in options"):
            find_mapping([{"question": "Which?", "options": cell, "answer": answer}], {})


@pytest.mark.parametrize(
    ("text", "question", "options", "key"),
    [
        ("Who?\nA. x\nB. y\nAnswer: ", "Who?", ("x", "y"), None),
        ("谁？\nA. 甲\nB. 乙\n答案：", "谁？", ("甲", "乙"), None),
        ("谁？\nA. 甲\nB. 乙\n**答案：B**", "谁？", ("甲", "乙"), "B"),
        ("谁？\nA. 甲\nB. 乙\n正确答案是 (A)。\n", "谁？", ("甲", "乙"), "A"),
        ("谁？\nA. 甲\nB. 乙\n【答案】B\n【解析】乙最高，A错。", "谁？", ("甲", "乙"), "B"),
        ("谁？\nA. 甲\nB. 乙\n答案：B 解析：乙最高。", "谁？", ("甲", "乙"), "B"),
        ("Who?\nA. x\nB. y\n\nAnswer: B\nExplanation: y is.", "Who?", ("x", "y"), "B"),
        ("Who?\nA. x\nB. Answer the door", "Who?", ("x", "Answer the door"), None),
        ("Who?\nA. x\nB. y\nAnswers vary", "Who?", ("x", "y\nAnswers vary"), None),
        ("Old?\nA. v\nB. w\nAnswer: A\n\nWho?\nA. x\nB. y", "Old?\nA. v\nB. w\nAnswer: A\n\nWho?", ("x", "y"), None),
        ("Who?\nA. w    C. y\nB. x    D. z", "Who?", ("w", "x", "y", "z"), None),
        ("Who?\nA. w\tC. y\nB. x\tD. z", "Who?", ("w", "x", "y", "z"), None),
        ("Who?\n- A. x\n- B. y", "Who?", ("x", "y"), None),
        ("谁最高？A.甲B.乙C.丙", "谁最高？", ("甲", "乙", "丙"), None),
        ("最高的是（　）Ａ．甲Ｂ．乙", "最高的是（　）", ("甲", "乙"), None),
    ],
)
def test_options_behind_a_question_end_where_the_answer_is_asked_for(
    text: str, question: str, options: tuple[str, ...], key: str | None
) -> None:
    row = {"question": text}
    wanted = {"question": question, "options": options} | ({} if key is None else {"answer": key})
    assert find_mapping([row], {}).row(row) == wanted


def test_an_answer_below_the_options_that_another_field_denies_is_refused() -> None:
    rows = [{"question": f"Who {n}?\nA. x\nB. y\nAnswer: B", "answer": "A"} for n in range(3)]
    with pytest.raises(InputError, match="two readings of the answers"):
        find_mapping(rows, {})


def test_letters_that_head_two_things_in_one_line_part_no_question() -> None:
    row = {"question": "Which? A. see B. below B. iron C. tin", "answer": "B"}
    with pytest.raises(InputError, match="no options found"):
        find_mapping([row], {})


def test_an_option_with_a_remark_is_no_option_that_is_left_out_in_silence() -> None:
    row = {"question": "q", "A": "x", "B": "y", "C (old)": "z", "answer": "A"}
    with pytest.raises(InputError, match=r"two readings of the options: A\+B and A\+B\+C \(old\)"):
        find_mapping([row], {})


def test_numbers_of_a_quiz_against_the_clock_count_from_one() -> None:
    names = ("Question Text", "Option 1", "Option 2", "Option 3", "Correct Answer", "Time in seconds")
    rows = [dict(zip(names, (f"q{key}", "x", "y", "z", key, 30), strict=True)) for key in ("1", "2")]
    assert [find_mapping(rows, {}).row(row)["answer"] for row in rows] == ["A", "B"]
    with pytest.raises(InputError, match="two readings of the answers"):
        find_mapping([{name: row[name] for name in names[:-1]} for row in rows], {})


@pytest.mark.parametrize("verdicts", [(0, 1), ("TRUE", "FALSE"), (True, True)])
def test_whether_a_student_was_right_is_no_key(verdicts: tuple[object, ...]) -> None:
    rows = [{"question": f"q{one}", "A": "x", "B": "y", "student_answer": "A", "correct": one} for one in verdicts]
    assert find_mapping(rows, {}).answer is None


@pytest.mark.parametrize("name", ["answer_text", "label-text", "answer_context", "solution_text"])
def test_what_tells_of_an_answer_is_no_text_of_the_problem(name: str) -> None:
    row = {"question": "q", "options": ["x", "y"], name: "since y"}
    with contextlib.suppress(InputError):
        assert "problem" not in find_mapping([row], {}).row(row)
    assert find_mapping([row], {"problem": name, "answer": ""}).row(row)["problem"] == "since y"


def test_a_few_corrections_are_not_passed_over() -> None:
    rows = [{"question": f"q{n}", "choices": [*"wxyz"], "answer": n, "correct_answer": None} for n in range(4)]
    assert [find_mapping(rows, {}).row(row)["answer"] for row in rows] == list("ABCD")
    with pytest.raises(InputError, match=r"answer as an index from 0, or correct_answer as a letter"):
        find_mapping([*rows[1:], rows[0] | {"correct_answer": "C"}], {})
    same = [*rows[1:], rows[0] | {"correct_answer": "A"}]
    assert [find_mapping(same, {}).row(row)["answer"] for row in same] == list("BCDA")


def test_letters_without_gaps_between_columns_part_no_question() -> None:
    row = {"question": "Who? A. w C. y B. x D. z", "answer": "B"}
    with pytest.raises(InputError, match="no options found"):
        find_mapping([row], {})
