"""The words by which a clause asserts or denies what is asked: opposites, verdicts, verbs, and what tells neither.

Read in the clauses of a last sentence only; what they mean there is for ``polar.comparison`` to say. Clauses come
without marks and white space (``polar.asked.plain``), English ones with it.
"""

from __future__ import annotations

import re

OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in (
        "大/小 高/矮 高/低 长/短 多/少 快/慢 前/后 上/下 左/右 早/晚 重/轻 里/外 内/外 真/假 奇/偶 远/近 赢/输 胜/负"
        " 东/西 南/北 年长/年轻 年长/年幼 成功/失败 成功/报错 有效/无效 合法/非法 正确/错误 相同/不同"
        " 通过/失败 诚实/说谎 食草/食肉 脊椎/无脊椎 上方/下方 兴奋/平静 喜欢/讨厌 质数/合数 素数/合数"
        " 说谎/说真 撒谎/说真 假话/真话"
        " before/after taller/shorter older/younger more/fewer more/less larger/smaller bigger/smaller greater/less"
        " left/right above/below even/odd faster/slower heavier/lighter higher/lower earlier/later inside/outside"
    ).split()
)
"""Words of which one being so means that the other is not."""
CONTRARY = frozenset(
    "真/假 奇/偶 成功/失败 成功/报错 有效/无效 合法/非法 正确/错误 相同/不同 诚实/说谎 说谎/说真 撒谎/说真 假话/真话"
    " even/odd".split()
)
"""Of these, what is not the one is the other."""
DEGREES = frozenset(word for pair in OPPOSITES for word in pair)
ONE_WAY = re.compile(
    r"(?:[左右前后上下东南西北]{1,2}[边面方侧]?|父亲?|母亲?|爸爸|妈妈|儿子|女儿|祖[父母先]|爷爷|奶奶|外[公婆祖]|孙[子女]|后[代裔]"
    r"|上[级司]|下[属级]|长辈|晚辈|先修课程?)\Z"
)
"""At the end of a predicate: what the first is to the second, the second is not to the first."""
FROM_TO = frozenset("从到由至")
NUMERAL = re.compile(r"\d+(?:\.\d+)?|[一二两三四五六七八九十]")
DENIAL = re.compile(
    r"无法|没办法|不(?![仅但止过论管同])|没有?|未(?!来)|无(?![论疑])|非(?![常洲])"
    r"|\b(?:not|never|no|cannot|neither|nobody)\b|n['’]t\b",
    re.IGNORECASE,
)

IMPOSSIBLE = re.compile(r"\b(?:(?:impossible|not possible) (?:for|that|to)|unable to)\b", re.IGNORECASE)

# --- clauses ---------------------------------------------------------------------------------------------------------
CLAUSE_ENDS = re.compile(
    r"[，,；;：:。！!\n]|(?<=\S)—|而(?=[是不非])|但是?|(?<=\s)(?=(?:because|since|but|while|rather than)\b)"
)
BECAUSE = re.compile(r"因为|由于")
REASON = re.compile(
    r"\s{0,4}(?:因为|由于|既然|鉴于|虽然|尽管|(?:because|since|given|although|though|while)\b)", re.IGNORECASE
)

# --- what tells neither ----------------------------------------------------------------------------------------------
SUPPOSED = re.compile(
    r"如果|(?<!世界)假[如设定]|倘若|(?<!恍)若|要是|除非|否则|[?？|]"
    r"|\b(?:if|unless|otherwise|suppos\w{1,4}|assum\w{1,5})\b",
    re.IGNORECASE,
)
OF_STATEMENTS = re.compile(
    r"\b(?:true|false|uncertain|unknown|undetermined|statement|claim|information|evidence|context)\b", re.IGNORECASE
)
"""In a sentence on the statement, not on what it says."""
OF_OPTION = re.compile(r"(?:这个|该|此)选项(?:说明|表示|意味着|指出|认为)")
"""In a sentence on what an option says."""
RESTATED = re.compile(r"[“\"'‘「][^”\"'’」]{0,80}(?:是否|吗|如果)[^”\"'’」]{0,80}[”\"'’」]")
"""The question, or a condition, in quotes."""
ASIDE = re.compile(r"[（(][^（）()]{0,80}(?:是否|如果|假设|若)[^（）()]{0,80}[)）]")
ON_QUOTED = re.compile(
    r"[\"“](?P<said>[^\"“”]{4,200})[\"”] (?:is|must be|has to be|can be|(?P<cannot>can ?not be|can't be))"
    r"(?: indeed| definitely| certainly| therefore)?"
    r"(?P<no> not)?"
    r" (?P<verdict>true|right|correct|false|wrong|incorrect|derived|deduced|inferred|concluded)"
    r"(?: (?:based on|according to|given|under|from) (?:the|these|those|this|all|our|what) "
    r"(?!assum|suppos|hypothes|case)[^.!,]{1,80})?"
    r"(?:,? (?:because|since|as)\b[^.!]{1,160})?[.!*_\s]{0,6}\Z",
    re.IGNORECASE,
)
"""A verdict on what stands in quotes."""
ON_TOLD = re.compile(
    r"(?P<told>[^。\n？?]{2,80}(?:是否|能否|可否)[^。\n？?]{1,80}?)[？?]?[”\"」]?(?:这一?个?)?(?:说法|命题|判断|结论|问题)?"
    r"(?:(?P<yes>是(?:正确|对|成立|真)的?|是是的?)|是(?:错误|不正确|不对|不成立|假|否)的?)。?\s*\Z"
)
"""The question told again, and a verdict on it."""
VERDICTS_OF_NO = frozenset(("false", "wrong", "incorrect"))
SURELY = re.compile(
    r"不太?大?可能|是(?:完全)?可能的?\Z|没有?(?:任何)?提[到及]|\bis (?:not |indeed |also )?possible (?:to|for)\b"
)
"""No doubt and no report, though it is made of the words for one."""
HEARSAY = re.compile(
    r"\b(?:[Nn]obody|[Nn]o one|[Nn]o (?:proof|evidence|reason)|need not|needn't|[Aa]t first (?:sight|glance)|hardly"
    r"|unlikely|(?!It|This|That|Rule|Fact|Premise|Clue|Statement|Passage|Text)[A-Z]\w+"
    r" (?:says|said|claims|claimed|believes|thinks))\b"
)
"""In an English sentence: that it is not known, that somebody says so."""
_TOLD_BY = r"(?![推得知看断判确肯说认总证]|\w{0,3}(?:发现|结论))"
CAN_BE = re.compile(
    rf"(?<!不)可能|(?<![只不])可以{_TOLD_BY}|(?<![只才不可功性智未])能够?(?![力量源否]){_TOLD_BY}"
    r"|\b(?:can|could|may|might)\b(?! (?:be )?(?:not|seen?|find|deduced?|infer(?:red)?|concluded?|sa(?:y|id)))"
    r"|(?<!not )(?<!only )\bpossible\b",
    re.IGNORECASE,
)
"""Only that something can be: its opposite, or another value, can be as well."""
UNCERTAIN = re.compile(
    r"不一定|未必|不确定|(?:无法|不能|难以)(?:确定|判断|得知|知道|确认)|不(?:足以|意味|代表|表示|等于说)"
    r"|不能说|不仅|不得不|不能不|无不|\b(?:cannot|can't) (?:be )?(?:determine|conclude|tell|infer|say|know)",
    re.IGNORECASE,
)
_UNTOLD = (
    r"(?:没有?|缺乏|缺少|未|不能|无法|不应|不足以)[^，。]{0,24}"
    r"(?:表明|支持|证明|说明|显示|提及|提到|指出|推断出?|得出|推出|断定|认为|假设|证据|依据|导致|使得?|让)"
)
NOT_TOLD = re.compile(_UNTOLD)
UNTOLD = re.compile(rf"{_UNTOLD}[^，。]{{0,24}}\Z")
"""Before a predicate: nothing tells that it is so. Under a closed world, it is not."""
CONDITION = re.compile(r"(?:如果|假如|若|当)[^，,。]{0,80}[，,](?:那么|则)?")

# --- verdicts --------------------------------------------------------------------------------------------------------
_TOLD = r"(?:说法|命题|陈述|结论|论断|描述|表述|等式)"
_END = r"[。.!！]?\Z"
VERDICT = re.compile(
    rf"(?:的?(?:这个|这种|这一|该)?(?:{_TOLD}|情况|问题|判断|操作|回答))?(?:显然|确实|也|就|必然|因此)?(?:是|为)?"
    r"(?:(?:正确|成立|属实|真|对|可能|可行|肯定|true|correct)"
    rf"|(?P<no>不(?:正确|成立|属实|真实|对|可能|可行|存在)|错误?|假|否定|false|incorrect))的?{_END}",
    re.IGNORECASE,
)
"""Behind a predicate, to the clause's end."""
BREAKS = re.compile(r"(?:的?(?:操作|行为|情况))?(?:并?不(?:符合|满足|合乎)|违反|违背)")
"""Behind a predicate: that it is so would break a rule."""
DRAWN = re.compile(r"的?(?:这一|这个)?(?:结论|推论|事实)?了?[。.!！]?")
"""Behind a predicate that is a conclusion as a whole: ``得出马比狗大的结论``."""
ON_ASKED = re.compile(
    r"(?:(?:答案|结论|回答)(?:显然|应该|应当)?(?:是|为)(?:肯定|(?P<no>否定))的?"
    rf"|(?:所述|(?:问题|题目)中?的?{_TOLD}|(?P<said>(?:给[出定]的|这个|这种|这一|该|此|原){_TOLD}))的?(?:显然|确实|也|就)?(?:是|为)?"
    rf"(?:正确|成立|属实|(?P<nay>不(?:正确|成立|属实|对)|错误?|假))的?){_END}"
)
"""A verdict on what is asked, or on the answer."""
VERDICT_ALONE = re.compile(
    rf"(?:那么|那|则|所以|因此|这|就|便){{0,3}}(?:显然|确实)?是?(?:(?:正确|对)的|成立|(?P<no>不(?:正确|对|成立)的?|错误?的)){_END}"
)
"""A verdict, with nothing said to be so."""
PERMITTED = frozenset((("合", "法"), ("可", "行")))
MOVES = re.compile(r"移动|[走跳步]|操作")
GETS_TO = re.compile(r"(?:移动?|走|跳)到|到达|抵达")
"""Of a move that may be legal: where it leads."""
FULFILS = re.compile(
    r"(?:[不未没无]有?[法能]?(?:完全|再|同时|都)?)?能?够?(?:符合|满足)"
    rf"(?P<condition>[^，。]{{0,24}})(?:条件|要求|定义|规则|标准|规定|特征|限制)了?{_END}"
)
WITHIN = re.compile(
    r"不?[能会是]?(?:在|属于|处于|位于|落在)(?:这个|这一|此|该|上述|给定的?|指定的?|网格的?){1,2}[^，。]{0,4}"
    rf"(?:范围|区间|序列|列表|集合)(?:之?[内中里])?的?{_END}|超出了?[^，。]{{0,10}}范围{_END}"
)
ANY_CONDITION = re.compile(
    r"的|了|所有|全部|一切|任何|这[个些一]|该|上述|以上|给定|相关|题[目意干]|其他|给出|中|第?[一二两三四五\d]+个?"
)
PLACES = frozenset("范围间内中位置列区")
BREACHES = frozenset("违反超")
"""In a question that asks for a breach: fulfilling something is then no yes."""

# --- plain verbs and fillers -----------------------------------------------------------------------------------------
SAME_LINK = {
    **dict.fromkeys(("为", "属于", "等于", "称为", "视为", "被称为", "被视为"), "是"),
    **dict.fromkeys(("存在", "只有", "拥有", "具有"), "有"),
    "位于": "在",
}
LINKED = {
    "是": re.compile(r"是|为|属于|算|称|视|作|等于|=|即|成|得|\b(?:is|are|was|equals?)\b"),
    "在": re.compile(r"在|位于|处于|于"),
    "有": re.compile(r"有|存在|找到|具备"),
}
"""What must stand before a predicate that a plain verb joins to its subject."""
TURNED_LINK = re.compile(r"[都也]?[不没并未非]{0,2}(?:可能|会|应该)?[就也]?是")
"""Behind a predicate: the subject follows (``罪犯不可能是他``)."""
EXISTS = re.compile(r"(?:是|确实|也)?(?:不?存在|有的)")
PRONOUN = re.compile(r"[它他她]们?|这[个些]?|此|该|两者|二者|\b(?:it|he|she|they)\b", re.IGNORECASE)
FILLER = re.compile(
    r"因此|所以|综上所述|综上|由此可[见知得]|由此|可见|也?即|故|显然|最终|最后|总之|那么|也?就是说?|这?意味着|说明|表明"
    r"|可以?(?:推断|得出|知道?|看出|得知|断定)出?|我们|根据(?:上述|以上|题目|材料|已知|给定)?[^，,]{0,12}|得出结论|结论是?"
    r"|确实|一定|的确|必然|肯定|应该|可以|能够?|会|正|也|又|还|才|都|同时|太?大?可能|直接|实际上|其实|在(?:此|这种)情况下"
)
"""Before a predicate, and no subject."""
BETWEEN = "和与跟及"
"""Between two that are asked about."""
STEMS = frozenset("甲乙丙丁戊己庚辛壬癸")
RECKONED = frozenset("和差积商值方果数余")
"""The last word of what is reckoned: a number may stand for it."""
CANNOT_KNOW = re.compile(r"无法|不能|不确定|未知|信息不足|\b(?:unknown|uncertain|undetermined|cannot)\b", re.IGNORECASE)
"""An option that leaves it open."""
SLIGHT = frozenset("在中和从到里与内为以所这此个")
"""Words of a predicate that two sentences share by chance."""
CLOSERS = "*_`\"'”’」』】)）]}｝ "
EXPRESSION = frozenset("+-*/×÷^(（[")
"""Before a number: it is a part of a term, and no value."""
