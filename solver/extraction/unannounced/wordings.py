"""The wordings that tell a conclusion from a question, a plan, a doubt, a report or an exclusion.

Read in the last sentences of an output only, some hundred characters; what they mean there is for
``solver.extraction.unannounced.assertions`` to say. Options' own words are blanked out before.
"""

from __future__ import annotations

import re

_SHUT = r"*_`\"'”’」』】〗\])）}｝］〕》〉>$"
_OPENED = r"[\s*_`\"'“‘「『(（$:：\\]{0,6}\Z"
OPEN = re.compile(
    # asked
    r"[?？|]|[是能与可]否(?!定的)|[吗呢]|(?<!无论)(?<!不管)(?<!不论)哪|谁(?![都也])|什么|如何|怎么|还是"
    r"|(?:问|(?<!满足)(?<!符合)要求)的是?"
    r"|\b(?:whether|(?:determine|find|find out|figure out|asks?|asked|question)(?: is)?"
    r" (?:who|what|which|where|when|how))\b"
    # supposed, or one of several cases
    r"|如果|(?<!世界)假[如设定]|倘若|(?<![\u4e00-\u9fff])若|(?<=[但且而即则。])若|要是|除非|否则|除了|[以之]外|除[^，。]{1,8}外"
    r"|\b(?:if|unless|otherwise|except|suppos\w{1,4}|assum\w{1,5})\b"
    # doubted, guessed, the nearest only
    r"|(?<!最)(?<!最有)(?<!唯一)(?<!唯一的)(?<!不)(?<!不太)(?<!所有)(?<!全部)可能|也许|或许|似乎|好像|看起来|不妨|暂|猜|随便|蒙|接近|目前|取决于|抱歉|对不起"
    r"|\b(?:(?-i:may)|might|could(?! not)|maybe|perhaps|possibl[ey]|seems?|appears?|guess\w{0,3}|sorry|depends?"
    r"|don't know|not sure|unsure|closest|nearest)\b"
    # a plan, an example
    r"|(?:还|仍|尚|再|继续|接着|接下来|下面|首先|下一步|第一步)[^，。]{0,8}(?:[检验核查看算求证]|考虑|分析|讨论|确[认定])"
    r"|至[少多]|[说道问][:：]|第.种情况|情况[一二三1-3]|需要?(?=[再先进检验核考分看确判知找更继])|(?<!经过)(?<!经过仔细)[检核验]查|(?<!可以)考虑|试试|尝试"
    r"|让我们|我们来|先[看算求试找排把将让]|来看|往下|[下以][面下]是|关键在"
    r"|\bhere(?:'s| is| are)\b"
    r"|例如|比如|譬如|举例|为例|提到|声称|格式应?[为是]"
    r"|\b(?:so far|go on|continue|proceed)\b|\bstill (?:needs?|ha(?:ve|s)|to)\b|\bat (?:least|most)\b"
    r"|\b(?:less|more|fewer|greater) than\b|\b(?:first|second|third|other|either) case\b"
    r"|\bcase (?:\d|[ivx]+|one|two|[ab])\b"
    r"|\b(?:look(?:ing)? (?:at|for)|turn to|start with|begin with|focus on|think about)\b"
    r"|\b(?:let(?:'s| us| me)|needs? to|check\w{0,3}|verif(?:y|ying)|consider\w{0,3}|examin\w{1,3}|next|say(?= that)"
    r"|for (?:example|instance)|such as|e\.g\.)\b|\bfirst,",
    re.IGNORECASE,
)
"""What makes a sentence a question, a supposition, a doubt, an example or a plan."""
VERDICT_OPTION = re.compile(r"[是为]?(?:不?对|不?正确|错误?|真|假|否|不?是)的?|true|false|yes|no", re.IGNORECASE)
"""Options that are verdicts: said of an option by its letter (``选项B是错的``) they answer nothing."""
ON_LETTER = re.compile(r"(?:选项|\boption) ?[A-Z][)）]?(?: is|[也都]?[是为]?) ?\Z", re.IGNORECASE)
ON_LETTER_ALONE = re.compile(r"[\s*_>-]{0,6}(?:因此|所以|综上(?:所述)?|故)[，,]?\s?选项 ?[A-Z](?![A-Za-z])")
"""A conclusion on an option by its letter: what stands before it is none."""
LETTER_BEHIND = re.compile(r"\s?[A-Z](?![A-Za-z])")
"""Behind 是 or 不是: it belongs to ``答案不是B``."""
EITHER = re.compile(r"或者?|要么|\b(?:or|n?either)\b", re.IGNORECASE)
"""What leaves a conclusion open between two."""
REPORTS = re.compile(
    r"根据(?:题|第|线索|条件|规则|已知)|由(?:题|第|已知)|已知|题[目中干]"
    r"|(?:线索|条件|规则|第.{1,3}[条句点])[^，。]{0,4}[说指给提规]"
    r"|\b(?:according to(?! (?:this|these|our|the (?:above|analysis|result))\b)|says|states|mentions|given that"
    r"|we (?:know|are told)"
    r"|(?:clue|statement|fact|rule|premise|condition) (?:\w{1,8} )?(?:gives|tells))\b",
    re.IGNORECASE,
)
"""What tells the question's own facts; a conclusion may begin in the same way."""
TURNS = re.compile(
    r"但|不过|然而|等等|不对|矛盾|错|有误|重新|另外?|无法|不能|不(?:成立|符合|满足)"
    r"|\b(?:but|however|wait|actually|contradict\w{0,4}|wrong|incorrect|cannot|not|also|another)\b|n't",
    re.IGNORECASE,
)
"""What takes a conclusion back when it stands in a sentence behind it."""

# --- signs of a conclusion -------------------------------------------------------------------------------------------
FOLLOWS = re.compile(
    r"通过(?:以上|上述|这些)[^，。]{0,8}|因此|所以|综上(?:所述)?|(?:结合|基于|综合)(?:以上|上述|这些|此)"
    r"|[根依]据(?:以上|上述|这些|我们)的?(?:分析|推理|推导|计算|步骤|检查|比较|逻辑)|综合[来起](?:来)?看|故|可见|由此|总之|(?<![件索示述条])说明|排除法|可[知得]|得[出到]|推[出断]|可以?(?:看出|断定|判定|肯定)|意味着|那么|于是|(?<!并)最终|结论|答[:：]"
    r"|\b(?:therefore|thus|hence|so(?! far)|consequently|conclu\w{1,6}|finally|means?|meaning|implies|implying"
    r"|(?:we|you|it) can (?:be )?(?:see|seen|find|deduced?|infer|inferred) that"
    r"|it follows|accordingly|overall|in (?:short|total|the end)|which makes|leav(?:es|ing)"
    r"|by (?:the )?(?:process of )?(?:elimination|exclusion))\b",
    re.IGNORECASE,
)
ONLY = re.compile(r"只有|唯一|\bonly\b")
_ORDERED_ZH, _ORDERED_EN = (
    r"(?!要?(?:输出|打印|返回|给|打))",
    r"(?! (?:output|print|return|give|assign|award|say|pay)\b)",
)
FIRM = re.compile(
    r"最[^，。是为\0]{1,4}的[^，。是为\0]{0,6}[是为][\s*_`\"“「（(]{0,4}\0{1,80}(?=[*_`\"”」）)\s]{0,4}[，,。.；;!！])"
    rf"|必[然须定]{_ORDERED_ZH}|一定{_ORDERED_ZH}|[一总]共|共有?(?=[\s*_`\"“「（($]{{0,4}}\0)|只能|只有|只剩|唯一|就是|正是|才是|肯定"
    r"|\b[Ii]t(?:'s| is| was) \0+ (?:who|that|which)\b"
    rf"|\b(?:must{_ORDERED_EN}|only|definitely|certainly|clearly|is the|was the|indeed|has to be|total of)\b",
    re.IGNORECASE,
)
"""What makes a sentence conclude that does not say that it follows; an order to somebody does not."""
RETURNS = re.compile(
    rf"(?:\b(?:prints|outputs|returns|becomes|remains|means|reads|out (?:as|to be|at))"
    rf"|输出|返回|得|变成|成为|剩下?|叫做?){_OPENED}"
)
"""What, beside 是 and is, may stand right before the value that a sentence ends on."""
TAIL = re.compile(rf"(?:(?<![\x01-\x7f]) ?[\u4e00-\u9fff]{{1,2}})?[{_SHUT}| \t\\]{{0,8}}[。.!！]?[{_SHUT} \t\n]{{0,8}}")
"""What may stand behind the last value of a sentence: a unit or title of two characters, and signs."""
RELATIVE = re.compile(
    rf"[{_SHUT}]{{0,4}},? (?:which|who|with|because|since|as) [^\0\n]{{1,160}}[.!][{_SHUT} \t\n]{{0,8}}"
)
"""What an English sentence may say of the last value, behind it."""
STOPS = re.compile(rf"[。.!！][{_SHUT}\s~～]{{0,8}}\Z")
LABEL = re.compile(r"[.、)）]\s")
FRAGMENT = re.compile(r"[\s*_>-]{0,8}[A-Z][a-z]{1,12}(?: [a-z]{1,14}){0,8}\s*")
"""The first words of an English sentence that was cut."""
NUMBER_ALONE = re.compile(r"[\s*_]{0,8}(?:\d{1,3}|[ivx]{1,4})[.、)）]?[\s*_]{0,8}")
"""The number of a list's entry, cut off from it."""
SUPPOSES = re.compile(
    r"[\s*_>#-]{0,6}(?:假设|假如|如果|若|设(?![备计立置施想])|先设|(?:assume|suppose|if|say)\b)", re.IGNORECASE
)
ENTRY = re.compile(r"\s{0,8}(?:[-*•·+]|\d{1,2}[.)、）])\s")
"""What begins an entry of a list."""
CONTRADICTS = re.compile(
    r"矛盾|不成立|不可能|不符|冲突|排除|\b(?:contradict|impossible|cannot|can't|not possible|fail|violat)",
    re.IGNORECASE,
)
"""What ends a supposition."""
FIGURE = re.compile(r"\d|(?<![第每])[二三四五六七八九十两][个种次人位名]")
LETTER_REACH = 60  # characters; the longest end of a sentence that ``LETTER_LAST`` reads
LETTER_LAST = re.compile(
    rf"(?:是|为|\bis|\bwas)[:：]?[\s*_`\"“「(（$]{{0,6}}(?:选项|[Oo]ption )?[(（]?([A-Z])(?:选项|项)?"
    rf"[{_SHUT}]{{0,4}}[。.!！]?[{_SHUT}\s]{{0,8}}\Z"
)
"""A letter that a sentence ends on behind 是, is …"""
LETTER_IN_BRACKETS = re.compile(rf"(?<=[\w,，])\s?[(（]([A-Z])[)）][{_SHUT}]{{0,4}}[。.!！]?[{_SHUT}\s]{{0,8}}\Z")
"""A letter in brackets that a sentence ends on, whatever is before."""
BRACKETED = re.compile(r"[(（]([A-Z])[)）]")
LETTERED = re.compile(
    r"[(（][A-Z][)）]|(?:选项|[Oo]ption )[A-Z](?![A-Za-z])"
    r"|(?:^|\n)[ \t]{0,4}(?:[-*•] )?[*_]{0,3}[A-Z][*_]{0,3}[.．、:：)）]"
)
"""What shows that letters mean options."""
REPLY = re.compile(
    r"[\s*_>#]{0,6}(?:(?P<yes>yes|是的|对的?|能|会|可以|有)|(?P<no>no|不是的?|不对|否|不能|不会|不可以|没有|不))[*_]{0,2}[,，。.]"
    r"(?!\s?(?:that|this|wait|but|这|等))",
    re.IGNORECASE,
)
"""A sentence that begins with yes or no."""
BECAUSE = re.compile(r"因为|由于|\b(?:because|since)\b")
OPTION_IS = re.compile(r"(?:选项|[Oo]ption ) ?([A-Z])[*_]{0,2} ?(?:是|为|[:：]|is\b)")
"""What an option is called, told in a list of several: it answers nothing."""
OTHER_LIST = re.compile(r"(?:是|为|[:：]|\bis)\s?[`\"'\\(*]{0,4}\[[^\[\]\0\n]{1,200}\][`\"')\\*]{0,4}[。.!！]?\s*\Z")
"""A sentence that comes to a list which is no option."""
ON_CONCLUSION = re.compile(
    r"[\s*_>-]{0,6}(?:This|The) (?:conclusion|answer|option|choice|statement) "
    r"(?:directly |best |also |logically |clearly )?(?:aligns|follows|matches|fits|reflects"
    r"|is (?:consistent|supported|based|in line|derived))\b"
    r"|[\s*_>-]{0,6}(?:这|此|该)(?:个|一)?(?:结论|答案|选项|推断)(?:直接|完全|也|正好)?(?:符合|与|基于|反映|遵循)"
)
"""A remark that approves of the conclusion before it."""
TURNED = re.compile(r"\b(?:but|however|contradict\w{0,4}|wrong|incorrect)\b|但|矛盾|错|不符", re.IGNORECASE)
HEADS_ENTRY = re.compile(
    r"[\s*_>#-]{0,8}(?:Statement|Option|Choice|Paragraph|选项|陈述|说法) ?[(（]?[A-Z\d][)）]?[*_]{0,3}[:：]"
)
"""The heading of one option's review."""
MEANING = re.compile(r"因为|由于|[，,]这?(?:表示|说明|意味着)|\b(?:because|since)\b")
"""Behind a value: why it is so, or what it means."""
REASON_FIRST = re.compile(r"\A[\s*_>#-]{0,8}(?:Since|Because|As) [^,.;\n\0]{1,120}, ")
"""A reason that begins an English sentence, before what it says."""
QUOTED = re.compile(r"[\"“][^\"”\n]{1,80}[\"”]")
RESULT = re.compile(r"=\s?\Z")

# --- clauses ---------------------------------------------------------------------------------------------------------
CLAUSE_ENDS = re.compile(
    r"[，,；;()（）—]+|而(?=不是|非|不)|因为|由于"
    r"|(?<=\s)(?=(?:because|since|while|whereas|but|rather than|instead of|not)\b)"
)
REASON = re.compile(
    r"\s{0,4}(?:因为|由于|既然|鉴于|根据|按照|(?:because|since|given|as|for|according to|once"
    r"|after|when|with|followed by|ahead of)\b)",
    re.IGNORECASE,
)
DENIES = re.compile(
    r"不(?![过同])|没(?!收|有?(?:问题|疑问|矛盾|错|被?排除))|未(?!被?排除)|非(?!常)|无(?!疑)|(?<![类级性区分个特])别(?!是)|(?<!没有)(?<!有被)(?<!未)(?<!未被)排除(?!法)|矛盾|冲突|违反|错|否|(?<![真请休放])假(?![期日话])"
    r"|\b(?:not|never|no|cannot|nobody|neither|nor|without(?! (?:a )?doubt)|excluded?|rul(?:ed?|es|ing) out"
    r"|eliminat(?:e[sd]?|ing)\b"
    r"|contradict\w{0,4}|violat\w{1,4}|fail\w{0,3}|wrong|incorrect|impossible|rather than|instead of|false)\b|n't\b",
    re.IGNORECASE,
)
DENIED_BEFORE = re.compile(
    r"(?:不(?!影响|妨碍)|[没未非无])[^，,。；;]{0,6}(?<!不影响我们)(?<!不影响)(?<!不妨碍我们)\Z|(?:\b(?:not|cannot|never)|n't)[^,.;]{0,12}\Z",
    re.IGNORECASE,
)
"""A conclusion that is denied: ``不能因此``."""
DESCRIBED = re.compile(
    r"[不没未非无错假][^，。]{0,20}的(?:那个|那位|同学|[\u4e00-\u9fff]{1,3})?[就只]?[是为有][\s*_\"“「]{0,3}\Z"
    r"|(?:\b(?:who|that|which|not|never|no|without|false|wrong)|n't)\b[^.,;]{0,60}"
    r"\b(?:is|was|are|be)(?: the| thus| therefore)?[\s*_\"“]{0,3}\Z"
)
"""A denial that describes whom or what the clause then names."""
DESCRIBES = re.compile(rf"\w[^\n]{{0,80}}(?:是|为|等于|=|\bis|\bwas|\bbe|\bequals){_OPENED}")
"""Between two mentions: the first belongs to what the second is said to be."""
_AROUND = r"[*_\"”」\s]{0,3}"
JOINED_ON = re.compile(
    rf"{_AROUND}(?:[、和与及或/&跟]|[,，]\s?(?:and\b|or\b|和|与|以及)|比(?!较)|以及|同(?!时)|之[前后]|\b(?:and|or)\b"
    r"|(?:[^，。\s]{0,3}的)?(?:[左右]|[上下旁前后]边|旁|前面|后面|对面|隔壁"
    r"|父|母|儿子|女儿|兄|弟|姐|妹|哥|祖(?!先)|(?<=的)祖先|叔|伯|姑|舅|姨|侄|甥|孙|丈夫|妻子|朋友|同事|同学|邻居)"
    r"|\bis (?:taller|shorter|older|younger|next|left|right|before|after|between|not)\b)"
)
"""Behind a mention: it is one of several, or only says whose, or where, something else is."""
ONLY_BEFORE = re.compile(r"(?:只有|唯有|\bonly)[\s*_\"“「]{0,3}\Z")
LIST_GOES_ON = re.compile(rf"{_AROUND}(?:[、和与及或/&跟]|以及|[,，]\s?(?:and\b|or\b|和|与|以及)|\b(?:and|or)\b)")
JOINED_TO = re.compile(
    rf"(?:[\w*_\"”」][、和与及或/&]|以及|[跟比除]|关于"
    r"|\b(?:and|or|than|next to|before|after|(?<!left )with|about|beside|behind|between|near"
    rf"|(?:left|right|front|ahead|side|top|son|daughter|father|mother|brother|sister|parent|child) of)){_AROUND}\Z"
)
"""The same before a mention."""
PLACE_BEFORE = re.compile(rf"\b(?:next to|beside|behind|near|in front of)(?: the)?{_AROUND}\Z")
"""Before a place, which is the answer where the question asks for one."""
ASKS_WHERE = re.compile(
    r"\bwhere\b|\b(?:in|on|at|under|behind|beside|near|next to|front of) (?:which|what)\b"
    r"|\bwhich \w+ (?:hides|holds|contains|covers|conceals)\b",
    re.IGNORECASE,
)
OWNS = re.compile(r"[*_\"”」\s]{0,3}的|['’]s\b|\s(?:who|that|which)\b")
"""Behind an item: it says whose something is."""
CONDITIONAL = re.compile(
    r"如果|假[如设定]|倘若|(?:(?<![\u4e00-\u9fff])|(?<=[但且而即则]))若(?!干)|要是|除非|\b(?:if|unless|suppos\w{1,4}|assum\w{1,5})\b",
    re.IGNORECASE,
)
"""What makes a conclusion hold in one case only, wherever it stands in the sentence."""
OF_REASONING = re.compile(
    r"推理|推导|推断过程|逻辑|分析过程|思考|(?:计算|考虑|检查|核对|验证|遵循|遗漏)|步骤|没有(?:假设|错误|问题|矛盾)"
    r"|\A\s*[^，,]{0,12}(?:得[到出]|给出)(?:最终|正确)?的?(?:答案|结论)[。.!！]?\s*\Z"
    r"|\b(?:reasoning|logic|steps?|calculation|checked|verified)\b",
    re.IGNORECASE,
)
"""A remark on the reasoning and not on its result."""
MOST = re.compile(r"最|更|符合|满足")
"""Whose something is, is what is asked: ``Sam 的个子最高``."""
LISTED_BEFORE = re.compile(
    r"(?:[、/&]|以及|[比除]|关于|\b(?:and|or|than|next to|before|after|(?<!left )with|about|beside|behind|between|near"
    r"|(?:left|right|front|ahead|side|top|son|daughter|father|mother|brother|sister|parent|child) of))"
    r"[*_\"“「\s]{0,3}\Z"
)
"""Before an item: it is the last of a list that began with others, or what something is compared with."""
ON_OPTION = re.compile(
    r"(?:选项|[Oo]ption) ?[A-Z](?![A-Za-z])|[\s*_>-]{0,8}(?:选项)?[(（]?[A-Z][)）]?(?:[．、:：]|\.(?!\W*\Z)|选项)"
)
"""A sentence on an option by its letter."""
UNKNOWN = re.compile(
    r"(?:无法|不能|难以|不足以)(?:[^，。]{0,4})(?:确定|判断|得知|知道|判定|推[断出])"
    r"|\bcannot (?:be )?(?:determine|know|tell|say|infer|conclude)",
    re.IGNORECASE,
)
"""Nothing can be known of something."""
EXCLUDES = re.compile(
    r"[,，\s]{0,2}(?:应该?|应当|可以?|需要?|要|必须|都|也|因此|所以){0,3}(?:被|予以)?排除(?:掉|在外)?了?[。.!！]?\s*\Z"
)
"""A conclusion that excludes what was named before it: ``没有票，所以应该排除``."""
OTHERS = re.compile(
    r"(?:其[他它余]|剩下|另外)[^，。]{0,40}[不没未无]"
    r"|\b(?:others?|rest|remaining)\b[^.]{0,40}\b(?:not|no|n't)\b",
    re.IGNORECASE,
)
"""A remark that all others are none."""
EITHER_ITEM = re.compile(
    r"\0[*_\"”」\s]{0,3}(?:或者?|要么|\bor\b)|(?:或者?|要么|\b(?:or|n?either))[*_\"“「\s]{0,3}\0", re.IGNORECASE
)
"""What leaves a conclusion open between two items."""
PRONOUN = re.compile(r"\s{0,4}(?:他|她|它|这|此|其|(?:he|she|it|this|they)\b)", re.IGNORECASE)
"""What begins a clause on somebody who was named before."""
SAYS = re.compile(r"\w[^\n]{0,40}(?:是|在|于|属于|\b(?:is|was|in|on|at|to|of)\b)", re.IGNORECASE)
"""A subject and what is said of it, before an item."""
IS_OF = re.compile(r"[\s*_\"”」]{0,4}[也就才正]?[是为][^，。,.]{0,6}")
"""Between an item and the one whose it is."""
IS_SAID = re.compile(rf"\w[^\n]{{0,80}}(?:是|为|等于|=|有|包括|\bis|\bwas|\bare|\bwere|\bbe|\bequals){_OPENED}")
"""Between two groups of items: the first belongs to what the second is said to be."""
WHOSE = re.compile(r"\s?的[^\s，。是\0]{1,4}\s?")
"""Between two items: the second is somebody of the first: ``Sam 的女儿 Kim``."""
FITS = re.compile(r"(?:满足|符合)[^，。不没]{0,12}(?:条件|要求|定义|规则)(?!的)")
"""What is asked for is said to fit."""
INCLUDES = re.compile(rf"(?:包括|包含|只?有|分别[是为]?)了?{_OPENED}")
"""Before the items that a sentence ends on."""
