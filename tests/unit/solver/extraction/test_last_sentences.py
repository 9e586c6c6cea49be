"""Last sentences that conclude plainly though something around them looks like a doubt, and those that do not.

All sentences are made up; None: two readings open, or none.
"""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

PEOPLE = ("Ada", "Bruno", "Celia", "Dirk")
COLLEAGUES = ("小孔", "小曹", "小严", "小华")
WEIGHTS = ("200 g", "350 g", "500 g", "800 g")
COUNTS = ("4", "7", "9", "11")
LENGTHS = ("3米", "5米", "8米", "9米")
LINES = ("第一行的字", "第二行的字", "第三行的字", "第四行的字")
PEOPLE_DO = ("voting", "hiring", "speaking", "singing")
IS_OR_NOT = ("是", "不是")
SENTENCES = ("他慢慢走来", "雨停了下来", "湖面像镜子", "门开着")
READINGS = ("the literal reading", "the ironic reading")
VERDICTS = ("True", "False", "Cannot be determined")
Row = tuple[str, tuple[str, ...], str | None]
KINDS: dict[str, tuple[Row, ...]] = {
    "below a list of cases": (
        (
            "- If Ada won, Dirk lied.\n- If Celia won, Bruno lied.\n- If Dirk won, all is well.\n\nThe winner is Dirk.",
            PEOPLE,
            "D",
        ),
        ("1. If Ada came first, two are wrong.\n2. If Bruno came first, none is.\n\nThe winner is Bruno.", PEOPLE, "B"),
        ("1. 若小孔在前，则两人说谎。\n2. 若小曹在前，则一人说谎。\n\n排在最前的是小曹。", COLLEAGUES, "B"),
        ("Suppose Ada won.\nThe liar is then Bruno.", PEOPLE, None),
        ("- Suppose Ada won.\n- The liar is Bruno.", PEOPLE, None),
        ("If Ada is honest, so is Dirk.\nThe liar is Celia.", PEOPLE, None),
    ),
    "tokens that end a text": (
        ("所以最后离开的人是小严。 <eoe>", COLLEAGUES, "C"),
        ("So the painter is Celia.</s>", PEOPLE, "C"),
        ("So the painter is Celia. <|endoftext|>", PEOPLE, "C"),
        ("So the painter is Celia.<end_of_turn>", PEOPLE, "C"),
        ("所以最后离开的人可能是小严。 <eoe>", COLLEAGUES, None),
        ("<eoe>", COLLEAGUES, None),
    ),
    "values with units, in bold": (
        ("Therefore, the third box weighs **500 g**.", WEIGHTS, "C"),
        ("So **9** of the lamps are on.", COUNTS, "C"),
        ("因此绳子长**8米**。", LENGTHS, "C"),
        ("这个班共有 7 名女生。", COUNTS, "B"),
        ("把这些加起来，图中共 11 条线段。", COUNTS, "D"),
        ("So the area is 2 * 9 * x.", COUNTS, None),
        ("So the next step is 9*7, which is 63.", COUNTS, None),
        ("这个班共有 7 排，每排 9 人。", COUNTS, None),
    ),
    "by elimination": (
        ("By elimination the book was bought by Bruno.", PEOPLE, "B"),
        ("By process of elimination Dirk must be the pilot.", PEOPLE, "D"),
        ("用排除法可知，队长是小华。", COLLEAGUES, "D"),
        ("This clue eliminates Bruno.", PEOPLE, None),
        ("So Dirk is eliminated.", PEOPLE, None),
        ("因此排除小华。", COLLEAGUES, None),
    ),
    "why others choose it": (
        ("【答案】C\n【易错提示】有的同学因为看漏了“不”字而选B，也有人把时间记错而选D。", COLLEAGUES, "C"),
        ("答案：A\n\n注意不要因为小曹来得早而选B。", COLLEAGUES, "A"),
        ("【答案】D\n【点拨】误以为小孔在场而选A是常见的错误。", COLLEAGUES, "D"),
        ("答案不是A，而是C。", COLLEAGUES, "C"),
        ("由于小曹迟到，不选B，而选D。", COLLEAGUES, "D"),
        ("小曹的说法绝对，选项B中“都”过于绝对，选项C正确。", COLLEAGUES, "C"),
        ("I'll go with **B**: Bruno had the key.\n\nOption A overlooks the second clue.", PEOPLE, "B"),
    ),
    "corrected in words": (
        ("So the answer is Bruno.\n\nI need to correct this: Bruno came late. So Celia rang the bell.", PEOPLE, "C"),
        ("The answer is A. Wait, I misread the third clue. The winner is Dirk.", PEOPLE, "D"),
        ("The answer is A.\n\nScratch that. Ada had left before noon, so it was Celia.", PEOPLE, "C"),
        ("答案是A。\n\n等等，我把两条线索看反了。所以最早到的是小严。", COLLEAGUES, "C"),
        ("所以共有 9 种，选C。\n\n更正：对称的只算一次，所以共有 7 种。", COUNTS, "B"),
        ("那么答案是小孔。不过需要纠正：小孔排在小华后面。因此第一名是小华。", COLLEAGUES, "D"),
        ("第一步：答案是B。\n第二步：上面的结论不成立，小曹说了假话。\n所以最高的是小华。", COLLEAGUES, "D"),
        ("答案是D。\n\n我刚才算错了，应该再减去两天，接下来重新计算", COLLEAGUES, None),
        ("The answer is B.\n\nI have to withdraw this, because Bruno was abroad.", PEOPLE, None),
        ("The answer is B.\n\nI need to correct a typo above: 15, not 16. The answer is unchanged.", PEOPLE, "B"),
        ("答案是B。\n\n等等，再核对一下第三条：小曹在小华前面，没有问题。", COLLEAGUES, "B"),
        ("The answer is B. Wait, let me check clue 4 again: Ada left early. It is consistent.", PEOPLE, "B"),
        ("答案：B\n\n小孔、小严等等，都不在场。小曹是最后一个走的。", COLLEAGUES, "B"),
        ("答案：C\n\n解析：小孔记错了日期，所以小孔说的是假话。", COLLEAGUES, "C"),
    ),
    "a letter as what is concluded": (
        ("Voting is in the list (A), so is speaking (C), and so is singing (D). The exception is B.", PEOPLE_DO, "B"),
        ("(A) fits.\n(B) fits.\n(C) breaks rule 2.\n(D) fits.\n\nThe one that cannot occur is (C).", PEOPLE_DO, "C"),
        ("选项A、选项B、选项D都有依据。没有依据的是C。", COLLEAGUES, "C"),
        ("材料说明颜色不同，因此选项B正确。至于其他选项：选项A的“都”过于绝对；选项D没有提到。", COLLEAGUES, "B"),
        ("(A) fits. (C) fits. The exception is not B.", PEOPLE_DO, None),
        ("(A) fits. The exceptions are B and C.", PEOPLE_DO, None),
        ("The parcel for Sunday is parcel T.", ("Q", "R", "S", "T"), "D"),
        ("The answer is T.", ("Q", "R", "S", "T"), "D"),
        ("The answer is B.", ("Q", "R", "S", "T"), "B"),
        ("The answer is T.", PEOPLE, None),
        ("星期天送出的是T。", ("Q", "R", "S", "T"), "D"),
    ),
    "said of letters, of all options, or ordered": (
        ("选项B是错的，选项A也是错的。", ("真", "假", "无法确定"), None),
        ("Option B is false, option C is false, too.", ("True", "False", "Undetermined"), None),
        ("答案不是B。", ("是", "不是"), None),
        ("格式应为“答案是：X”", ("M", "X", "J"), None),
        ("以上都对。", ("无法确定", "真", "假"), None),
        ("All of the above are true.", ("true", "false", "unknown"), None),
        ("Therefore, none of the above is correct.", ("a cat", "a dog", "none of the above"), "C"),
        ("The grader must output 1 for this answer.", ("2", "1", "3"), None),
        ("所以这句话是错的。", ("对", "错"), "B"),
    ),
    "yes and no in a sentence": (
        ("所以 27 是 3 的幂。", IS_OR_NOT, "A"),
        ("所以小严和小华不是邻居。", ("是", "否"), "B"),
        ("只用八格电，因此小车能在不充电的情况下开到站台。", ("能", "不能"), "A"),
        ("电量不足，因此小车不能在天黑前开到站台。", ("能", "不能"), "B"),
        ("鱼都会游泳，所以这条鱼会游泳。", ("会", "不会"), "A"),
        ("由此可知，桌上没有钥匙。", ("有", "没有"), "B"),
        ("The bridge is closed.\n\nNo, they cannot cross the river today.", ("Yes, they can", "No, they cannot"), "B"),
        ("Yes, the ferry still leaves at nine.", ("Yes", "No"), "A"),
        ("材料没有交代，因此，小曹能否参加无法确定。", ("能", "不能", "无法确定"), "C"),
        ("So whether Dirk was there cannot be determined.", ("He was", "He was not", "Cannot be determined"), "C"),
        ("因此程序不会报错。", ("是", "否"), None),
        ("所以他不是不能来。", ("能", "不能"), None),
        ("如果再走一步，小车就能到站。", ("能", "不能"), None),
        ("因此前四个数在范围内。而最后一个数不在其中。", ("是", "否"), None),
        ("所以他有两把钥匙。", ("是", "否"), None),
        ("Put Ada in front of Dirk.\nNo, that breaks the second rule.", ("Yes", "No"), None),
        ("Put Ada in front of Dirk.\nNo, wait.", ("Yes", "No"), None),
        ("因此要看小车能否到站。", ("能", "不能"), None),
    ),
    "places": (
        ("只有一句里有“像”字。因此，第三句用了比喻。", SENTENCES, "C"),
        ("Only irony agrees with the note. So of the two, it's the second one that is meant.", READINGS, "B"),
        ("因此，第一句话是假的。", SENTENCES, None),
        ("So the first one and the second one agree.", READINGS, None),
        ("So the second one is wrong.", READINGS, None),
        ("所以第一句和第二句都用了比喻。", SENTENCES, None),
        ("So the second one lies.", ("Al", "Bo", "Cy"), None),
    ),
    "several blocks": (
        ("【解析】甲在前。\n【答案】A <eoa>\n【解析】丁在前。\n【答案】D <eoa>", COLLEAGUES, None),
        ("【解析】甲在前。\n【答案】A <eoa>\n【解析】还是甲在前。\n【答案】A <eoa>", COLLEAGUES, "A"),
        ("【答案】A <eoa>\n\n例题2：谁在后？\n【答案】D <eoa>", COLLEAGUES, "A"),
    ),
    "it only seems so": (
        ("At first sight A seems right, but Ada was away. Only D is consistent.", PEOPLE, "D"),
        ("乍一看选项A正确，但小孔请了假，选项D正确。", COLLEAGUES, "D"),
        ("A seems right.", PEOPLE, "A"),
        ("A is correct, and C is correct.", PEOPLE, None),
    ),
    "second thoughts": (
        ("The answer is A. Actually, no: Ada left at six. The one who stayed was Dirk.", PEOPLE, "D"),
        ("所以选A。\n\n不好意思，我漏看了最后一条。小孔不在场，所以是小华。", COLLEAGUES, "D"),
        ("My answer is C. On reflection, though, I no longer think so, and leave it open.", PEOPLE, None),
    ),
    "an answer beside another, or given up": (
        ("答案是B。或者也可以说是D。", COLLEAGUES, None),
        ("Answer: B (or C, depending on how one reads clue 2)", PEOPLE, None),
        ("所以答案是A。\n\n可是这样就与条件三冲突了，因此A也不能选，四个选项都有问题。", COLLEAGUES, None),
        ("Answer: D\n\nEdit: I overlooked a word, and I am no longer sure about any option.", PEOPLE, None),
        ("答案应该是9。\n\n再检查一遍：第二步多数了两次，所以正确的个数是7。", COUNTS, "B"),
        ("选C。如果题目改成“不可能”，那就该选A了。", COLLEAGUES, "C"),
        ("C. The others can be ruled out: A and B break rule 1, D breaks rule 2.", PEOPLE, "C"),
        ("Oops: the answer is C.\n\nOops, I swapped two seats. It is Ada who sits by the door.", PEOPLE, "A"),
    ),
    "other places of a conclusion": (
        ("The person seated opposite Ada turns out to be Dirk.", PEOPLE, "D"),
        ("So, the winner was Bruno, with Celia as runner-up.", PEOPLE, "B"),
        ("所以绳子长 8 米才够用。", LENGTHS, "C"),
        ("综上，这句话对。", ("对", "错", "无法判断"), "A"),
        ("材料没有线索，所以无法判断这句话的对错。", ("对", "错", "无法判断"), "C"),
        ("So, yes, the number is prime.", ("Yes, it is", "No, it is not"), "A"),
        ("所以小李住在第二个房间，而他弟弟住在第四个房间。", ("第一个房间", "第二个房间", "第四个房间"), None),
        ("第二个条件说明小曹在前。", COLLEAGUES, None),
        ("So we have two cases. Case 1: Celia is the spy.", PEOPLE, None),
        ("There are **9** lines in total.", COUNTS, "C"),
        ("这样一来，小华就是唯一的可能。", COLLEAGUES, "D"),
        ("Nothing is said about cats, so we cannot determine whether it is true.", VERDICTS, "C"),
        ("It must be the last of the four options.", PEOPLE, "D"),
        ("设小孔说的是真话，那么小曹说的是假话。", COLLEAGUES, None),
        ("Once Celia is removed, three people are left.", PEOPLE, None),
        ("Here is a poem about Bruno: Bruno, Bruno, shining bright.", PEOPLE, None),
    ),
    "by this order, in brackets": (
        ("From the left: Dirk, Celia, Ada.\nAccording to this order, the one in the middle is Celia.", PEOPLE, "C"),
        ("Look at the order.\nAccording to the second rule, the one in the middle is Celia.", PEOPLE, None),
        ('It says "wait if it rains." The passage is best described as (B).', READINGS, "B"),
        ("The passage is best described as (E).", READINGS, None),
        ("Compared with (A), it may be described as (B).", READINGS, None),
        ("[C] Celia is named twice in the second line of the letter, and she signs it.", PEOPLE, "C"),
        ("[A] Ada was there.\n[B] Bruno was not.", PEOPLE, None),
    ),
    "under duress": (
        ("If I'm forced to name one, I'd say B.", PEOPLE, None),
        ("If you're pressed for a choice, pick C.", PEOPLE, None),
    ),
}


@pytest.mark.parametrize(("kind", "row"), [(kind, row) for kind, rows in KINDS.items() for row in rows])
def test_a_plain_conclusion_is_read_whatever_stands_around_it(kind: str, row: Row) -> None:
    text, options, letter = row
    assert extract(text, len(options), options).letter == letter, kind
