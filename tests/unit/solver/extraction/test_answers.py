"""Yes and no by what the last words say of the question: positive, negative, and none; with the question and without.

All sentences are made up. A: the option for yes; B: the option for no; None: neither can be told.
"""

from __future__ import annotations

import pytest

from solver.extraction.extract import extract

IS, NOT, CAN, HAS = ("是", "否"), ("是", "不是"), ("可以", "不可以"), ("有", "没有")
RIGHT, TRUE_ZH, LEGAL = ("正确", "错误"), ("真（True）", "假（False）"), ("合法", "不合法")
UNKNOWN = ("是", "否", "无法确定")
TRUE, YES = ("True", "False"), ("Yes", "No")
Row = tuple[str, str, tuple[str, ...], str | None]
KINDS: dict[str, tuple[Row, ...]] = {
    "asserted": (
        ("小船能否载下五个人？", "两次称重都没有超标。因此小船可以载下五个人。", IS, "A"),
        ("甲楼是不是在乙楼的北边？", "由图可知，甲楼在乙楼的北边。", NOT, "A"),
        ("小钱是校队队员吗？", "他入选了名单，所以小钱确实是校队队员。", IS, "A"),
        ("灯塔是否亮着？", "两个开关都合上了，所以灯塔亮着。", TRUE_ZH, "A"),
        ("从东站到西站有没有直达车？", "因此从东站到西站有一趟直达车。", HAS, "A"),
        ("12的约数个数是否等于6？", "约数有1、2、3、4、6、12，所以12的约数个数等于6。", IS, "A"),
        ("可以直接去仓库吗？", "门厅与仓库相连，因此可以直接去仓库。", CAN, "A"),
        ("狐狸会游过河吗？", "最后，它会游过河。", ("会", "不会"), "A"),
        ("书店是否存在于街区地图中？", "可见，书店存在于街区地图中。", ("存在", "不存在"), "A"),
        (
            "Can the crane lift the crate?",
            "The crate weighs less than the limit. So the crane can lift the crate.",
            YES,
            "A",
        ),
        (
            "Is Mira older than Jonas?",
            "Mira was born in 1990, Jonas in 1995. Therefore Mira is older than Jonas.",
            YES,
            "A",
        ),
        ("乙隊是否獲勝？", "因此乙隊獲勝。", IS, "A"),
    ),
    "moves that are legal or not": (
        ("车在 (2, 2)，它可以移动到 (3, 4)。这个移动是否合法？", "综上，车无法一步从 (2, 2) 走到 (3, 4)。", LEGAL, "B"),
        ("这个移动是否合法？", "综上，车可能走不到那里。", LEGAL, None),
        ("这份合同是否合法？", "综上，签约人无法到达现场。", LEGAL, None),
    ),
    "a verdict under the asked condition": (
        ("若取 3 的平方，结果为 8 是否正确？", "3 的平方是 9，所以，如果结果为 8，那么是错误的。", IS, "B"),
        ("若取 3 的平方，结果为 9 是否正确？", "3 的平方是 9，所以，如果结果为 9，那么是正确的。", IS, "A"),
        ("若取 3 的平方，结果为 9 是否正确？", "3 的平方是 9，所以，如果结果为 9，那么要再看一遍。", IS, None),
    ),
    "at what time": (
        ("在最初的状态下，是否有可能钟 k2 的指针仍然是 k2 的两倍？", "因此，钟 k2 的指针不可能是 k2 的两倍。", IS, "B"),
    ),
    "told with other words": (
        ("站台丙是否位于站台甲的前方？", "站台丙是在甲的后方，而不是在甲的前方。", IS, "B"),
        ("站台丙是否位于站台甲的前方？", "站台丙在甲的前方。", IS, "A"),
        ("站台丙是否位于站台甲的前方？", "站台丙在乙的前方。", IS, None),
        ("从岛2能到达岛5吗？", "因此，从岛2不能回到岛5。", CAN, "B"),
        ("从岛2能到达岛5吗？", "因此，从岛2不能回到岛6。", CAN, None),
        ("这段程序会执行成功吗？", "所以这段程序不会报错。", IS, "A"),
        ("这段程序会执行成功吗？", "所以这段程序会报错。", IS, "B"),
        ("这段程序会执行成功吗？", "所以不能说这段程序会报错。", IS, None),
        ("从岛2能到达岛5吗？", "因此，从岛2不能直接回到岛5，要绕道岛4。", CAN, None),
        (
            "数字12和18的最大公约数是否为7？",
            "根据规则，如果两数相等，则它就是结果，因此12和18的最大公约数是6而不是7。",
            IS,
            "B",
        ),
        ("数字12和18的最大公约数是否为7？", "如果算错了一步，因此12和18的最大公约数是7。", IS, None),
    ),
    "denied": (
        ("小船能否载下五个人？", "因此小船载不下，无法载下五个人。", IS, "B"),
        ("甲楼是不是在乙楼的北边？", "所以甲楼不在乙楼的北边。", NOT, "B"),
        ("小钱是校队队员吗？", "名单上没有他，所以小钱不是校队队员。", IS, "B"),
        ("小钱是校队队员吗？", "因此，小钱不太可能是校队队员。", IS, "B"),
        ("小钱是校队队员吗？", "综上，没有任何信息表明小钱是校队队员。", IS, "B"),
        ("从东站到西站有没有直达车？", "因此从东站到西站没有直达车。", HAS, "B"),
        ("狐狸会游过河吗？", "水太急，狐狸不会游过河，因为它怕水。", ("会", "不会"), "B"),
        ("可以直接去仓库吗？", "门厅与仓库不相连，因此不能直接去仓库。", CAN, "B"),
        ("数9是质数吗？", "9能被3整除，因此9并非质数。", TRUE_ZH, "B"),
        ("数对(2, 7)的和是否为质数？", "2 + 7 = 9，9能被3整除，因此9不是质数。", IS, "B"),
        ("从甲镇到乙镇的近路是否存在？", "因此从甲镇到乙镇的近路不存在。", IS, "B"),
        ("一步走完全程的情况是否可能？", "因此，一步走完全程的情况是不可能的。", IS, "B"),
        ("狐狸是自己的邻居吗？", "因此，狐狸是狼的邻居，而不是自己的邻居。", IS, "B"),
        ("箱子是否由木头制成？", "所以说箱子由木头制成是不正确的。", RIGHT, "B"),
        ("Can the crane lift the crate?", "So the crane cannot lift the crate.", YES, "B"),
        ("Is Mira older than Jonas?", "Therefore Mira is not older than Jonas.", YES, "B"),
        ("Can the crane lift the crate?", "So it is impossible for the crane to lift the crate.", YES, "B"),
        ("甲和乙是同班同学吗？", "因此甲和乙不是同班同学。", IS, "B"),
    ),
    "opposites and sides": (
        ("狐狸比狼大吗？", "因此狐狸比狼小。", IS, "B"),
        ("狐狸比狼大吗？", "所以狼比狐狸大。", IS, "B"),
        ("狐狸比狼小吗？", "因此狐狸比狼小。", IS, "A"),
        ("狐狸比狼小吗？", "所以狼比狐狸小。", IS, "B"),
        ("红箱是否在蓝箱的上面？", "因此红箱在蓝箱的下面。", UNKNOWN, "B"),
        ("坐标七是一个有效的位置吗？", "因此坐标七是一个无效的位置。", IS, "B"),
        ("这步棋是否合法？", "所以这步棋是非法的。", LEGAL, "B"),
        ("这步棋是否合法？", "所以这步棋是合法的。", LEGAL, "A"),
        ("15是奇数吗？", "所以15是偶数。", IS, "B"),
        ("狐狸比狼大吗？", "我们发现狐狸其实是小于狼的。", IS, "B"),
        ("狐狸的体重是否大于狼？", "因此狐狸的体重比狼大。", IS, "A"),
        ("狐狸比狼大吗？", "所以狐狸不比狼小。", IS, None),
        ("Is Mira older than Jonas?", "So Mira is younger than Jonas.", YES, "B"),
        ("Is Mira older than Jonas?", "So Jonas is older than Mira.", YES, "B"),
    ),
    "values": (
        ("6和9的最大公约数是否为9？", "所以6和9的最大公约数是3。", IS, "B"),
        ("6和9的最大公约数是否为3？", "所以6和9的最大公约数是3。", IS, "A"),
        ("6和9的最大公约数是否为9？", "显然，最大公约数是3，而不是9。", IS, "B"),
        ("周老师只有一个学生吗？", "因此周老师有两个学生。", IS, "B"),
        ("2的4次方的值是不是8？", "2的4次方是16。显然16不等于8。", NOT, "B"),
        ("2的4次方的值是不是8？", "16与8不同，因此答案是否定的。", NOT, "B"),
        ("2的4次方的值是不是16？", "两者相同，因此答案是肯定的。", NOT, "A"),
        ("站台3是否连接站台5？", "所以站台3连接站台4。", IS, None),
        ("第二名是不是在第三名之前？", "所以第二名在第四名之前。", IS, None),
    ),
    "statements": (
        ("5的阶乘等于120。这个说法正确吗？", "逐个相乘得到120，所以这个说法是正确的。", IS, "A"),
        ("5的阶乘等于100。这个说法正确吗？", "逐个相乘得到120，因此5的阶乘等于100的说法不正确。", IS, "B"),
        ("以下命题是否正确？小周是一位不住在城里的医生。", "因此小周是一位不住在城里的医生。", ("真", "假"), "A"),
        ("以下命题是否正确？小周是一位不住在城里的医生。", "因此小周是一位住在城里的医生。", ("真", "假"), "B"),
        ("Is the following statement true or false? Tom is not slow.", "Hence Tom is not slow.", TRUE, "A"),
        ("Is the following statement true or false? Tom is not slow.", "Hence Tom is slow.", TRUE, "B"),
        ("5的阶乘等于100。这个说法正确吗？", "题目说5的阶乘等于100。", IS, None),
        ("5的阶乘等于100。这个说法正确吗？", "所以给出的说法是错误的。", IS, "B"),
        ("小钱是校队队员吗？", "教练说他跑得快，所以给出的说法是错误的。", IS, None),
        ("6是否等于6？", "因此，问题中所述的“6是否等于6”是正确的。", TRUE, "A"),
        ("如果将2和5相加，结果是8，这个说法是否正确？", "如果将2和5相加，那么结果是7，而不是8。", IS, "B"),
    ),
    "conditions met": (
        ("小狗是否为看家犬？", "它会叫，也有毛皮，因此它符合看家犬的定义。", IS, "A"),
        ("数28是否在20和30之间？", "28大于20而小于30，因此符合条件。", IS, "A"),
        ("数48是否在20和30之间？", "48大于30，因此48不在这个范围内。", IS, "B"),
        ("坐标八是一个有效的位置吗？", "所以坐标八超出了网格范围。", IS, "B"),
        ("小狗是否违反规则？", "因此它符合规则。", IS, None),
        ("小狗是否为看家犬？", "因此它符合牧羊犬的定义。", IS, None),
        ("小狗是否为看家犬？", "因此它在这个范围内。", IS, None),
        ("数28是否在20和30之间？", "28大于20，因此它确实在这个范围内，两端都没有碰到。", IS, "A"),
    ),
    "asked with a denial": (
        ("他是否不属于甲队？", "因此他不属于甲队。", IS, "A"),
        ("他是否不属于甲队？", "因此他属于甲队。", IS, "B"),
        ("他不属于甲队吗？", "因此他不属于甲队。", IS, None),
        ("他不会去吗？", "所以他会去。", ("会", "不会"), "A"),
        ("他不会去吗？", "所以他不会去。", ("会", "不会"), "B"),
        ("Doesn't Ann own the boat?", "So Ann owns the boat.", YES, None),
    ),
    "somebody or something else": (
        ("Ada是Ben的姑姑吗？", "因此Ada是Carl的姑姑。", NOT, None),
        ("Ada是队长吗？", "因此Ben是队长。", IS, None),
        ("红箱是否在蓝箱的上面？", "因此绿箱在蓝箱的上面。", IS, None),
        ("狐狸比狼大吗？", "因此熊比狼大。", IS, None),
        ("甲和乙是同班同学吗？", "因此甲和丙是同班同学。", IS, None),
        ("小李和小王是邻居吗？", "因此小李和小张是邻居。", IS, None),
        ("小钱是校队队员吗？", "所以小钱认识校队队员的教练。", IS, None),
        ("Is Mira older than Jonas?", "So Mira is older than Karl.", YES, None),
    ),
    "no conclusion": (
        ("狐狸比狼大吗？", "现在来看狐狸是否比狼大。", IS, None),
        ("狐狸比狼大吗？", "如果狐狸比熊大，那么狐狸比狼大。", IS, None),
        ("狐狸比狼大吗？", "假设狐狸比狼大。", IS, None),
        ("狐狸比狼大吗？", "因此狐狸可能比狼大。", IS, None),
        ("狐狸比狼大吗？", "因此狐狸不一定比狼大。", IS, None),
        ("小钱是校队队员吗？", "综上，没有任何信息表明小钱是校队队员。", UNKNOWN, None),
        ("狐狸比狼大吗？", "所以无法确定狐狸比狼大。", IS, None),
        ("狐狸比狼大吗？", "所以狐狸比狼", IS, None),
        ("狐狸比狼大吗？", "需要验证狐狸比狼大。", IS, None),
        ("狐狸比狼大吗？", "狐狸比狼大吗？", IS, None),
        ("小钱是校队队员吗？", "小钱是校队队员，但小钱不是校队队员。", IS, None),
        ("Is Mira older than Jonas?", "We need to find out whether Mira is older than Jonas.", YES, None),
        ("Is Mira older than Jonas?", "If Mira were born first, Mira would be older than Jonas.", YES, None),
    ),
    "the asked one of several": (
        ("选择题1：\n甲队赢了吗？\n选择题2：\n乙队输了吗？", "因此乙队输了。", IS, "A"),
        ("甲队赢了。\n选择题2：\n乙队输了吗？", "因此甲队赢了。", IS, None),
        ("若甲队赢了，乙队就输了。请问：丙队是否晋级？", "因此丙队没有晋级。", IS, "B"),
    ),
    "what stands behind": (
        ("狐狸比狼大吗？", "所以狐狸比狼大。\n推理过程没有疏漏。", IS, "A"),
        ("狐狸比狼大吗？", "所以狐狸比狼大。\n不过，这里有矛盾。", IS, None),
        ("狐狸比狼大吗？", "所以狐狸比狼大。\n答案是：B", IS, "B"),
    ),
}
UNASKED: tuple[tuple[str, tuple[str, ...], str | None], ...] = (
    ("因此小钱不太可能是校队队员。", IS, "B"),
    ("因此小船可以载下五个人。", CAN, "A"),
    ("所以27是3的幂。", NOT, "A"),
    ("因此，5 的平方确实等于 25。", IS, "A"),
    ("因此，5 的平方不是 20。", IS, "B"),
    ("因此，5 的平方确实不是 25 的一半，而是 25。", IS, None),
    ("因此，5 的平方等于 25。", IS, None),
    ("因此，冠军的确是别人，他叫 Bea。", IS, None),
    ("因此，可以从 K 出发并最终回到 K。", IS, "A"),
    ("因此小船不能载下五个人。", CAN, "B"),
    ("所以两个数的最大公约数是3。", IS, None),
    ("因此，跑得最快的是 Bea。", IS, None),
    ("所以狐狸怕水，但会游泳。", IS, None),
    ("因此坐标七是一个无效的位置。", IS, None),
    ("因此，虽然它不会游泳，它会过河。", IS, None),
)
ROWS = [(kind, *row) for kind, rows in KINDS.items() for row in rows]


@pytest.mark.parametrize(("kind", "question", "output", "options", "letter"), ROWS)
def test_a_conclusion_in_words_is_held_against_the_question(
    kind: str, question: str, output: str, options: tuple[str, ...], letter: str | None
) -> None:
    assert extract(output, len(options), options, question).letter == letter, kind


@pytest.mark.parametrize(("output", "options", "letter"), UNASKED)
def test_without_the_question_only_what_is_sure_is_read(
    output: str, options: tuple[str, ...], letter: str | None
) -> None:
    assert extract(output, len(options), options).letter == letter


@pytest.mark.parametrize(("kind", "question", "output", "options", "letter"), ROWS)
def test_with_the_options_changed_over_it_is_the_other_letter(
    kind: str, question: str, output: str, options: tuple[str, ...], letter: str | None
) -> None:
    turned = (options[1], options[0], *options[2:])
    if "答案是：" not in output:
        assert extract(output, len(turned), turned, question).letter == {"A": "B", "B": "A"}.get(letter or ""), kind
