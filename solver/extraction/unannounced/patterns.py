"""The patterns of the other modules of this folder: weaker ways to name an answer, short forms, tables, last sentences.

They count only where ``solver.extraction.patterns`` finds no announcement. All are linear by the same two rules: every
repetition has an upper bound, and those over gaps are possessive.
"""

from __future__ import annotations

import re

from solver.extraction.places import BARE_PLACE, PLACE

# --- short forms: a word that stands for the answer, a sign, and nothing but the answer ------------------------------
_SIGN_ZH = r"[*_]{0,3}(?:应?(?:该|当)?(?:是|为)|就是|[:：])[*_]{0,3}"
SHORT = re.compile(
    # 的回答是：A. 是 / 正解为C / 结论：D / 答：B
    r"(?:(?<![\u4e00-\u9fff])|(?<=[的终后确我佳行]))(?:回答|选择|正解|结论|结果|判断|作答|答|选)"
    rf"(?:{_SIGN_ZH}|(?=[*_]{{0,3}}[ \t]{{0,3}}\n)|(?<=选)(?=[“\"「]))"
    # a line 选项：C / Option: C, of which there may be a list
    r"|(?:^|(?<=\n))[ \t*_#>-]{0,6}(?:(?P<list>选项|[Cc]hoice|[Oo]ption)[*_]{0,3}[ ]?[:：]|(?P<headed>【选项】)[:：]?)"
    r"[*_]{0,3}(?=[^\n]{0,6}[A-Z])"
    # Correct option: C / ANS: B / Final: C / My pick is D
    r"|\b(?:(?:(?:[Cc]orrect|[Ff]inal|[Mm]y|[Ss]elected|[Cc]hosen|[Bb]est|[Tt]he)[ ])"
    r"(?:[Cc]hoice|[Oo]ption|[Ll]etter|[Pp]ick|[Ss]election|[Dd]ecision|[Vv]erdict)"
    r"|(?:[Cc]orrect|[Rr]ight) one"
    r"|[Ff]inal|ANS\b\.?|[Aa]ns\b\.?|[Cc]onclusion|[Rr]esponse|[Rr]esult|[Aa]nswer|ANSWER)"
    r"(?:[*_]{0,3}[ ]?(?:[:：=–—-]|\bis\b|\bwas\b)[*_]{0,3}|(?=[*_]{0,3}[ \t]{0,3}\n)|(?<=[.sS])(?=[ ]?[(\[]))"
)
WHOLE = re.compile(
    r"\s{0,4}(?:(?:(?:[Ff]inal )?[Aa]nswer|ANSWER|(?:[Mm]ost )?[Ll]ikely|[Pp]robably|[Ss]urely|[Oo]ption) "
    r"(?P<en>[A-Z])(?:, final)?|(?P<zh>[A-Z])(?:吧|哦|啦|呀|没跑了?|无疑))[.。!！~～]{0,3}\s{0,4}\Z"
)
"""A whole output that is a letter and a word."""
STEP = re.compile(r"结果|判断|[Rr]esult")
SHORT_GAP = re.compile(r"[\s:：*_`\"'“‘「『【\[(（{$#]{0,12}+(?:选项|[Oo]ption )?[*_`\"“(（\[]{0,4}+")
SHORT_LETTER = re.compile(r"([A-Z])(?![A-Za-z0-9_'’])[*_`\"'”’」』】\])）}$]{0,6}+(?:选项|项)?")
SHORT_ENDS = re.compile(
    r"\s{0,4}(?:$|[\n。;；!！<|]|\.(?:\s{0,4}(?:$|\n)|\s(?=[A-Z][a-z]{1,12} ))|[，,](?!\s?[A-Z]\b))"
)

# --- weak announcements: they count only where no strong one does, and only if they agree --------------------------
_SHUT_WEAK = r"[*_`\"'”’」』】\])）}$ ]{0,8}+"
_GOOD = (
    r"(?:是|为|才是|就是|也|最|更|最为|才|唯一|完全|都|均|皆|全部"
    r"|is|was|seems|would be|must be|should be|the|my|are| |most|best|both|all){0,7}+"
    r"(?:正确(?!地|[评认反处看使引运理对]\S)|符合|恰当|合适|合理|成立(?!与否|吗)|准确|适合|对的|(?<![绝相面反])对(?=[。，,.！!；;\n]|$)|答案|佳(?:答案|选[项择])"
    r"|[Cc]orrect|right\b|best\b|better (?:answer|choice|option)|likely\b|appropriate|suitable"
    r"|(?<=(?:must|will) be )true\b|(?<=necessarily )true\b|answer\b|true answer)(?!率|与否|吗|还是)"
)


def _letter(group: str) -> str:
    """Return the pattern of one decorated capital letter, captured as ``group``."""
    opened = r"[*_`\"'“‘「『【\[(（{$ ]{0,6}+(?:\\(?:text|mathrm|mathbf|textbf)\{\(?)?"
    return rf"{opened}(?P<{group}>[A-Z])(?![A-Za-z0-9_]){_SHUT_WEAK}"


_FITS_ZH = r"(?:满足|符合|成立|正确|合适|可行|恰当|合理|吻合)"
_FITS_EN = (
    r"(?:satisf|fits?\b|remains?\b|works?\b|meets?\b|holds?\b|match|left\b|possible|correct|consistent|right\b"
    r"|stands?\b|respects?\b|obeys?\b|survives?\b|agrees\b|fulfil|complies|passes\b)"
)
WEAK = re.compile(
    # 选项C（“…”）符合题意 / option C is correct
    rf"(?:选项|选|[Oo]ptions?|[Cc]hoice|[Ss]tatement|[Aa]nswer)\s?{_letter('l1')}(?:选项|项)?(?:[.．、]\s?)?"
    rf"(?:[^\n。；;，,.A-Za-z不]{{0,24}}[，,]?)?{_GOOD}"
    # C选项是正确的 / C是正确答案
    rf"|(?<![A-Za-z0-9])(?<!项目)(?<!节点)(?<!项目 )(?<!节点 ){_letter('l2')}(?:选项|项)?[ \t]?{_GOOD}"
    # C选项“…”是正确的
    rf"|(?<![A-Za-z0-9]){_letter('l24')}(?:选项|项)\s?[“\"「][^”\"」\n]{{1,60}}[”\"」][^\n。；;，,A-Za-z不]{{0,8}}{_GOOD}"
    # 符合题意的是C选项 / 错误的叙述为：B. … / 应该是选项C / 我认为是C
    r"|(?:的|述|项|论|题|择|法|应|该|能|当|一|(?<![，,]一)个|以|此|认为|觉得)(?:应该|应当|应|只能|只)?(?:是|为|有)[:：]?\s?(?:选项|选)?"
    rf"{_letter('l3')}(?:选项|项|(?=[.．、，,。;；<:：]|\n|$))"
    # 所以只剩下C / 唯一成立的是C / 最能削弱论证的一项，即C
    r"|(?:只剩下?|仅剩下?|唯有|剩下的?(?:就?是|只有)?|唯一[^。，,\n]{1,10}的(?:选项|答案)?(?:是|为)|[项个][，,]即)(?:选项)?"
    rf"{_letter('l7')}(?:选项|项)?(?=[.．，,。;；]|\n|$)"
    # 只有C满足所有条件 / only C satisfies both clues
    rf"|(?:只有|仅有?|唯有)(?:选项)?\s?{_letter('l8')}(?:选项|项)?\s?(?:能|可以?|完全|才|同时|全部)?{_FITS_ZH}"
    rf"|\b[Oo]nly (?:(?:option|choice|answer) )?{_letter('l9')}(?:(?:is|can be) )?{_FITS_EN}"
    # 只有选项C在乙的上方。 as a last sentence / 选项C是唯一满足规则的数字 / 选项C与我们的结果完全匹配
    rf"|(?:只有|唯有|仅有?)选项\s?{_letter('l21')}(?![、和或与及/,，])(?=[^。\n不没无未，,；]{{1,30}}。\s{{0,4}}\Z)"
    rf"|选项\s?{_letter('l22')}(?=是唯一[^。\n不没无未，,；]{{1,30}}。?(?:\n|\Z)"
    r"|[与和][^。\n不没无未，,；]{1,20}(?:完全)?(?:匹配|一致|吻合|相符)的?。?(?:\n|\Z))"
    # 因此，选项D是离得最远的那个。 as a last sentence
    rf"|(?:因此|所以|综上(?:所述)?|故)[，,]?\s?选项\s?{_letter('l23')}(?=就?是[^。\n不没无未非错误假，,；]{{2,30}}。\s{{0,4}}\Z)"
    # 是C选项 / option C it is
    rf"|(?:^|[\n。，,]\s?)是\s?{_letter('l10')}选项(?=[。.\n]|$)|\b[Oo]ption {_letter('l11')}(?=it is\b)"
    # …, so B. / leaving C
    rf"|(?<=, )(?:so|hence|thus|therefore),? {_letter('l12')}(?=[.\n]|$)"
    rf"|\b(?:leaving|leaves) (?:only |just )?(?:option )?{_letter('l13')}(?=[.,\n]|$|as\b)"
    # 那就是选项B
    rf"|(?:(?:是|为|即)选项|对应的?(?:选项)?)\s?{_letter('l6')}(?=[.．，,。;；]|\n|$|的(?:内容|说法|描述|情况))"
    # which corresponds to option C
    rf"|(?:corresponds to|matches|which is|that is|namely|i\.e\.,?|\bis) (?:[Oo]ption|[Cc]hoice|answer) "
    rf"{_letter('l15')}(?=[.,:;\n]|$)"
    # 选C / 选择C / I choose C / go with C
    r"|(?:选(?:择|取|定)?(?![项择取定])|填(?:写|入|上)?|投(?=[A-Z]一票)"
    r"|\b(?:(?:[Cc]hange|[Rr]evise|[Cc]orrect) my answer to|I(?:'ll| will) answer"
    r"|[Cc]hoose|[Ss]elect|[Pp]ick|[Gg]o with|[Gg]oing with|opt for|chose|[Vv]ote for|I(?:'d| would) say)\b"
    r"(?: option| choice| answer)?)"
    r"(?:选项)?[:：]?\s?"
    rf"{_letter('l4')}(?:选项|项)?(?!\s?(?:[:：]|表示|代表|意味|会|的话|的(?:人|同学|学生|读者)))"
    # I'd go with C: its text
    rf"|\bI(?:'d| would|'ll| will)? (?:go with|choose|pick|select|say|vote for)(?: option| choice| answer)? "
    rf"{_letter('l18')}(?=\s?:)"
    # Therefore, option D raises the most serious doubt
    rf"|(?:[Tt]herefore|[Tt]hus|[Hh]ence|[Ss]o|[Oo]verall),? (?:the )?(?:answer )?(?:option|choice) {_letter('l19')}"
    r"(?:(?!not\b|cannot\b|never\b|nor\b|and\b|or\b)[a-z]{2,16} ){1,4}(?:most|best|least)\b"
    # 因此，选项D最能削弱论证
    rf"|(?:因此|所以|综上(?:所述)?|故)[，,]?\s?(?:选项)?{_letter('l20')}(?:选项|项)?(?:(?<=项)|(?<=选项.)|(?<=选项..))"
    rf"[^\n。；;，,A-Z不没无]{{0,40}}最(?:能|为|有|可|符合|大|好|强)(?!不)"
    # 选项D。/ **B** as a last sentence, 那就是D了
    rf"|(?:选项|[*][*])(?:(?<=[。.!！\n]..)|(?<=[。.!！\n][ ]..)){_letter('l16')}(?=[。.]?\s{{0,4}}\Z)"
    rf"|那么?就?(?:是|选)(?:选项)?{_letter('l17')}(?=了?吧?[。\n]|了?吧?$)"
    # and that is option B
    rf"|\bthat is,? [Oo]ption {_letter('l14')}(?=[.\n]|$)"
    # it is C / I think it's C
    rf"|\b[Ii]t(?:'s| is| must be| should be)(?: option)? {_letter('l5')}(?=[.,\n]|$)"
)
CAPITAL = re.compile(r"[A-Z](?![A-Za-z0-9_])")
"""What every match of ``WEAK`` holds."""
SEEMS = re.compile(
    r"\b(?:seems?|appears?|looks?|tempting|at first)\b|似乎|看似|程度上|看[上起]去?来?|乍一?看|起初|很多人|不少人|有人",
    re.IGNORECASE,
)
"""In or right before a weak announcement: it only seems so."""
# What stands right before a weakly announced letter when it is the second of two: ``A、C 正确``.
BESIDE = re.compile(
    r"(?<![A-Za-z0-9])([A-Z])[)）\]】*\"”$ ]{0,4}(?:选项|项)?\s?(?:[、和与及或/&,，]|以及|and|or)\s?"
    r"(?:选项|[Oo]ptions? )?[(（\[【*\"“$ ]{0,4}\Z"
)
# Right behind a weakly announced letter: the options are listed, ``A. 45元、B. 50元``.
LISTED = re.compile(r"[.．、:：)）][^\n。；;]{1,40}?[、,，；;和]\s?[(（]?([A-Z])[.．:：)）]")
# After one of these, weak announcements that disagree with earlier ones may still decide.
THEREFORE = re.compile(
    r"因此|所以|综上|故|可见|最终|最后|由此|总之|结论|正确答案|不对|不，|等等|更正|重新"
    r"|[Tt]herefore|[Tt]hus\b|[Hh]ence\b|\b[Ss]o\b|[Cc]onclusion|[Ff]inal|[Ww]ait\b|[Aa]ctually"
    r"|[Oo]n balance|[Oo]verall"
)
# A list and then the choice: ``A、B、C、D 都正确，但最恰当的是 C``.
BUT = re.compile(r"但|不过|然而|其中|只能|只有|仅有|剩下|唯一|最后|最终|\b[Bb]ut\b|[Hh]owever|\b[Oo]nly\b|\b[Yy]et\b")
POSSIBLE = re.compile(r"可能|或许|也许|备选|候选|\b(?:could|may|might|can) be|[Pp]ossibl|[Ee]ither|[Cc]andidate")
# 我选第二个 / 第三个选项正确 / I choose the second option / the last option is correct
PLACED = re.compile(
    r"(?:选择?(?:了|的是)?|也就是|正确的(?:选项|答案)?(?:就?是|为)|(?<=[，,])即"
    r"|(?:choose|pick|select|go with|chose|must be) )"
    rf"(?:{PLACE}|{BARE_PLACE})(?=[。.，,\n!！]|$)"
)
PLACE_IS_RIGHT = re.compile(rf"{PLACE}[ ]?{_GOOD}")
# --- tables: a row of a letter and a judgement -----------------------------------------------------------------------
ROW = re.compile(r"(?:^|\n)[ \t]{0,4}\|[ *_`(（]{0,6}([A-Z])[*_`.．)）]{0,4}[ ]{0,20}\|([^\n]{0,200})")
MARKED = re.compile(
    r"(?:^|\n)[ \t]{0,4}[-*•]?[ ]?[*_(（]{0,3}(?:(?:选项|[Oo]ption) ?)?([A-Z])[*_)）]{0,3}[.．、:：]?[^\n|]{0,80}?"
    r"[ :：](?:(?P<right>[✓✔√✅☑])|[✗✘×❌☒])"
)
VERDICT = re.compile(
    r"(?:^|\n)[ \t]{0,4}[-*•]?[ ]?[*_(（]{0,3}(?:选项|[Oo]ption )?([A-Z])[*_)）]{0,3}[.．、:：][^\n|。]{0,80}?"
    r"[:：—–-]{1,2}[ *_]{0,4}(?:"
    r"(?P<right>(?:正确|成立|符合|满足|可行|[Cc]orrect|[Rr]ight\b|[Tt]rue\b|[Ss]atisf|[Vv]alid)(?!与否))"
    r"|(?=[^\n]{0,60}?(?:[不错误没无非]|违反|矛盾|排除|冲突"
    r"|\b[Nn]ot?\b|[Ff]alse|[Ww]rong|[Ii]n(?:correct|valid)|[Vv]iolat|[Cc]ontradict)))"
)
"""A line that judges one option in words, behind its text: ``B. [a, c]：正确``."""
RIGHT_CELL = re.compile(
    r"[✓✔√☑✅]|(?<![不非])(?:正确|符合|成立|满足)|\|?\s*(?:对|是)\s*\||\b(?:[Yy]es|[Tt]rue|[Cc]orrect)\b"
)
WRONG_CELL = re.compile(
    r"[✗✘×❌☒]|不(?:正确|符合|成立|满足|对|是)|错误?|\|?\s*否\s*\||\b(?:[Nn]o|[Nn]ot|[Ff]alse|[Ww]rong|[Ii]ncorrect)\b"
)
# --- the last sentence -----------------------------------------------------------------------------------------------
CONCLUDES = re.compile(
    r"(?:^|\n)[ \t*]{0,4}答[:：]"
    r"|因此|所以|综上|综合|故|可见|最终|最后|总之|由此|^那么|可得|得出|得到|可知|说明|最可能|最有可能|最合适|最符合"
    r"|[Tt]herefore|[Tt]hus\b|[Hh]ence\b|\b[Ss]o\b|[Cc]onsequently|[Ii]n conclusion|[Ff]inally|[Ii]n total"
)
RIGHT_ANSWER = re.compile(r"(?<!不)正确的?(?:答案|选项)|看[到出](?=[，,])")
COPULA = re.compile(
    r"(?:是|为|等于|得到?|得出|即|只有|有(?=\Z)|[:：=]"
    r"|\b(?:is|equals?|are|be|was)"
    r"(?: (?:made of|made from|called|named|therefore|thus|hence|then|exactly|indeed|simply|the|a|an))?"
    r"|\b(?:comes|amounts|adds up) to|\b(?:gives|yields|totals)"
    r"|\b(?:ends?|ended|ending)(?: up)? (?:in|at|on|with)(?: the)?|"
    r"(?:共|合计)[\u4e00-\u9fff]{0,3}|[长高重宽深厚]|在(?=[\s*_`\"'“‘「（(]{0,6}\Z))"
    r"[\s*_`\"'“‘「(（$\[]{0,6}\Z"
)
WHO_IS = re.compile(r"(?<![不没非])[^，。；\s不没非]的(?:人|那个|那位)?就?[是为][\s*_`\"“「]{0,4}\Z")
LAST_VALUE = re.compile(r"(?:是|为|等于|有(?=\d)|\bis|\bwas|\bequals|=)\s{0,2}([^\s是为=，,。.：:；;]{1,12})\Z")
AFTER_COMMA = re.compile(r"[，,][\s*_`\"“]{0,4}\Z")
ONLY_CONCLUDES = re.compile(
    r"\s{0,4}(?:因此|所以|综上(?:所述)?|故|可见|总之|由此可见|[Tt]herefore|[Tt]hus|[Hh]ence|[Ss]o)[，,：: ]{0,2}"
)
UNSURE = re.compile(
    r"不|没|未|非|无|(?<!最)(?<!最有)可能|或许|也许|吗|哪|假设|如果|若|还是|是否|至[少多]|猜(?!想|谜)|目前"
    r"|\b(?:[Ss]uppos|[Aa]ssum|[Gg]uess|so far\b)"
    r"|\b(?:not|never|[Mm]ay|[Mm]ight|[Cc]ould|cannot|[Ii]f|or|[Ee]ither|[Pp]erhaps)\b|n't"
)
WHICH_OF = re.compile(r"(?:以下|下列|下面|上述)?哪一?[项个种条]")
"""What asks, in a question that is told again before its answer: ``这是根据以下哪项作出的：D``."""
ALL_AT_ONCE = re.compile(r"[以之]上[都全均皆]|\b(?:all|none|both|each|any) of the above\b", re.IGNORECASE)
"""A word on all options together, which asserts none of them."""
ALTERNATIVES = re.compile(r"要么|要不|(?:说|道)[:：]|[Ee]ither\b")
CONDITION = re.compile(r"\s{0,4}(?:如果|假如|假设|倘若|若|要是|(?:[Ii]f|[Ss]uppos\w{1,4}|[Aa]ssum\w{1,4})\b)")
LAST_STOP = re.compile(r"[。！!\n；]|(?<![A-Z])\.[\"”]?(?=\s)")
STATEMENT = re.compile(
    r"(?:该|此|这个|这一|这|上述|题中|原)(?:结论|说法|命题|判断|陈述|论断|观点|推理)(?:显然|确实|也|就|必然)?(?:是|为)?"
    r"(?P<verdict>不?(?:正确|成立|对)|错误?|真|假)的?(?=[。，,；;!！\n]|\Z)"
    r"|\b[Tt]he (?:statement|claim|conclusion|sentence) is (?:therefore |thus |clearly )?"
    r"(?P<said>true|false)(?=[,.;\n]|\Z)"
)
"""A verdict on the statement that is asked about: ``该结论错误``."""
SUBJECT = re.compile(
    r"\s{0,4}(?:(?:因此|所以|综上(?:所述)?|故|可见|总之|[Tt]herefore|[Tt]hus|[Hh]ence|[Ss]o)[，,：: ]{1,2}|因此|所以)"
)
IS_THE_ONE = re.compile(
    r"[*_”\"」]{0,3}(?: is (?:thus |therefore )?the (?:only|one|sole)\b|才?(?:就是|是)(?:唯一|最|那个))"
)
"""Behind an option's text that a concluding sentence begins with: ``Thus Wednesday is the only day …``."""
OF_REASONING = re.compile(r"[^推]{1,3}推理")
OTHERWISE = re.compile(r"[^\n。.A-Z]{0,12}(?:[Oo]therwise|否则)[^\n。.A-Z]{0,16}(?<![A-Za-z])([A-Z])(?![A-Za-z])")
"""Behind an answer under a condition: the other case has another answer."""
OR_ELSE = re.compile(
    r"[^\n。.A-Z]{0,8}[。.，,(（]\s?(?:或者?说?|也(?:可以|可能|许)|[Oo]r\b)[^\n。.，,A-Z]{0,8}([A-Z])(?![A-Za-z])"
)
"""Right behind an answer: another one is as good."""
# The next two are looked for in all that follows an answer: every branch hangs on one character, as in ``rules.LABEL``.
WITHDRAWN = re.compile(
    r"[上刚之前原先撤收作没wrvco](?:"
    r"(?:面|述|才|来|(?<=先)前|(?<=之)前)[^。\n]{0,6}(?:答案|结论|选择)[^。\n]{0,8}(?:错|不对|有误|不正确|不成立)"
    r"|(?:回(?<=[撤收]回)|废(?<=作废))(?<=[要该须以应]..)"
    r"|有(?<=没有)(?:(?:一个|任何)?(?:正确|合适|符合(?:条件|题意|要求)?)的?(?:答案|选项)(?:可[选供])?[。.!！]"
    r"|(?:一个|任何)选项(?:是?正确的?|符合|成立))"
    r"|ithdr[ae]w(?<=\bw......)|etract\b(?<=\bretract)"
    r"|(?:orrect(?<=[Nn]o correct)|alid(?<=[Nn]o valid)|ight(?<=[Nn]o right)) (?:answer|option|choice)\b"
    r"|ne(?<=[Nn]one) of the (?:options|choices|answers) (?:is|are|fits?|works?)\b)"
)
"""Far behind an answer: it is withdrawn, or no option is said to be right."""
BOTH = re.compile(
    r"[两几三二取视Bbd](?:"
    r"(?:[种个]|者)(?:理解|解释|答案|情况|结果|读法|方法|可能|解读)?[都均皆]"
    r"(?:有道理|有可能|可能|说得通|成立|合理|讲得通|可以)|决于|(?<=视)[^，。\n]{1,12}而定"
    r"|oth (?:readings|answers|interpretations|approaches|views|results)\b|epend(?:s|ing) on\b)"
)
"""Behind two answers that differ: neither is preferred."""
OF_OPTIONS = re.compile(r"最|选|项|答|\b(?:most|best|option|choice|answer)")
SOLE_LETTER = re.compile(r"(?<![A-Za-z0-9])[A-Z](?![A-Za-z0-9])")
REASONS_BELOW = re.compile(
    r"\n[ \t>*_#-]{0,6}(?:(?:具体)?(?:理由|原因|解释)|[Rr]easons?|[Ee]xplanation)"
    r"(?:如下)?[*_]{0,3}[:：]"
)
"""Behind a conclusion that stands first: its reasons."""
GIVES_ALL = re.compile(r"题[目干](?!要求)|给出|如下|已知|草稿|如果|假如|假设|若|[错误假伪]|不|非|没|除")
"""In a line above ``【选项】``: one that tells the options again, denies or supposes, and announces no answer."""
REASONS_HEADED = re.compile(r"【?(?:理由|原因|解释|推理)】?[:：]?")
REASONS_BEHIND = re.compile(
    r"\s{0,4}(?:【?(?:推理|答案|回答)】?[:：]?\s{0,4})?(?:[^。.!！\n]|\.(?=\S)){2,200}+[。.!！]"
    r"\s{0,4}(?=这(?:主要)?是(?:因为|由于)|(?:This|That|It) is (?:because|since|the)\b)"
)
"""A first sentence, and behind it its reasons."""
SEVERAL = re.compile(
    r"(?:所有|四个|三个|每个)选项[都均也]?是?(?:正确|符合|成立|对|可能)的?[^。\n不]{0,12}。?\s*\Z|选项\s?[A-Z]\s?(?:或者?|和|与|、)\s?选项\s?[A-Z](?![A-Za-z])[^。\n不]{0,24}。?\s*\Z"
)
"""A last sentence that names several options by their letters."""
SAYS_OPTION = re.compile(r"选|项|答案|[Oo]ption|[Cc]hoice|answer")
ASIDE = re.compile(r"[（(][^（）()]{0,60}[)）]")
CLAUSE_SIGNS = re.compile(r"[，,；;]")
# --- a labelled line below its sentence: ``所以最高的人是：\n\n**B. 乙**`` --------------------------------------------
BELOW = re.compile(r"(?:是|为|\bis|\bare|\bbe)[*_]{0,3}[ ]?[:：][*_]{0,3}[ \t]{0,4}\n\s{0,4}(?=[^\s])")
# --- an answer taken back --------------------------------------------------------------------------------------------
TAKEN_BACK = re.compile(
    r"(?:[^\n。.!！]{0,40}+)[。.!！\n]?[\s*]{0,4}"
    r"(?:(?:(?:但是?|不过|然而|[Bb]ut|[Hh]owever)[^\n。.]{0,20})?(?:这?(?:不对|错了|不成立|有矛盾)(?=[，,。.!！…\s]|$)"
    r"|(?:that|this|it) is (?:wrong|incorrect|not right))|不，|\bNo\b[,.]? (?:that|this|it|wait)\b"
    r"|(?:等等|等一下|等下|慢着|稍等|[Ww]ait|[Hh]mm|[Aa]ctually|[Hh]old on)[^\n]{0,60}?"
    r"(?:不对|不成立|矛盾|有误|错了|错误|[看弄搞]错|[弄搞]混|contradict|wrong|incorrect|not right|mistake"
    r"|mixed up|misread|overlooked|miscount))"
)
_SENTENCE = r"[。！!?？\n；;…，：.,:](?:(?<![.,:])|(?= ))[\s*_>#-]{0,6}"
_HESITATES = (
    r"(?:等等|等一下|等一等|慢着|且慢|不对|[哦啊噢嗯咦]|[Ww]ait|[Hh]mm|[Hh]old on|[Aa]ctually"
    r"|[Oo]n (?:second thought|reflection)"
    r"|(?:再|重新)(?:检查|核对|验算|计算|[看算想数])(?:一[遍下])?)[*_]{0,3}[，,。…！!.：:—]"
)
_YET = rf"(?:(?:但是?|不过|然而|[Bb]ut|[Hh]owever|{_HESITATES})[，,。…！!.：: ]{{0,4}})?"
REVISED = re.compile(
    rf"{_SENTENCE}{_YET}(?:"
    # 不过需要更正：… / 修正：y = 8
    r"(?:我们?|这里|此处|现在?|必须|需要?|应当?|应该|[要得作做]|特此|一个|上面|前面|刚才|的|结论|答案){0,4}"
    r"(?:更正|修正|纠正|订正)(?:一下|如下|上面|前面|刚才|上述)?(?:的?(?:答案|结论|结果))?[*_]{0,3}[：:，,。]"
    # 我刚才看错了 / 上面数漏了
    r"|(?=[^。\n，,]{0,12}(?:我|刚才|[前上]面|之前|这里))[^。\n，,]{0,28}?"
    r"[看弄搞算写想读数记解断](?:成了|错(?![的误项])|反了|漏了)"
    r"|我[^。\n，,]{0,8}(?:漏[看算数掉了]|忽[略视]|遗漏|没有?(?:注意|看到))"
    # 前面的结论站不住
    r"|(?:[前上]面|刚才|之前|原来|最初|我)[^。\n，,]{0,6}(?:答案|结论|判断|选择|推理|计算)[^。\n，,]{0,6}"
    r"(?:错|不(?:对|成立|正确|准确)|有误|站不住|[要需须]改|推翻)"
    r"|I (?:now )?(?:need|have|must|want|should|ought)(?: to)? (?:revise|correct|amend|retract|change|withdraw)\b"
    r"|(?:[Ll]et me|I'll|I will) (?:revise|correct|amend|fix)\b"
    r"|I (?:see that I |just |realize that I )?(?:had |have )?(?:misread|miscount|mixed|overlooked|swapped|confused"
    r"|made an? (?:\w{1,12} )?(?:mistake|error|slip)|got (?:\w{1,8} ){1,3}(?:wrong|backwards|mixed))"
    r"|(?:and |so |but )?I(?:(?: am|'m) no longer (?:sure|certain|confident)|"
    r" (?:no longer (?:think|believe|trust|stand)|take (?:that|it|this) back|(?:can't|cannot) stand by))"
    r"|(?:[Cc]orrection|[Ss]cratch that|I stand corrected|I was (?:wrong|mistaken))\b"
    r"|[Mm]y (?:first |earlier )?answer (?:is|was|cannot be|can't be) (?:wrong|mistaken|not right|right|incorrect)"
    r"|(?:因此|所以|可见)?(?P<letter>[A-Z])(?:选项|项)?(?:也?(?:不能选|不可选)|也(?:不成立|不对|被排除))"
    rf"|(?P<hesitates>{_HESITATES}))"
)
"""Behind an answer: it is corrected, so that only what follows counts; or there is a second thought."""
UNCHANGED = re.compile(
    r"不变|不受影响|不影响|仍[然旧]?(?:是|为|成立|正确)|依[然旧](?:是|为|成立|正确)|还是(?:成立|正确|一样)"
    r"|\b(?:unchanged|unaffected|still|the same|stands|doesn't (?:change|affect)|does not (?:change|affect))\b"
)
"""Behind a correction: it touches no more than a detail."""
SUPPOSED = re.compile(
    r"(?:如果|假[如设若]|倘若|要是|若(?!干)|\b(?:[Ii]f|[Ss]uppos\w{1,4}|[Aa]ssum\w{1,4})\b)"
    r"(?:(?!因此|所以|因而|从而|故|综上|可见|由此|\b(?:[Tt]herefore|[Tt]hus|[Hh]ence|so(?! far))\b)"
    r"[^。.!！?？\n；;]){0,60}\Z"
)
"""Before an answer, in its own sentence: a condition, from which nothing is concluded yet."""
_CONTRADICTS = r"(?:但是?|不过|然而|可是|只是|\b(?:[Bb]ut|[Hh]owever|[Yy]et|[Tt]hough)\b)"
BROKEN_OFF = re.compile(
    rf"(?:(?!{_CONTRADICTS})[^。\n，,；;]){{0,40}}+[\s，,。；;]{{0,8}}{_CONTRADICTS}"
    r"[^。.!！?？\n]{0,60}[…. \n]{0,8}\Z"
)
"""All that is behind an answer: a contradiction without an end."""
CONFIRMED = re.compile(
    r"(?<![不没未非])(?:正确(?!的[^，。])|无误|没错|没有(?:问题|矛盾|错误)|没问题|确实|成立|一致|满足)"
    r"|(?<!not )[Cc]orrect(?!ion)|(?<!not )\bright\b|[Cc]onfirm|consistent|\bholds?\b|satisf"
)
