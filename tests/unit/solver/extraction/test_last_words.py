"""Last words that conclude without a declaration, English above all, in made-up rows, with neighbours of no letter."""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

YES_NO = ("No", "Yes")
JA = ("是", "否")
TRUTH = ("False", "True", "Undetermined")
CITIES = ("Oslo", "Lima", "Bern", "Riga")
COUNTS = ("4", "2", "0", "1")
NAMES = ("Ada", "Ben", "Cleo")
PLACES = ("place 3", "place 1", "place 2")
STATES = ("P", "R", "A")
WAYS = ("k -> n -> m", "k -> m")
ROWS = ("red, blue, green", "blue, red, green")
TREES = ("[5, 8]", "[8, 5]")
GENERATIONS = ("第一代", "第二代", "老何不是老丁的祖先")
REVIEW = ("Each in turn.\nA. Ada\n   - ", "\nB. Ben\n   - ", "\nC. Cleo\n   - ")
Row = tuple[str, tuple[str, ...], str, str | None]

KINDS: dict[str, tuple[Row, ...]] = {
    "asked words in another order": (
        ("So, in week 7, Nora is on call.", YES_NO, "Is Nora on call in week 7?", "B"),
        ("So, in week 7, Nora is not on call.", YES_NO, "Is Nora on call in week 7?", "A"),
        ("So, in week 8, Nora is on call.", YES_NO, "Is Nora on call in week 7?", None),
        ("So, in week 7, Otto is on call.", YES_NO, "Is Nora on call in week 7?", None),
        ("Maybe Nora is on call in week 7.", YES_NO, "Is Nora on call in week 7?", None),
        ("If Nora is on call in week 7, Otto is ill.", YES_NO, "Is Nora on call in week 7?", None),
        ("Therefore, the mule is in the barn.", YES_NO, "Is the mule in the barn after all moves?", "B"),
        ("Therefore, the mule is in the yard.", YES_NO, "Is the mule in the barn after all moves?", None),
        ("Since 12 is less than 30, Mia arrives before Tom.", YES_NO, "Does Tom arrive before Mia?", "A"),
        ("Since 12 is less than 30, Mia arrives before Tom.", YES_NO, "Does Mia arrive before Tom?", "B"),
        ("Since 12 is less than 30, Mia arrives before Bob.", YES_NO, "Does Tom arrive before Mia?", None),
        ("Since 40 is the top, it is an ancestor of 7.", YES_NO, "Is 40 an ancestor of 7?", "B"),
        ("Since 40 is the top, it is an ancestor of 9.", YES_NO, "Is 40 an ancestor of 7?", None),
        ("The two slots share no hour. Therefore, they do not overlap.", YES_NO, "Do slot B and slot K overlap?", "A"),
        ("4. **Conclusion:**\n   - There is a way from p to s.", YES_NO, "Is there a way from p to s?", "B"),
        ("Thus all members of {3, 9} are in W.", YES_NO, "Question 2:\nAre all members of {3, 9} in W?", "B"),
        ("Thus only some members of {3, 9} are in W.", YES_NO, "Are all members of {3, 9} in W?", None),
        ("Ken's aunt pays more than Lea.", YES_NO, "Does Ken pay more than Lea?", None),
        ("So, in week 7, slot 3 is on hold.", YES_NO, "Is slot 3 on hold in week 7?", "B"),
        ("So slot 3 is before slot 8.", YES_NO, "Is slot 3 before slot 8?", "B"),
    ),
    "asked words that say the reverse": (
        ("So 4 is an ancestor of 7.", YES_NO, "Is 7 an ancestor of 4?", None),
        ("So task 5 comes before task 3.", YES_NO, "Does task 3 come before task 5?", None),
        ("So flight 12 leaves before flight 7.", YES_NO, "Does flight 7 leave before flight 12?", None),
        ("So room 12 is above room 15.", YES_NO, "Is room 15 above room 12?", None),
        ("In room 15, room 12 is above.", YES_NO, "Is room 12 above room 15?", None),
        ("The red box is left of the blue box.", YES_NO, "Is the blue box left of the red box?", None),
        ("So all yumpuses are wumpuses.", YES_NO, "Are all wumpuses yumpuses?", None),
        ("So every wumpus is a yumpus.", YES_NO, "Is every yumpus a wumpus?", None),
        ("So there is a flight to Oslo from Lima.", YES_NO, "Is there a flight from Oslo to Lima?", None),
    ),
    "a statement that is judged": (
        ("Therefore, Q is not a lurp.", YES_NO, '"Q is a lurp." Is this right?', "A"),
        ('Therefore, "Q is a lurp" is false.', YES_NO, '"Q is a lurp." Is this right?', "A"),
        ('The rule says "Q is a lurp" of tarks.', YES_NO, '"Q is a lurp." Is this right?', None),
        ("Therefore, H cannot be 30 years old.", YES_NO, "Is this so? H is 30 years old.", "A"),
        ("Therefore, H is 30 years old.", YES_NO, "Is this so? H is 30 years old.", "B"),
        ("We are told that V is 30 years old.", YES_NO, "Is this so? H is 30 years old.", None),
        (
            'Thus, "some lurps are tarks" cannot be true because no lurp is one.',
            TRUTH,
            'Is "some lurps are tarks" certainly true, certainly false, or undetermined?',
            "A",
        ),
        (
            'Thus, "some lurps are tarks" is undetermined.',
            TRUTH,
            'Is "some lurps are tarks" certainly true, certainly false, or undetermined?',
            "C",
        ),
        (
            'Thus, "some lurps are tarks" is not true.',
            TRUTH,
            'Is "some lurps are tarks" certainly true, certainly false, or undetermined?',
            None,
        ),
    ),
    "numbers beside those that are given": (
        ("There are 2 bulbs that are 1.", COUNTS, "How many bulbs are 1?", "B"),
        ("There are 4 shops with rent above 50.", COUNTS, "How many shops have a rent above 50?", "A"),
        ("There are 4 shops and 2 stalls with rent above 50.", COUNTS, "How many shops have a rent above 50?", None),
        ("There is exactly 1 way to get to Y.", COUNTS, "In how many ways can you get to Y?", "D"),
        ("This means 9 boxes are full, and there will be 1 egg left.", COUNTS, "How many eggs are left?", "D"),
        ("The next one to leave would be the top one, which is 4.", COUNTS, "Which one would leave next?", "A"),
        ("Next we look at 4.", COUNTS, "Which one is the largest?", None),
        ("Therefore, White takes place 1st.", PLACES, "What place does White take?", "B"),
        ("White has 9 points, so it is ranked 3rd.", PLACES, "What place does White take?", "A"),
        ("White has the highest total of 3 points.", PLACES, "What place does White take?", None),
        ("综上所述，从城E到城G有1条不同的路。", COUNTS, "从城E到城G有多少条不同的路？", "D"),
        ("因此，小方只养了一种动物：猫。", COUNTS, "小方一共养几种动物？", "D"),
        ("因此，小方养了一只猫。", COUNTS, "小方一共养几种动物？", None),
        ("因此，函数返回0，表示并非全部为奇数。", COUNTS, "应返回什么结果？", "C"),
        ("通过以上步骤，我们发现函数执行了2次。", COUNTS, "函数执行了几次？", "B"),
    ),
    "what is said of the value behind it": (
        ("The one with the fewest pens is Ben, with 7 pens.", NAMES, "Who has the fewest pens?", "B"),
        ("The one with the most pens would be Cleo, as she keeps them all.", NAMES, "Who has the most pens?", "C"),
        ("The last one is Ben, which is not possible.", NAMES, "Who has the fewest pens?", None),
        ("Therefore, on day 12, it is Ben's turn.", NAMES, "Whose turn is it on day 12?", "B"),
        ("Therefore, it is in Ben's bag.", NAMES, "Whose turn is it on day 12?", None),
        ("The shortest way is k -> m, which takes 5 min.", WAYS, "Which way is the shortest?", "B"),
        (r"The shortest way is \(k \rightarrow n \rightarrow m\).", WAYS, "Which way is the shortest?", "A"),
        (r"The shortest way is \(k \rightarrow m \rightarrow q\).", WAYS, "Which way is the shortest?", None),
        ("Therefore, the wait is 10 hours.", ("15 h", "10 h"), "How long is the wait?", "B"),
    ),
    "counts in words": (
        ("Therefore, none of the trips end with Kim.", COUNTS, "How many of the trips end with Kim?", "C"),
        ("Therefore, only one trip ends with Kim.", COUNTS, "How many of the trips end with Kim?", "D"),
        ("Therefore, there are no possible trips.", COUNTS, "How many trips from Rome to Bern are possible?", "C"),
        ("Therefore, none of the trips is cheap.", COUNTS, "How many people went along?", None),
        ("Maybe only one trip ends with Kim.", COUNTS, "How many of the trips end with Kim?", None),
        ("If only one trip ends with Kim, Tom is late.", COUNTS, "How many of the trips end with Kim?", None),
    ),
    "reviews over several lines": (
        (
            f"{REVIEW[0]}This is correct.{REVIEW[1]}This is false.{REVIEW[2]}So this is not true.",
            NAMES,
            "Who came?",
            "A",
        ),
        (f"{REVIEW[0]}This is false.{REVIEW[1]}This is false.{REVIEW[2]}This is true.", NAMES, "Who came?", "C"),
        (f"{REVIEW[0]}This is true.{REVIEW[1]}This is true.{REVIEW[2]}This is false.", NAMES, "Who came?", None),
        (f"{REVIEW[0]}This is true.{REVIEW[1]}She had a bag.{REVIEW[2]}This is false.", NAMES, "Who came?", None),
        (f"{REVIEW[0]}This is false.{REVIEW[1]}This is true.", NAMES, "Who came?", None),
        (
            f"{REVIEW[0]}This is true.{REVIEW[1]}This is false.{REVIEW[2]}This is false.",
            NAMES,
            "Who did not come?",
            None,
        ),
        (
            f"{REVIEW[0]}这与条件不符合。{REVIEW[1]}这与结果完全匹配。{REVIEW[2]}这与结果不匹配。",
            NAMES,
            "结果是哪个？",
            "B",
        ),
        (
            f"{REVIEW[0]}这与条件不符合。{REVIEW[1]}这与结果完全匹配。{REVIEW[2]}这与结果不匹配。",
            NAMES,
            "哪个不符合？",
            None,
        ),
        (f"{REVIEW[0]}该选项正确。她来过。{REVIEW[1]}该选项错误。{REVIEW[2]}该选项错误。", NAMES, "谁来过？", "A"),
    ),
    "the options once more": (
        ("所以小田可以去。\n\n5. **得出结论**：\n   - 选项 A：是\n   - 选项 B：否", JA, "小田可以去吗？", "A"),
        ("小田也许可以去。\n\n5. **得出结论**：\n   - 选项 A：是\n   - 选项 B：否", JA, "小田可以去吗？", None),
        ("So Ben came.\nThe options are:\nA. Ada\nB. Ben\nC. Cleo", NAMES, "Who came?", "B"),
        ("Now we can choose.\nThe options are:\nA. Ada\nB. Ben\nC. Cleo", NAMES, "Who came?", None),
    ),
    "announced behind a placeholder": (
        ("Therefore, the answer is:\nX: 2", COUNTS, "How many shops are open?", "B"),
        ("Therefore, the answer is: X = 4", COUNTS, "How many shops are open?", "A"),
        ("Therefore, the answer is:\nX. Lima", CITIES, "Which town?", "B"),
        ("Ben came.\nThe answer is: X", NAMES, "Who came?", None),
        ("The answer is: X: 9", COUNTS, "How many shops are open?", None),
        ("The answer is: X", ("W", "X"), "Which is last?", "B"),
    ),
    "announced by a letter that is no label": (
        ("The last slot is slot T.\nThe answer is: T", ("slot S", "slot T"), "Which slot is last?", "B"),
        ("The answer is: T", ("slot S", "slot U"), "Which slot is last?", None),
        ("Therefore, the town with the least rain is Riga.\nThe answer is: R", CITIES, "Which town?", "D"),
        ("Therefore, the town with the least rain is Lima.\nThe answer is: R", CITIES, "Which town?", None),
        ("The answer is: R", CITIES, "Which town?", None),
        ("The answer is: %%@%", ("@", "%"), "Which sign is first?", None),
        ("The answer is: @", ("@", "%"), "Which sign is first?", "A"),
        ("So the count is\n\\[\n\\boxed{2}\n\\]", ("zero", "one", "two"), "How many sit between them?", "C"),
        ("So the count is\n\\[\n\\boxed{7}\n\\]", ("zero", "one", "two"), "How many sit between them?", None),
    ),
    "cut": (
        (
            f"{REVIEW[0]}This is true.{REVIEW[1]}This is false.{REVIEW[2]}This statement is false. Cleo must",
            NAMES,
            "Who came?",
            None,
        ),
        (f"{REVIEW[0]}该选项正确。{REVIEW[1]}该选项错误。{REVIEW[2]}该选项错误，因为", NAMES, "谁来过？", None),
        (
            "We know little.\nBen came first. This is because Ada was ill. Therefore, Cleo must",
            NAMES,
            "Who came?",
            None,
        ),
        ("A和B都不行，只有选项C（", CITIES, "哪个城市在北面？", None),
        ("B. 否：猫不应该来。\n- 这个选项说明猫不能来，与题目不一致。\nC. 可能：猫", JA, "猫应该来吗？", None),
        ("【选项】A. Oslo\n- 在南面。\n【选项】B. Li", CITIES, "哪个城市在北面？", None),
        ("【选项】A. Oslo\n- 在南面。\n【选项】B. Lima", CITIES, "哪个城市在北面？", None),
    ),
    "lists and letters at the end": (
        (
            "【推理】：每次只能移一个。//【选项】：A. 否\nB. 是".replace("//", "\n"),
            ("否", "是"),
            "P上面没有东西，对吗？",
            None,
        ),
        ("【推理】：P在最上面。\n【选项】：B. 是", ("否", "是"), "P上面没有东西，对吗？", None),
        ("我们知道：\n- Oslo在中间。\n- Lima在下面。\n因此，选项 D 是最北的城市。", CITIES, "哪个城市最北？", "D"),
        ("我们知道：\n- Oslo在中间。\n- Lima在下面。\n因此，选项 D 不是最北的城市。", CITIES, "哪个城市最北？", None),
        ("Ken pays 9 yuan. Therefore, Xu pays the least.\nThe answer is: X", ("Ken", "Xu"), "Who pays the least?", "B"),
        (
            "Ken pays 9 yuan. Therefore, Ken pays the least.\nThe answer is: X",
            ("Ken", "Xu"),
            "Who pays the least?",
            None,
        ),
        ("The answer is: Y", ("X only", "Y only", "X and Y, but not Z"), "For which rooms is it known?", "B"),
        ("The answer is: Z", ("X only", "Y only", "X and Y, but not Z"), "For which rooms is it known?", None),
        ("The right answer is:\nX. [F, P]", ("[F, X]", "[F, P]"), "Which are left?", "B"),
        ("由此可以得出答案是：H 在 G 的左边。", ("是", "否"), "H 是否在 G 的左边？", None),
        ("得出结论：塔楼比教堂高。", ("True", "False"), "确认以下说法是否正确：塔楼比教堂高。", "A"),
        ("我们可以得出结论：第三名的马不是黑色。", JA, "第一名是不是在第三名之前？", None),
    ),
    "the question told again": (
        ("因此，小田高兴吗？是的，小田高兴。", JA, "小田高兴吗？", "A"),
        ("因此，小田高兴吗？是的。", JA, "小田高兴吗？", "A"),
        ("因此，小田高兴吗？是的，但不一定。", JA, "小田高兴吗？", None),
        ("推理：小田高兴吗？她在笑。因此，小田高兴吗？是的。", JA, "小田高兴吗？", "A"),
        ("因此，小田高兴吗？", JA, "小田高兴吗？", None),
        ("因此，谁有动机？B", NAMES, "谁有动机？", "B"),
        ("因此，谁有动机？D", NAMES, "谁有动机？", None),
        ("因此，问题 3：狐猴是否是无脊椎动物是错误的。", JA, "狐猴是否是无脊椎动物？", "B"),
        ("因此，命题“牛是否比羊大？”是正确的。", JA, "牛是否比羊大？", "A"),
        ("因此，命题“牛是否比马大？”是正确的。", JA, "牛是否比羊大？", None),
    ),
    "the last of several announcements": (
        ("A. 奥斯陆\n答案是：A。\nB. 利马\n答案是：B。\n\n因此，最终答案是：A。", CITIES, "哪个城市？", "A"),
        ("A. 奥斯陆\n答案是：A。\nB. 利马\n答案是：B。\n", CITIES, "哪个城市？", None),
        ("因此，有以下城市：奥斯陆（首都），利马（海边）。", ("奥斯陆", "利马"), "哪个城市？", None),
    ),
    "letters that are names": (
        ("So the run ends in the state A.", STATES, "In which state does the run end?", "C"),
        ("In the end we are at state R.\nSo the run ended up in state R.", STATES, "Where does the run end?", "B"),
        ("So the run ends in the state Q.", STATES, "In which state does the run end?", None),
        ("So the car that leaves second is car b.", ("w", "b"), "Which one leaves second?", "B"),
    ),
    "options by their letters": (
        ("The right translation matches Option A.", CITIES, "What is the translation?", "A"),
        ("The town with the least rain is Option B: Lima.", CITIES, "Which town has the least rain?", "B"),
        ("The first is Option A: Oslo. The next is Option B: Lima.", CITIES, "Which town has the least rain?", None),
        ("根据分析，只有选项 C 在山的北面。", CITIES, "哪个城市在山的北面？", "C"),
        ("根据分析，只有选项 C 和 D 在山的北面。", CITIES, "哪个城市在山的北面？", None),
        ("根据分析，只有选项 C 不在山的北面。", CITIES, "哪个城市在山的北面？", None),
        ("选项B与我们的结果完全匹配。", CITIES, "结果是哪个？", "B"),
        ("选项B与我们的结果不匹配。", CITIES, "结果是哪个？", None),
        ("从选项来看，C. Bern是正确的答案。", CITIES, "哪个城市在山的北面？", "C"),
        ("从比较中可以看到，B选项的Lima比Oslo暖和。", CITIES, "哪个城市更暖和？", "B"),
    ),
    "objects": (
        ('```json\n{\n  "town": "Lima"\n}\n```', CITIES, "Which town?", "B"),
        ('{"correct": "C"}', CITIES, "Which town?", "C"),
        ('{"conclusion": "D. Riga", "sure": true}', CITIES, "Which town?", "D"),
        ('{"first": "Oslo", "second": "Lima"}', CITIES, "Which town?", None),
        ('{"A": "Oslo", "B": "Lima", "C": "Bern", "D": "Riga"}', CITIES, "Which town?", None),
        ('{"town": "Rome"}', CITIES, "Which town?", None),
        ('{"is_open": false}', YES_NO, "Is the valve open?", None),
        ('{"conclusion": false}', YES_NO, "Is the valve open?", "A"),
        ('{"contradiction": true}', YES_NO, "Is the statement consistent?", None),
        ('{"has_conflict": true}', YES_NO, "Is the plan free of clashes?", None),
        ('{"is_possible": false}', YES_NO, "Is it impossible that Ada came?", None),
        ('{"given": "2", "result": "7"}', COUNTS, "How many are left?", None),
        ('{"given": "2", "result": "4"}', COUNTS, "How many are left?", "A"),
        ('{"first": "Oslo", "second": "Milan"}', CITIES, "Which is second?", None),
        ('{"initial": 2, "moved": "2", "final": 9}', COUNTS, "How many are left?", None),
        ('{"ruled_out": "A"}', CITIES, "Which town?", None),
        ('{"rejected": "Lima"}', CITIES, "Which town?", None),
        ('{"rejected": {"town": "Lima"}}', CITIES, "Which town?", None),
        ('{"is_open": true, "is_new": false}', YES_NO, "Is the valve open?", None),
    ),
    "blocks of one line": (
        ("```python\nprint(x)\n```\n```output\n2\n```", COUNTS, "What is x?", "B"),
        ("```output\n2\n4\n```", COUNTS, "What is x?", None),
        ("So the right order is:\n\\[\nblue, red, green\n\\]", ROWS, "Which order is right?", "B"),
        ("So the right order is:\n\\[\nblue, red\n\\]", ROWS, "Which order is right?", None),
        ("最后写出结果：\n\\[\n[8, 5]\n\\]", TREES, "结果是什么？", "B"),
    ),
    "a reply and its reason": (
        ("可以得出：\n- 小雪是小田的姑姑吗？是的，因为她们是姐妹。", JA, "小雪是小田的姑姑吗？", "A"),
        ("可以得出：\n- 小雪是小田的姑姑吗？不是，因为没有提到。", JA, "小雪是小田的姑姑吗？", "B"),
        ("可以得出：\n- 小雪是小周的邻居吗？是的，因为她们是姐妹。", JA, "小雪是小田的姑姑吗？", None),
        ("站F与站H是相连的。这是因为有一条路经过K。如果经过M，也能到。", JA, "站F与站H是否相连？", "A"),
        ("站F与站K是相连的。这是因为有一条路经过M。", JA, "站F与站H是否相连？", None),
    ),
    "yes and no in Chinese": (
        ("因此，输入7的结果是0，这是不成立的。", JA, "给定输入7，结果是0，这是真的吗？", "B"),
        ("综上所述，狮子在周一说的是真话。", JA, "狮子在周一说的是假话吗？", "B"),
        ("因此，店b2的收入应该被没收。", JA, "店b2的收入应该被没收吗？", "A"),
        ("因此，店b2的收入不应该被没收。", JA, "店b2的收入应该被没收吗？", "B"),
        ("因此，从 a 到 d 是可以直接到达的。", JA, "从 a 站是否可以直接或间接到达 d 站？", "A"),
        ("根据以上分析，他最终会感到高兴，因为天晴了。", ("是的", "不会"), "他最终会感到高兴吗？", "A"),
        ("我们可以得出结论，老何是老丁的第二代祖先。", GENERATIONS, "老何是老丁的第几代祖先？", "B"),
        ("老何的父亲是老丁的第二代祖先的朋友。", GENERATIONS, "老何是老丁的第几代祖先？", None),
    ),
}


@pytest.mark.parametrize(
    ("text", "options", "question", "letter"),
    [pytest.param(*row, id=kind) for kind, rows in KINDS.items() for row in rows],
)
def test_last_words_name_an_option_or_none(
    text: str, options: tuple[str, ...], question: str, letter: str | None
) -> None:
    assert extract(text, len(options), options, question).letter == letter
