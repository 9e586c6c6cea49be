"""Conclusions without a letter or an announcement, and sentences of the same look that conclude nothing.

All sentences are made up; None: two readings open, or none.
"""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

NAMES = ("Henry", "Paul", "Laura", "Nina")
PEOPLE = ("小王", "小李", "小张", "小赵")
STEMS = ("甲", "乙", "丙", "丁")
MONTHS = ("四月", "五月", "六月", "七月")
VERDICTS = ("True", "False")
VERDICTS_3 = ("True", "False", "Uncertain")
WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday")
NUMBERS = ("6", "8", "12", "24")
UNITS = ("3种", "4种", "6种", "12种")
ABLE = ("能", "不能")
RIGHT = ("正确", "错误")
COLOURS = ("Red", "Blue", "Green", "Yellow")
HOUSES = ("红房子", "蓝房子", "绿房子", "白房子")
UNKNOWN_ZH = ("小王最高", "小李最高", "小张最高", "无法确定")
CARRIERS = ("王五拿伞", "李四拿伞", "赵六拿伞")
PAIRS = ("甲和乙", "乙和丙", "甲和丙", "丙和丁")
Row = tuple[str, tuple[str, ...], str | None]
KINDS: dict[str, tuple[Row, ...]] = {
    "bare conclusion": (
        ("Henry is the culprit.", NAMES, "A"),
        ("Clue 1 puts Paul in Paris. Clue 3 clears Laura and Nina. Henry is the culprit.", NAMES, "A"),
        ("他们只有一天都有空。\n所以，他们在六月见面。", MONTHS, "C"),
        ("The statement must be false.", VERDICTS, "B"),
        ("Nobody else had a key, so it was Nina who opened the safe.", NAMES, "D"),
        ("It has to be Laura, not Paul.", NAMES, "C"),
        ("Therefore Paul, who was alone that night, took the ring.", NAMES, "B"),
        ("所以小张拿走了钥匙。", PEOPLE, "C"),
        ("综上，坐在窗边的只能是丁，不会是丙。", STEMS, "D"),
        ("由此可知，小李住在三楼。", PEOPLE, "B"),
        ("So the meeting takes place on Wednesday.", WEEK, "C"),
        ("That means the team plays on Thursday, because Monday and Tuesday are taken.", WEEK, "D"),
        ("Since Paul and Nina arrived later, Laura must have been first.", NAMES, "C"),
        ("因为甲和乙都说了真话，所以说谎的是丙。", STEMS, "C"),
        ("因此没有参加比赛的人是小赵。", PEOPLE, "D"),
        ("The only one who did not lie is Henry.", NAMES, "A"),
        ("Altogether there are twelve ways of seating them, so the total is 12.", NUMBERS, "C"),
        ("所以一共有6种排法。", UNITS, "C"),
        ("Blue and red are taken, so the last house is green.", COLOURS, "C"),
        ("医生住的一定是绿房子。", HOUSES, "C"),
        ("说明拿伞的人就是李四。", CARRIERS, "B"),
        ("因此，派出去的是乙和丙。", PAIRS, "B"),
    ),
    "verdict": (
        ("Both premises hold, hence the claim must be true.", VERDICTS, "A"),
        ("So the statement cannot be true.", VERDICTS, "B"),
        ("Nothing is said about the other birds. So the statement is uncertain.", VERDICTS_3, "C"),
        ("所以这个判断不正确。", RIGHT, "B"),
        ("由此可见，该推理是成立的。", RIGHT, "A"),
        ("所以小明不能在八点前到家。", ABLE, "B"),
        ("因此他能赶上末班车。", ABLE, "A"),
        ("线索不足，因此无法判断谁最高。", UNKNOWN_ZH, "D"),
    ),
    "remark behind": (
        ("So Nina is the thief. This agrees with every clue.", NAMES, "D"),
        ("所以值班的是小李。以上就是全部推理过程。", PEOPLE, "B"),
        ("Therefore, Laura won the race. I hope this helps!", NAMES, "C"),
        ("**所以小张是班长。**", PEOPLE, "C"),
    ),
    "excluded": (
        ("So Henry is not the culprit.", NAMES, None),
        ("因此可以排除小王。", PEOPLE, None),
        ("所以不是丙。", STEMS, None),
        ("Thus Paul can be ruled out.", NAMES, None),
        ("Laura therefore fails the second clue.", NAMES, None),
        ("所以小李不可能住在二楼。", PEOPLE, None),
        ("除了丁以外，其他人都说了真话。", STEMS, None),
        ("So everyone except Nina lied.", NAMES, None),
        ("乙，与第三条矛盾。", STEMS, None),
    ),
    "several": (
        ("So the order is Henry, Paul, Nina, Laura.", NAMES, None),
        ("因此从左到右是丙、甲、丁、乙。", STEMS, None),
        ("Hence Laura sits to the left of Paul.", NAMES, None),
        ("所以小王比小李高。", PEOPLE, None),
        ("So it is either Henry or Nina.", NAMES, None),
        ("因此说谎的是甲和戊。", STEMS, None),
        ("So Henry and his brother broke the vase.", NAMES, None),
        ("可见小张坐在小赵的左边。", PEOPLE, None),
    ),
    "question": (
        ("So who was first, if not Nina?", NAMES, None),
        ("我们要判断的是小李能否住在三楼。", PEOPLE, None),
        ("The question is whether Laura was there.", NAMES, None),
        ("那么六月是否可行？", MONTHS, None),
        ("题目问的是丁坐在哪里。", STEMS, None),
    ),
    "plan or supposition": (
        ("We still have to check whether Henry was at home.", NAMES, None),
        ("接下来需要验证小张的说法。", PEOPLE, None),
        ("Next, consider Wednesday.", WEEK, None),
        ("假设丙说的是真话。", STEMS, None),
        ("So suppose that the house is blue.", COLOURS, None),
        ("So let us try Nina.", NAMES, None),
        ("如果甲说谎，那么乙说真话，所以第一名是丙。", STEMS, None),
        ("If Paul was away, Henry must be the culprit.", NAMES, None),
        ("所以先看小王的情况。", PEOPLE, None),
    ),
    "doubt": (
        ("So Paul might be the culprit.", NAMES, None),
        ("所以可能是五月。", MONTHS, None),
        ("I cannot tell, so I would guess Laura.", NAMES, None),
        ("实在看不出来，随便猜一个小李吧。", PEOPLE, None),
        ("No value fits the total of 7, so the closest is 8.", NUMBERS, None),
        ("So Nina seems to fit.", NAMES, None),
        ("抱歉，我无法确定，但也许小赵更合适。", PEOPLE, None),
    ),
    "report or example": (
        ("Clue 2 says that Henry lives next to the lake.", NAMES, None),
        ("题目中提到小李来自北京。", PEOPLE, None),
        ("For example, Paul could take the first seat.", NAMES, None),
        ("例如六月有三十天。", MONTHS, None),
        ("According to the second clue, Nina has a dog.", NAMES, None),
    ),
    "taken back": (
        ("So Henry is the culprit. But wait, he was in Rome that day.", NAMES, None),
        ("所以是小王。但这与第二条矛盾。", PEOPLE, None),
        ("Therefore the total is 24. However, one day was counted twice.", NUMBERS, None),
        ("因此是六月。等等，六月他不在。", MONTHS, None),
    ),
    "cut": (
        ("So Henry must be the one who, at", NAMES, None),
        ("所以小李住在三楼，小张", PEOPLE, None),
        ("Thus the house of Nina has", NAMES, None),
        ("因此丙和", STEMS, None),
        ("1. 甲在左边。\n2.", STEMS, None),
        ("At the end, Nina has the red hat. So the", NAMES, None),
    ),
    "ends on its value": (
        ("逐项相加：6 + 6 = 12。", NUMBERS, "C"),
        ("The sixth term is 8 plus 16, that is 8 + 16 = 24.", NUMBERS, "D"),
        ("The loop ends after two rounds.\nIt prints `[2, 1]`.", ("[1, 2]", "[2, 1]", "[1]"), "B"),
        ("坐在小王旁边的是小赵。", PEOPLE, "D"),
        ("所以 8 和 12 的最小公倍数是 24。", NUMBERS, "D"),
        ("跑在最后的是**丁**。", STEMS, "D"),
        ("所以函数的值域是 $[0,2]$。", ("$[0,1]$", "$[0,2]$", "$[1,2]$"), "B"),
        ("无论怎样排，乙和丙都不相邻。", ("甲和乙都不相邻", "乙和丙都不相邻", "甲和丙都相邻"), "B"),
        ("因此换乘需要2次。", ("1次", "2次", "3次"), "B"),
        ("最晚出门的是3号住户。", ("1号", "2号", "3号"), "C"),
        ("所以正确的是第三项。", STEMS, "C"),
    ),
    "several answers": (
        (
            "<output>\n答案：A\n</output>\n<thinking>\n换一组。\n</thinking>\n<output>\n答案：B\n</output>",
            STEMS,
            None,
        ),
        (
            "**Method 1.** Count by rows.\n\nFinal answer: A\n\n**Method 2.** Count by columns.\n\nFinal answer: D",
            NAMES,
            None,
        ),
        ("解法一：从左数。\n答案：B\n\n解法二：从右数。\n答案：C", STEMS, None),
        ("解法一：从左数。\n答案：B\n\n解法二：从右数，刚才算错了。\n答案：C", STEMS, "C"),
        ("解法一：从左数。\n答案：B\n\n解法二：从右数。\n答案：B", STEMS, "B"),
        ("第一个表的答案：A\n第二个表的答案：C", STEMS, None),
        ("机器甲的答案：A\n机器乙的答案：C", STEMS, None),
        ("先从左数。\n答案是：A\n\n也可以从右数。\n答案是：C\n\n这两种理解都说得通。", STEMS, None),
        ("The answer is A.\n\nRead the other way, the answer is C.\n\nBoth readings make sense.", NAMES, None),
    ),
    "withdrawn": (
        ("答案是B。\n\n再看第四条，乙也不行。前面的答案不对，应撤回。", STEMS, None),
        (
            "The answer is B.\n\nClue 4 rules Paul out as well, so no correct option is left: no valid option.",
            NAMES,
            None,
        ),
        ("答案是C。\n\n若换成另一组数，才应该选D。", STEMS, "C"),
        ("算得的数是8。\n\nSo the correct answer is E) None of these.", NUMBERS, None),
    ),
    "other tags": (
        ("<思考>\n也许答案是A。\n</思考>\n<回答>\n站在最前面的是丁。\n</回答>", STEMS, "D"),
        ("<思考>\n答案是A，不对，再想想。", STEMS, None),
    ),
    "part of something": (
        ("So the sum of both is 6 + 8 = 14.", NUMBERS, None),
        ("所以 12 小时里他走了 5 公里。", NUMBERS, None),
        ("Henry's sister is the culprit.", NAMES, None),
        ("The train leaves at 12:30, so they miss it.", NUMBERS, None),
        ("So it takes 24% of the day.", NUMBERS, None),
    ),
}


@pytest.mark.parametrize(("kind", "row"), [(kind, row) for kind, rows in KINDS.items() for row in rows])
def test_the_last_words_are_read_as_a_careful_reader_would(kind: str, row: Row) -> None:
    output, options, letter = row
    assert extract(output, len(options), options).letter == letter


BY_OPTIONS: dict[tuple[str, ...], tuple[tuple[str, str | None], ...]] = {
    ("Tom", "Ray", "Lily", "Eve"): (
        ("Tom is allergic. That leaves Lily and Eve, but Eve has no cat. The cat belongs to Lily.", "C"),
        ("From the chain of comparisons: Eve > Ray > Tom > Lily. The tallest is therefore Eve.", "D"),
        ("Putting it together, Ray drives the van.", "B"),
        ("It can only have been Tom who left the door open.", "A"),
        ("Eve did it.", "D"),
        ("This makes Lily the oldest of the four.", "C"),
        ("We conclude that the winner was Ray. All clues are satisfied.", "B"),
        ("My conclusion: Lily.", "C"),
        ("Conclusion: the gardener is Tom, not Ray.", "A"),
        ("Everything else leads to a contradiction, and so we are left with Eve.", "D"),
        ("Tom is taller than Ray, and Ray is taller than Lily.", None),
        ("So far we know that Lily arrived second.", None),
        ("Now we look at the statement of Eve.", None),
        ("Let me think about who else could own the cat. Tom has a dog.", None),
        ("So Ray and Lily are both possible.", None),
        ("It could be Eve, but the clues do not say so.", None),
        ("Either Tom or Ray broke the window.", None),
        ("Therefore at least one of Tom, Ray and Lily lied.", None),
        ("Hence Tom did not take the book, and neither did Ray.", None),
        ("The puzzle never mentions who owns the cat, so I can't say whether it's Lily.", None),
        ("Assume Eve tells the truth. Then Ray lies, so Tom tells the truth.", None),
        ("In the first case, Lily is the oldest. In the second case, Eve is the oldest.", None),
        ("So Tom sits next to Ray. We still need the place of Eve.", None),
        ("If Lily was first, then Eve was last. Otherwise Ray was last.", None),
        ("The clue about Tom is the most important one.", None),
        ("Start with Eve.", None),
        ("The winner is not among Tom, Ray, Lily and Eve: it is Max.", None),
    ),
    ("小陈", "小林", "小周", "小吴"): (
        ("比较三条线索后可以确定，最年长的是小周。", "C"),
        ("小吴就是我们要找的人。", "D"),
        ("从而得出，第二名是小林。", "B"),
        ("这样一来，只有小陈符合所有描述。", "A"),
        ("于是，坐在中间的人便是小周。", "C"),
        ("最后剩下的就是小吴，他是司机。", "D"),
        ("小陈比小林大两岁，小林比小周大一岁。", None),
        ("目前可以知道小林不是第一。", None),
        ("先假设小周说的是真话。", None),
        ("小吴和小周中有一人是司机。", None),
        ("下面再看小陈说的话。", None),
        ("要么是小林，要么是小吴。", None),
        ("所以小周至少不是最后一名，但还不能确定谁是第一。", None),
        ("由线索三可知小林住在二楼，接着看线索四。", None),
        ("题目没有说明小吴是否参加，因此无法判断。", None),
    ),
    ("甲", "乙", "丙", "丁"): (
        ("综合线索，偷吃蛋糕的是丙，其他三人都是清白的。", "C"),
        ("因此丁说了假话，甲、乙、丙说的都是真话。", "D"),
        ("由于甲、乙、丁都有不在场证明，作案的人只能是丙。", "C"),
        ("结论：乙是凶手。", "B"),
        ("故最先到达的人为甲。", "A"),
        ("没有说谎的只有乙一人。", "B"),
        ("因此甲、乙、丙、丁的顺序依次是丙、丁、甲、乙。", None),
        ("甲说：“是丙干的。”", None),
        ("所以甲和丁至少有一人在场。", None),
        ("若丙在场，则乙不在场。", None),
        ("既然丁在场，乙就不可能在场，甲和丙则都有可能。", None),
        ("因此乙不在丙的左边。", None),
        ("这就与丙的说法矛盾了。", None),
        ("第一步，先把甲放在最左边。", None),
        ("第一种排法：甲在左。答案为A。\n第二种排法：丁在左。答案为D。", None),
        ("答案：A\n\n——或者——\n\n答案：C", None),
        ("小组一的结论是B，小组二的结论是C，两组都没有错。", None),
        ("问题一：谁第一？选A。\n问题二：谁第二？选C。", None),
        ("(1) 选B\n(2) 选D", None),
        ("答案是B和D。", None),
        ("A 与 D 都说得通，因此答案为 A、D。", None),
        ("正确的有甲和丁两人。", None),
        ("根据第二条，丙的房间靠近楼梯。", None),
        ("故答案", None),
        ("题干自相矛盾，我没办法选出答案。", None),
        ("四个人的话都不可能为真，所以没有人符合要求。", None),
        ("这道题考查逻辑推理能力，很高兴为你解答！", None),
        ("答案是A。等等，甲和乙不能同时在场，应该是C。\n\n最终答案：C", "C"),
        ("选A。不对，重新看第二条，应选B。", "B"),
        ("A看上去像答案，B也说得过去，但仔细核对后，只有丁满足全部条件。", "D"),
        ("答案：B\n\n补充：如果把条件二去掉，答案会变成D。", "B"),
        ("选C。\n\nA错在时间，B错在地点，D错在人物。", "C"),
        ("答案是A. 丙", "C"),
        ("<think>所以答案是B", None),
        ("<think>\nA? B?\n</think>\n\n", None),
        ("四项里，第三个选项才符合题意。", "C"),
        ("应当选最后一项。", "D"),
        ("將四個條件合起來看，站在最後面的是丁。", "D"),
    ),
    ("Monday", "Tuesday", "Friday", "Sunday"): (
        ("So the concert is held on Friday.", "C"),
        ("The only day on which all three are free is Sunday.", "D"),
        ("Friday is possible as well.", None),
        ("We know it wasn't Sunday.", None),
    ),
    ("周一", "周二", "周四", "周五"): (
        ("所以会议安排在周四上午。", "C"),
        ("三个人都有空的日子只有周二。", "B"),
        ("从周一往后数三天，就是周四。", "C"),
        ("所以会议不在周四。", None),
        ("周一和周二都排除了，还剩周四和周五。", None),
    ),
    ("15", "18", "21", "36"): (
        ("Each of the 6 groups gets 3 books, so 6 × 3 = 18 books are needed.", "B"),
        ("Hence she is 21 years old.", "C"),
        ("The age of the father is 36.", "D"),
        ("父亲今年36岁。", "D"),
        ("所以需要的书一共是18本。", "B"),
        ("共 3 × 7 = 21 种。", "C"),
        ("加起来正好是15。", "A"),
        ("That gives a total of 21 handshakes.", "C"),
        ("The first train takes 15 minutes and the second one takes", None),
        ("So each side is 18 / 3 = 6 long.", None),
        ("After 15 minutes the tank holds 40 litres.", None),
        ("综上，总数为 20，选项中没有这个数。", None),
        ("算到这里，第一组有15人，第二组", None),
        ("The average of 15 and 21 is needed next.", None),
        ("So the total must be less than 36.", None),
        ("因此人数至少是18。", None),
    ),
    ("2小时", "3小时", "4小时", "6小时"): (
        ("因此全部完成需要4小时。", "C"),
        ("两人合作要3小时才能做完。", "B"),
    ),
    ("Yes", "No"): (
        ("Does it follow? Some flowers fade quickly, but those need not be roses. So no, it does not follow.", "B"),
        ("Every link of the chain holds. So yes, the last lamp is on.", "A"),
    ),
    ("是", "否"): (
        ("推理成立，所以是的，小陈去了上海。", "A"),
        ("7不能被3整除，所以不是，即否。", "B"),
        ("所有环节都能推出，所以小高确实去过图书馆，答：是。", "A"),
    ),
    ("True", "False", "Unknown"): (
        ("Since every wug is blue and Max is a wug, Max is blue. The statement is true.", "A"),
        ("Nothing in the premises tells us about Max's age. Thus it is unknown.", "C"),
        ("The premises contradict the claim, so it is False.", "B"),
    ),
    (
        "The red box holds the key",
        "The blue box holds the key",
        "The green box holds the key",
        "No box holds the key",
    ): (("The labels on red and green cannot both be wrong. So the blue box holds the key.", "B"),),
    ("张老师教数学", "李老师教数学", "王老师教数学", "赵老师教数学"): (
        ("语文和英语都有人教了，所以教数学的是李老师。", "B"),
        ("由此可见，王老师教数学。", "C"),
    ),
    ("[a, b, d]", "[a, c, d]", "[b, c, d]"): (
        ("从a出发只能先到c，再到d，所以路径为[a, c, d]。", "B"),
        ("Following the edges we get [a, b, d].", "A"),
    ),
    ("red", "blue", "green", "white"): (
        ("Its roof is painted green.", "C"),
        ("The third house from the left turns out to be white.", "D"),
        ("So the key is in the box next to the red one.", None),
        ("The green one is smaller than the white one.", None),
        ("I'm sorry, but the information about the blue house is missing.", None),
    ),
    ("猫", "狗", "鸟", "鱼"): (
        ("所以乙养的是狗。", "B"),
        ("丙家的宠物是鱼。", "D"),
    ),
    ("Knight", "Knave", "Spy"): (
        ("A knight could not say this, and a spy would contradict B. Hence A is a knave.", "B"),
        ("This proves that the man in grey is the spy.", "C"),
    ),
    ("加强了论证", "削弱了论证", "与论证无关"): (
        ("这条信息说明另有原因，因此它削弱了论证。", "B"),
        ("可见该信息与论证无关。", "C"),
    ),
    ("正确", "错误"): (("这个说法不一定错误。", None),),
    ("True", "False"): (
        ("It is not certain whether the statement is true.", None),
        ("The statement would be false if Max were a wug.", None),
    ),
    ("红盒子", "蓝盒子", "绿盒子"): (("“红盒子里没有钥匙”这句话是假的。", None),),
    ("Marta", "Oleg", "Priya", "Sven"): (
        ("Solution 1: treat the clue as strict.\nAnswer: A\n\nSolution 2: treat the clue as loose.\nAnswer: B", None),
        ("Answer: B\n\nAlternatively:\n\nAnswer: D", None),
        ('{"answer": "A"}\n{"answer": "C"}', None),
        ("\\boxed{A} if the clock is fast, \\boxed{D} if it is slow.", None),
        ("The correct options are A and C.", None),
        ("I can't decide between B and C; both fit.", None),
        ("We have narrowed it down to Marta and Priya. More clues would be needed.", None),
        ("Let us now enumerate the remaining arrangements:\n- Marta first\n- Oleg first", None),
        ("The puzzle wants to know who baked the bread.", None),
        ("Clue 4 is about Sven. Clue 5 is about Oleg.", None),
        ("Therefore the only person who could have baked the bread is", None),
        ("The bread was baked by Oleg or by Priya, and since Priya was away on that", None),
        (
            "The numbers don't add up: with 32 guests nobody could sit alone. I'd rather not pick any of the options.",
            None,
        ),
        ("None of the four could have done it.", None),
        ("Hello! How can I help you today?", None),
        ("The answer is B. Wait, I mixed up the two clues. It should be D.", "D"),
        ("At first it looks like Oleg, but clue 3 excludes him; the baker is Sven.", "D"),
        ("Option A is tempting since Marta has flour. Still, only Oleg was in the kitchen, so it was Oleg.", "B"),
        ("The answer is C.\n\nNote: had Sven been at home, the answer would have been D.", "C"),
        ("The answer is (B) Sven.", "D"),
        ("<think>Maybe Marta... no, the answer is A? Let me see.</think>\nIt was Priya who baked the bread.", "C"),
        ("The second option is correct.", "B"),
        ("**Result:** Oleg is the baker.", "B"),
    ),
    ("小高", "小许", "小何", "小吕"): (
        ("目前只能确定小许不是队长，其他三人都有可能。", None),
        ("条件三说明小何在小吕前面。接下来分两种情况讨论。", None),
        ("综上所述，三人中说真话的是小何，因为小高和小吕的话互相矛", None),
        ("1. 小高在第一位；\n2. 小许在第二位；\n3. 小何在第", None),
        ("下面是一首关于小何的诗：小何小何，步履轻轻。", None),
        ("起初我以为是小许，但第三条排除了他，所以是小吕。", "D"),
        ("◁think▷先看A◁/think▷小吕最重。", "D"),
        ("经过排查，嫌疑人锁定为小许。", "B"),
        ("符合全部描述的人选：小何。", "C"),
    ),
    ("9", "12", "16", "20"): (
        ("先算前三项，得到 9，再往下推。", None),
        ("Half of 32 is 16, and now the rest has to be added.", None),
        ("所以，最后的得分应该为", None),
        ("结果应为14，可四个选项里并没有14。", None),
        ("The result is 15, which is not listed.", None),
        ("代入检验：4 × 4 = 16，成立。故这个数是16。", "C"),
        ("Adding 5 and 7 gives 12.", "B"),
        ("The result of the whole expression comes out as 20.", "D"),
        ("整个过程一共用了12分钟。", "B"),
        ("因此盒子里还剩 9 个球。", "A"),
    ),
    ("真", "假", "无法判断"): (
        ("三条线索一致，说明该命题为真。", "A"),
        ("由此看来，这一判断是假的。", "B"),
        ("条件不够，这句话的真假无法判断。", "C"),
    ),
    ("甲比乙高", "乙比丙高", "丙比丁高", "丁比甲高"): (
        ("把三条不等式连起来，就得到丙比丁高。", "C"),
        ("由题意，只有“乙比丙高”一定成立。", "B"),
    ),
    ("All dancers are singers", "Some dancers are singers", "No dancer is a singer"): (
        ("From the two premises it follows that some dancers are singers.", "B"),
        ("The diagram shows two circles that do not touch: no dancer is a singer.", "C"),
    ),
    ("红球", "蓝球", "绿球", "黄球"): (
        ("拿走红球、蓝球和黄球之后，袋子里剩下的是绿球。", "C"),
        ("最后一次交换之后，小高手里的是蓝球。", "B"),
    ),
    ("orange ball", "blue ball", "pink ball"): (
        ("(3) Sven and Marta swap: Sven: pink ball, Marta: blue ball.\nAt the end, Sven has the pink ball.", "C"),
        ("After the last swap, Marta is holding the blue ball.", "B"),
    ),
    ("London", "Paris", "Oslo", "Rome"): (
        ("She can't fly to Paris or Rome on that day, so her trip ends in Oslo.", "C"),
        ("他們最後抵達的城市是Oslo。", "C"),
        ("Answer → Oslo", "C"),
        ("=> Rome", "D"),
    ),
}


@pytest.mark.parametrize(
    ("options", "output", "letter"),
    [(options, output, letter) for options, rows in BY_OPTIONS.items() for output, letter in rows],
)
def test_further_last_words_are_read_so_too(options: tuple[str, ...], output: str, letter: str | None) -> None:
    assert extract(output, len(options), options).letter == letter
