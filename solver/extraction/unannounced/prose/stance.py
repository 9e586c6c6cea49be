"""Whether a sentence asserts the clause that names an option, or tells it as another's, denied, doubted or supposed.

``Rowan owns it`` is asserted by ``So it follows that Rowan owns it``, and by none of ``Tom swears that …``, ``A hasty
conclusion is that …``, ``We reject that …``. What governs an English clause must be a word that asserts: any other verb
of somebody, adjective of ``it is … that`` or word before ``conclusion is that`` asserts nothing. Chinese, where nothing
marks the clause, is read the other way: by what says that it is told, denied or supposed. Nothing is found here.

>>> is_asserted("So it follows that Rowan owns it.", 19), is_asserted("So Tom swears that Rowan owns it.", 19)
(True, False)
>>> is_asserted("因此，小陈认为小松拿走了风筝。", 7), is_asserted("因此，我们认为小松拿走了风筝。", 7)
(False, True)
"""

from __future__ import annotations

import re

_NO_DENIAL = r"(?! doubt| question(?! whether)|\s?(?:longer|only)\b)"
_DENIED = re.compile(
    rf"\b(?:not|no{_NO_DENIAL}|nobody|none|never|neither|nor|hardly|scarcely|barely|cannot(?! be denied| deny)|nothing"
    r"|without(?! (?:a |any )?doubt)|few|little|far from|fails?|failed|unable|insufficient|impossible|too \w+ to"
    r"|only a|remains? to|yet to|mistake|mistaken|wrong|error|fallacy|trap|tempting|premature|absurd|foolish|hasty|rash"
    r"|easy|hard|difficult|fool)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Before a clause: that it holds is denied, or called a mistake."""
_OF_TRUTH = re.compile(r"\b(?:true|the case|false|wrong|incorrect|untrue|correct|impossible)\b", re.IGNORECASE)
"""Adjectives that say yes or no of the clause: where options are yes and no, they are an answer."""
_THAT = re.compile(r"\b[Tt]hat\b(?! (?:is|was|are|were|can|could|must|has|have|had|would|will|does|did)\b)")
_SURE = re.compile(
    r"\b(?:is|are|was|be|am|['’]s|['’]m|['’]re|seems|appears|becomes|remains) (?:\w+ ){0,3}?(?P<what>\w+)\Z",
    re.IGNORECASE,
)
_SURE_WORDS = frozenset(
    "true clear certain evident obvious correct right sure confident plain undeniable inevitable necessary logical"
    " apparent known case concluded inferred deduced determined seen found shown proven proved established implied"
    " derived given stated said noted confirmed verified understood demonstrated guaranteed ensured required safe"
    " reasonable likely probable convinced positive fact conclusion answer result inference so such but mean means"
    " follows showing meaning implying clues told forced visible doubt".split()
)
_CONCLUSION = re.compile(
    r"\b(?P<words>(?:[\w'’-]+ ){0,4})(?P<noun>conclusions?|answers?|inference|result|verdict|deduction|solution|choice)"
    r"(?: (?:here|then|now|therefore|thus|to|from|of|about)\b[^,.;]{0,60}?)? (?:is|would be|must be|will be|was)"
    r"(?: (?:\w+ly|then|thus|therefore|indeed))? \Z",
    re.IGNORECASE,
)
_CONCLUSION_WORDS = frozenset(
    "the a an our my this that and so thus hence therefore then in as only possible final correct right logical best"
    " valid main overall natural safe obvious inevitable necessary inescapable strongest most least likely reasonable"
    " sound sole ultimate true real justified proper clear direct immediate key simple we one next its argument's"
    " author's because since for first-order reached drawn supported warranted following above".split()
)
_NOUN = re.compile(
    r"\A(?:the|a|an|any|some|this|his|her|their|\w+['’]s|popular|common|first|initial|other)"
    r" (?:[\w-]+ ){0,2}?(?P<noun>claim|rumou?r|idea|belief|opinion|view|guess|hypothesis|theory|suggestion"
    r"|misconception|myth|hunch|fear|hope|suspicion|allegation|objection|temptation|mistake|trap|possibility|chance|danger|risk|notion"
    r"|thought|impression|feeling|legend|story|draft|lie|assertion|testimony|accusation)s?(?: (?:is|was|would be))? \Z",
    re.IGNORECASE,
)
"""A noun whose clause need not hold, with it or with 'is' behind it."""
_HOLDS = re.compile(r"[^,;]{0,200}\b(?:is|must be) (?:\w+ ){0,2}(?:true|correct|right|valid)\b")
_SELF = r"(?:I|[Ww]e|[Yy]ou|[Oo]ne|[Uu]s|[Mm]e|[Ii]t|[Tt]his|[Tt]hat|[Ww]hich|[Tt]hese|[Tt]hose|[Hh]ere)"
_SOURCE = (
    r"(?:clue|rule|text|passage|evidence|premise|statement|fact|argument|author|analysis|reasoning|logic|table"
    r"|condition|information|data|result|elimination|deduction|step|line|puzzle|problem|question|constraint"
    r"|definition|calculation|observation|contradiction|proof|diagram|assumption|contrapositive|all|both"
    r"|conclusion|answer|sentence|paragraph|explanation|option|choice|everything|combination|pattern|order)s?"
)
_SPEAKS = (
    r"(?:claim|say|state|think|believe|argue|assert|allege|insist|maintain|contend|suggest|guess|suspect"
    r"|suppose|imagine|pretend|fear|hope|swear|report|announce|declare|admit|wonder|conclude|infer|deduce|reckon|expect"
    r"|estimate|boast|complain|warn|den)"
)
_SPEAKER = re.compile(
    rf"(?:\A|[,:]\s?|\b(?:then|because|since)\b )\s?(?!(?:[\w'’-]+ ){{0,6}}?(?i:{_SOURCE})\b)"
    rf"(?:(?!{_SELF}\b)[\w'’-]+ ){{1,6}}?(?:\w+ly )?"
    rf"(?:(?:{_SPEAKS}(?:e?s|e?d|ies|ied)|said|thought|swore|testifies|testified)"
    r"(?: that)?(?! (?:is|are|was|were|of|in|to|and|or|by|with|nothing|it|so)\b)"
    rf"|(?:{_SPEAKS}|testify|deny) that) "
)
"""Somebody says, thinks or concludes what follows."""
_VERB = re.compile(
    r"\b(?:[A-Z][a-z]+|he|she|somebody|someone|everyone|everybody) (?:\w+ly )?(?P<verb>[a-z]{3,}(?:s|ed)) \Z"
)
_HOLD_OF_ANY = frozenset(
    "shows proves means implies indicates confirms establishes demonstrates reveals entails ensures guarantees follows"
    " knows sees finds was has does showed proved meant implied indicated confirmed established demonstrated revealed"
    " ensured guaranteed this thus unless requires required always states says specifies".split()
)
_REJECTS = re.compile(
    r"\b(?:reject|deny|denies|denied|doubt(?<!no doubt)(?<!not doubt)|refute|dispute|disprove|dismiss|disagree"
    r"|challenge|oppose|exclude|rule out|imagine|pretend|hope|fear|wish|wonder)(?:s|d|ed)?"
    r" (?:the (?:claim|idea|possibility|view) )?"
    r"(?:that|whether) ",
    re.IGNORECASE,
)
_WOULD = re.compile(
    r"\b(?:one|some|people|others?|many|you|they|everyone|readers?) (?:\w+ ){0,2}?(?:would|might|may|could|will|can be)"
    r" (?:\w+ ){0,3}?(?:think|say|conclude|believe|assume|argue|claim|infer|led|tempted|answer) ",
    re.IGNORECASE,
)
_SUBORDINATE = re.compile(r"\A(?:when|while|before|after|until|although|though) (?!all\b)[^,;]*\Z", re.IGNORECASE)
_ACCORDING = re.compile(
    rf"\b[Aa]ccording to (?!(?:[\w'’-]+ ){{0,6}}?(?i:{_SOURCE}|this|these|our|above)\b)(?:[\w'’-]+ ){{0,3}}?[\w'’-]+, "
)
_CLAUSE = re.compile(
    r"[;；]\s?|, (?=(?:so|but|and|hence|thus|therefore|which|yet|we|it)\b)|\b(?:so|therefore|thus|hence),? ",
    re.IGNORECASE,
)
_STEM = 4  # letters of a word that tell its forms
_WORD = re.compile(r"[A-Za-z0-9]{2,}")
_SLIGHT = frozenset(
    "the and for are was were that this must can could may might will would true false case which what who whom whose"
    " how does did has have had not any all some every each both only there their they its one following statement"
    " is be in on to of at by or no if as an so up it do we you".split()
)

# --- Chinese ---------------------------------------------------------------------------------------------------------
_LEAD_ZH = re.compile(r"\A[\s“\"「*]{0,3}(?:因此|所以|可见|于是|那么|故|但是?|而){1,2}[，,]?")
_CLAUSE_ZH = re.compile(r"[；;，,]\s?(?=(?:但|因此|所以|故|可见|而|其实|实际上|那么|于是|这|可以|由此))")
_TOLD_ZH = re.compile(
    # 小陈认为, but not 我们认为 or 题目说
    r"(?:\A|(?<=[，,：:]))[\s“\"「*]{0,3}(?:因此|所以|可见|于是|那么|故|但是?|而){0,2}[，,]?"
    r"(?![^，。；：\s]{0,8}(?:我|咱|笔者|题|条件|线索|规则|文|材料|句|段|可以?|由此|据此|不难|有理由|应|能|综|这|此|原则|定义|选|当|如|若|每|在))"
    r"[^，。；：\s“”\"]{1,8}?(?:都|就|会|曾|却|也|普遍|一直|坚持|可能|容易|往往|常常|当时){0,2}"
    r"(?:声称|宣称|自称|谎称|坚称|主张|认为|觉得|以为|相信|怀疑|猜测?|猜想|推测|估计|担心|希望|宣布"
    r"|说(?<!所以说)(?<!因此说)(?<!来说)(?<!就是说)(?<!话说)(?<!可以说)(?<!地说)(?![明法谎假真话的得])|(?<=会)得出)(?=[，,：:]?[^，,；]*\Z)"
    # 据小陈说，
    r"|据(?![^，。]{0,6}(?:题|条件|线索|规则|此|我|文|上|以))[^，。；：\s]{1,6}(?:说|称|讲|介绍|透露)，"
    # what is no conclusion yet, or a false one
    r"|(?:错误?|有误|不正确|不对|不合理|初步|草稿|暂时?|最初|起初|一开始|误解|粗心|别人|他人|对方|有人)[^，。；：]{0,8}?"
    r"(?:结论|想法|判断|推断|看法|观点|说法|猜想|认识)[便就]?[是为]"
    r"|(?:谣言|传言|流言|传闻|误区|错觉|谎话|谎言)[^，。；：]{0,4}[是为说：]"
    r"|(?:设想|想象|试想|假想|假使)"
    r"|(?:\A|(?<=[，,]))[\s“\"「*]{0,3}(?:因此|所以|可见|于是|故|但是?|而)?[，,]?(?:我们?|本人)?(?:也|都|应该?|要|可以)?"
    r"(?:否认|否定|反对|驳斥|推翻|质疑|不(?:同意|赞成|相信|认为|承认))"
)
_DENIED_ZH = re.compile(
    r"(?:没有?|无|缺乏|缺少)(?:任何|足够的?|充分的?)?(?:证据|理由|依据|根据|线索)(?!排除|否|怀疑|反)[^，。；]{0,12}"
    r"|(?:不能|无法|难以|很难|不足以|并?不|未必?能?)(?:因此|由此|就|直接|完全){0,2}"
    r"(?:说明?|意味着|代表|表示|表明|证明|得出|推[出断]|断[定言]|保证|确定|肯定|认定)"
    r"|未必|不见得|不太可能|不大可能|不一定|不至于"
)
_BEHIND_ZH = re.compile(
    r"[^。！!？?]{0,40}?[”」\"]?(?:的?(?:这个|这一|该|这种|此)(?:说法|结论|观点|判断|断言|想法|看法|命题)|这(?=[是不]))"
    r"[^，。]{0,6}(?:不(?!可否认)|错|有误|站不住|缺乏|没有|无法|值得怀疑|荒谬)"
    r"|[^。！!？?，]{0,40}吗[。]?\s*\Z"
)
_SAID_WRONG_ZH = re.compile(r"(?:\A|[，,])\s?(?:若|如果)?说")
_WRONG_ZH = re.compile(r"[^，。]{0,30}是?(?:错|不对|不正确|假|不成立)")
_WHEN_ZH = re.compile(r"(?:\A|[，,])\s?(?:每?当|在)")
_WHEN_BEHIND_ZH = re.compile(r"[^，。]{0,30}(?:时候?|之[时前后]|的(?:时候|情况|前提))(?:下)?[，。]?\s*\Z")


def is_asserted(sentence: str, at: int, known: str = "", *, is_polar: bool = False) -> bool:
    """Tell whether a sentence asserts what it names at a place.

    Args:
        sentence: all of it.
        at: where the option is named, or 0 where the sentence as a whole gives it.
        known: the question and the option; a stance in their own words (``What does Tom claim?``) counts as none.
        is_polar: the options are yes and no, which answer a denial as well.
    """
    begin = len(sentence) - len(sentence.lstrip(" \t\n*_>#-,"))
    if at <= begin:
        for sign in (_CLAUSE if sentence.isascii() else _CLAUSE_ZH).finditer(sentence.rstrip(), begin):
            begin = sign.end()
        content = frozenset(word.lower() for word in _WORD.findall(known)) - _SLIGHT
        words = (word.start() for word in _WORD.finditer(sentence, begin) if word[0].lower() in content)
        pairs = (place for place in range(begin, len(sentence) - 1) if sentence[place : place + 2] in known)
        at = next(words if sentence.isascii() else pairs, begin)
    is_chinese = not sentence[:at].isascii()
    for sign in (_CLAUSE_ZH if is_chinese else _CLAUSE).finditer(sentence, begin, at):
        begin = sign.end()
    lead, rest = sentence[begin:at], sentence[at:]
    if is_chinese or not lead.strip() and not rest.isascii():
        return not _is_told_zh(lead, rest, known, is_polar=is_polar)
    return not _is_told_en(lead, rest, known, is_polar=is_polar)


def _is_told_en(lead: str, rest: str, known: str, *, is_polar: bool) -> bool:
    lowered = known.lower()
    for sign in (_ACCORDING, _SPEAKER, _WOULD, _SUBORDINATE, _REJECTS):
        told = sign.search(lead)
        if told is not None and not _is_in(told[0], lowered):
            return True
    return any(
        _is_ruled_out(lead[: that.start()], lead[that.end() :] + rest, lowered, is_polar=is_polar)
        for that in _THAT.finditer(lead)
    )


def _is_in(told: str, known: str) -> bool:
    """Tell whether every word of a stance stands in the question, in any form: ``Ben claims`` of ``does Ben claim``."""
    words = [word.lower() for word in _WORD.findall(told)]
    return all(word[:_STEM] in known for word in words if word not in _SLIGHT)


def _is_ruled_out(matrix: str, rest: str, known: str, *, is_polar: bool) -> bool:
    """Tell whether what governs a clause in English, up to its 'that', asserts it not."""
    if matrix.strip().lower().split(" ")[-1:] == ["that"] or f"{matrix.rstrip()} that".lower().lstrip() in known:
        return False
    verb = _VERB.search(matrix)
    if verb is not None and verb["verb"] not in _HOLD_OF_ANY and verb["verb"] not in known:
        return True
    noun = _NOUN.search(matrix)
    if noun is not None and noun["noun"].lower() not in known and not _HOLDS.match(rest):
        return True
    conclusion = _CONCLUSION.search(matrix)
    if conclusion is not None and set(conclusion["words"].lower().split()) - _CONCLUSION_WORDS:
        return True
    denied = _DENIED.search(matrix)
    if denied is not None and denied[0].lower() not in known:
        return not (is_polar and _OF_TRUTH.search(matrix) is not None)
    sure = _SURE.search(matrix.rstrip())
    if sure is None or (is_polar and _OF_TRUTH.search(matrix) is not None):
        return False
    return sure["what"].lower() not in _SURE_WORDS and sure["what"].lower() not in known


def _is_told_zh(lead: str, rest: str, known: str, *, is_polar: bool) -> bool:
    for sign in (_TOLD_ZH, _DENIED_ZH):
        told = sign.search(lead)
        if told is not None and _LEAD_ZH.sub("", told[0]).strip('，,：:“"「 ') not in known:
            return True
    if not is_polar and _BEHIND_ZH.match(rest) is not None:
        return True
    if not is_polar and _SAID_WRONG_ZH.search(lead) is not None and _WRONG_ZH.match(rest) is not None:
        return True
    return _WHEN_ZH.search(lead) is not None and _WHEN_BEHIND_ZH.match(rest) is not None
