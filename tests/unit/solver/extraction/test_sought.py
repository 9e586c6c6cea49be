"""What a sentence says the asked words of, where the question asks who or which; positive, and none.

All sentences are made up. None: another is meant, nobody is, or two are.
"""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

NAMES = ("Lena", "Omar", "Nora", "Paul")
PEOPLE = ("小林", "小周", "小赵", "小钱")
BOXES = ("k1", "k4", "k7", "以上都是")
TOWNS = ("宁波、温州", "温州、湖州", "宁波", "金华")
ROWS: tuple[tuple[str, str, tuple[str, ...], str | None], ...] = (
    ("谁害怕 Rita？", "Lena 和 Rita 是邻居，Omar 害怕 Rita。", NAMES, "B"),
    ("哪位同学的身高是最高？", "小林的身高是一般，小周的身高是最高，小赵的身高是最矮。", PEOPLE, "B"),
    ("谁去书店的次数最多？", "三人里去书店次数最多的是小赵，他去了五次。", PEOPLE, "C"),
    ("哪个箱子位于箱子k5的下边？", "逐层来看，只有k7在k5的下边。", BOXES, "C"),
    ("哪些城市下了雪？", "看记录，宁波和温州下了雪。", TOWNS, "A"),
    ("其中谁会弹琴？", "小钱会弹琴，小林会画画。", PEOPLE, "D"),
    ("谁会弹琴？", "小钱会弹琴，小林会画画。由此可以得出答案。", PEOPLE, "D"),
    ("谁会弹琴？", "小林没有学过，但这不影响我们得出答案：小钱会弹琴。", PEOPLE, "D"),
    ("谁最年长？", "排下来，最年长的是小周，最年轻的是小赵。", PEOPLE, "B"),
    ("Who is afraid of Rita?", "Lena lives next to Rita, and Omar is afraid of Rita.", NAMES, "B"),
    ("Which guest is the oldest?", "Going by the dates, Nora is the oldest guest.", NAMES, "C"),
    ("Which guest is the oldest?", "Lena is younger than Nora, the oldest guest is Paul, who is 80.", NAMES, "D"),
    ("Who sits left of Omar?", "Looking at the row, Nora sits left of Omar.", NAMES, "C"),
    ("Who sits left of Omar?", "Looking at the row, Omar sits left of Nora.", NAMES, None),
    ("Who sits left of Omar?", "Looking at the row, Nora does not sit left of Omar.", NAMES, None),
    ("Who sits left of Omar?", "If Nora sits left of Omar, Paul sits at the end.", NAMES, None),
    ("Who sits left of Omar?", "Looking at the row, Nora or Paul sits left of Omar.", NAMES, None),
    ("Who plays the harp?", "In the band Lena plays the drum and Paul plays the harp.", NAMES, None),
    ("Who plays the harp?", "Lena says that Paul plays the harp.", NAMES, None),
    # another is meant, nobody is, or two are
    ("谁会弹琴？", "由此得出答案：小孙会弹琴。", PEOPLE, None),
    ("谁说会下雨？", "小林说小赵说会下雨。", PEOPLE, None),
    ("谁会弹琴？", "由于小林会弹琴，晚会有了节目。", PEOPLE, None),
    ("谁和小林是同桌？", "小周和小赵是同桌。", PEOPLE, None),
    ("谁会弹琴？", "由此得出答案：小孙会弹琴。不过小钱会画画。", PEOPLE, None),
    ("谁会弹琴？", "小钱会画画，小林会唱歌。", PEOPLE, None),
    ("谁会弹琴？", "小钱不会弹琴。", PEOPLE, None),
    ("谁会弹琴？", "如果小钱会弹琴，小林就会唱歌。", PEOPLE, None),
    ("谁会弹琴？", "小钱会弹琴，小林会弹琴。", PEOPLE, None),
    ("谁会弹琴？", "小钱可能会弹琴。", PEOPLE, None),
    ("谁会弹琴？", "小钱或者小林会弹琴。", PEOPLE, None),
    ("谁害怕 Rita？", "Lena 和 Rita 是邻居，Rita 害怕 Omar。", NAMES, None),
    ("Rita 比谁年长？", "Rita 生于1990年，而 Omar 比 Rita 年长。", NAMES, None),
    ("哪个箱子位于箱子k5的下边？", "再看一遍，k7在k5的上边。", BOXES, None),
)


@pytest.mark.parametrize(("question", "output", "options", "letter"), ROWS)
def test_whom_the_asked_words_are_said_of(
    question: str, output: str, options: tuple[str, ...], letter: str | None
) -> None:
    assert extract(output, len(options), options, question).letter == letter
    turned = options[::-1]
    expected = None if letter is None else "ABCD"[turned.index(options["ABCD".index(letter)])]
    assert extract(output, len(turned), turned, question).letter == expected
