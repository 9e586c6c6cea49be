r"""The patterns of announcements: how an answer is announced, and how its value looks.

Nothing here decides anything; what a match means is in ``solver.extraction.announcements`` and ``lines``. Every pattern
was written from the kinds of output in ``shared/data/outputs`` (about 90 models, Chinese and English; read on 2024
SAIS, GAOKAO-Bench, KOR-Bench, MMLU-Pro and BBH outputs) and none from a row of it. Texts are unified first
(``solver.extraction.variants``): traditional characters need no branch of their own.

Two rules keep all of them linear on hostile text: every repetition inside a pattern has an upper bound, and those
over gaps are possessive (``{0,20}+``), so that no position is tried more than a bounded number of times.
"""

from __future__ import annotations

import re

# What may stand between the announcement and the letter, one unit at a time: decoration, brackets, quotes, TeX, filler.
_MARK = (
    r"[\s\u200b\u200c\u200d\u2060\ufeff*_`~\"'“”‘’「」『』【】〖〗\[\]()（）{}｛｝［］〔〕《》〈〉<>＜＞$#|:：=＝\-—–→]"
)
_TEX = r"\\(?:text(?:bf|rm|sf|it|tt)?|math(?:rm|bf|sf|it|tt)|bf|rm|boxed|fbox|displaystyle|quad|[,;!(\[{\\])"
_FILL = r"(?:选项|答案|[Oo]ption|[Cc]hoice|letter|</?output>|</?answer>)"
GAP = re.compile(rf"(?:{_MARK}|{_TEX}|{_FILL}){{0,24}}+")

# One letter that is not part of a word, or a letter glued to a capitalised word (``AExist``, seen in small models).
# Not a letter of an expression (A∩B, A=3, A -> B) nor an English possessive (A's).
LETTER = re.compile(
    r"([A-Za-zⒶ-Ⓩⓐ-ⓩ])(?:(?=[A-Z][a-z])|(?!_{0,2}[A-Za-z0-9À-ɏ]|['’][a-z]|\s?(?:->|→|=>|[∩∪=×^]|>=|<=)|[+]{1,2}(?!\s*[A-Z])))"
)
GLUED = re.compile(r"[A-Z]{2,26}(?![A-Za-z0-9_])")
CLOSE = re.compile(r"(?:[ \t*_`~\"'”’」』】〗\])）}｝］〕》〉>$]|\\[)\]}]|选项|项){0,12}+")
# After a lower-case letter only an end may follow (``答案是c。``); otherwise it is a variable or an article.
ENDS = re.compile(r"\s*(?:$|[\n.。,，;；!！?？、:：<|]|选项|项)")
# ``['d', 'e']``: a list goes on behind a quoted character.
QUOTED_ON = re.compile(r"[\"'],\s?[\"']")
# ``A`` and ``I`` before a small English word are an article and a pronoun, unless the word continues the sentence.
ARTICLE = re.compile(
    r" (?!(?:because|since|as|and|or|is|was|which|with|due|based|given|from|for|not|by|option|to|if|but|rather|while"
    r"|instead|so|in|where|since|that|would|only|alone|here)\b)[a-z]"
)
# A second letter: joined by a word or sign that always means "and"/"or", or by a comma and itself followed by an end.
_OPEN = r"(?:[\s*_`\"'“‘「『【\[(（{}$]|\\(?:text|mathrm|mathbf|textbf|boxed)\{|选项|[Oo]ption ){0,8}+"
_SHUT = r"[\s*_`\"'”’」』】\])）}$]{0,8}+"
_JOIN = r"(?:[、和与或及&+/~～]|以及|还是|并且|and/or|and|or)"
# ``答案是C，A、B、D 都不对``: what follows the comma is a remark on the others.
_NOT_WRONG = (
    r"(?!(?:(?:,? and |[ 、,，和与及]{0,2})[A-Z]){0,6}"
    r"(?:(?:[两三四]?个?(?:选项|项))?(?:都|均|皆|也|则|全|全部)?(?:不|错|误|被?排除)"
    r"| (?:each |all |both )?(?:(?:are|is) (?:wrong|incorrect|not)|contradict|fail|violat|break|cannot|do not)))"
)
ALSO = re.compile(
    rf"\s{{0,4}}(?:\\text\{{\s?)?{_JOIN}\s{{0,4}}{_OPEN}([A-Z])(?![A-Za-z0-9_'’])(?! [a-z])"
    rf"|\s{{0,4}}{_JOIN}\s{{0,4}}{_OPEN}([A-Z])(?= ?(?:are|both|is|or|and|都|均)\b)"
    rf"|\s{{0,4}}[,，]?\s{{0,4}}(?:也|或者?|抑或|要么)(?:有?可能|许|可以)?(?:是|为|选)?{_OPEN}([A-Z])(?![A-Za-z0-9_'’])"
    rf"|\s{{0,4}}[,，;；]\s{{0,4}}{_OPEN}([A-Z])(?={_SHUT}(?:$|[,，、;；。.\n<和与或及&]|and|or|都|均|两|三)){_NOT_WRONG}"
    r"|(?<=[A-Z] )([A-Z])(?=[ \t]{0,4}(?:$|[。\n<]|(?<= )[A-Z]\b))"
)
# A second label in the same sentence: ``B. 乙；C. 丙``.
SERIES = re.compile(r"[)）\]]?[.．、:：][^\n；;。]{1,120}[；;]\s?(?:和|以及)?\s?[(（]?([A-Z])[)）\]]?[.．、:：]")
# 答案是第三个选项，即C / 答案是NBA球员（选项C）: the letter comes after words.
VIA = re.compile(rf"[^\n。；;不没无非否]{{0,18}}?(?:即|也就是|对应|选项)(?:选项|的?是|为)?{_OPEN}(?=[A-Z])")

# --- texts ---------------------------------------------------------------------------------------------------------
CLOSERS = "*_`\"'”’」』】〗])）}｝］〕》〉>$| \t\\"
CLAUSE = re.compile(r"(?:[^\n。.,，;；!！?？、:：]|[.,:](?=\d)|\.(?=[A-Za-z])|[、,，](?=[①-⑳])){1,60}+")
# Between a letter and its option's text.
LABEL_SIGN = re.compile(
    r"(?=[^\n])[ \t*_`\"”’」』】\])）}$]{0,6}+(?:选项|项)?(?:[.．、:：(（—–-]|[，,]\s?(?:即|也就是)?|即|是){0,2}"
    r"[ \t*_`\"“‘「『【\[(（{$]{0,6}+(?:\\text\{)?(?<=[^A-Za-z])"
)
TEXT_ENDS = re.compile(r"[ \t*_`\"'”’」』】〗\])）}$]{0,8}+(?:$|[\n。;；!！<，,(（]|\.(?:\s|$)|\\[\])])")
# After a value that is no option's whole text: no list goes on.
ALONE = re.compile(r"(?![、/:：])(?![,，](?!\s?(?:因|由于|理由|所以|而|[Bb]ecause|[Ss]ince|as\b)))")
LONE_LETTER = re.compile(r"[A-Za-z]")
# A second text after the first: ``李四和赵六``.
JOINED = re.compile(r"[*_`\"”」\s]{0,3}(?:[、,，和与及或/&]|以及|还是|and\b|or\b)[*_`\"“「\s]{0,3}")
# What may stand between a text and the announcement of its letter, and before that text.
LEAD_IN = re.compile(
    r"[，,。.;；:： \t”\"」）)]{0,4}(?:所以|因此|故|即|应|便|就|[Ss]o|[Tt]hus|[Tt]herefore|[Hh]ence)?[，, \t]{0,2}"
    r"(?:我|应|答|正确答|最终答|[Tt]he (?:correct )?)?\Z"
)
ANSWERS_WITH = re.compile(r"(?:^|[是为：:，。,.;；\n\s“\"「]|\bis|\bwas)[*_`\"“\s]{0,3}\Z")
# ``错误的选项是A、C、D``, ``the other option is A``: counts only where nothing else is announced.
OF_THE_REST = re.compile(
    r"(?:错误|不正确|不对|不符合(?:题意|要求|条件)?|不成立|其余|其他|其它|另外|剩下|剩余"
    r"|[Ii]ncorrect|[Ww]rong|[Oo]ther|[Rr]emaining)"
    r"(?:的|[几两三四]个?|\s){0,2}\Z"
)
SKIPPED = re.compile(r"[\s:：是为*\"'「“]{0,6}")
INDEX = re.compile(r"\d{1,2}[\s\"'}\]]{0,6}")
KEY = re.compile(r"[\"']\s?[:：]\Z")
CIRCLED_LINE = re.compile(r"[①-⑳、,，和及与 ]{1,24}")

# --- announcements -------------------------------------------------------------------------------------------------
_MODAL = (
    r"(?:应该|应当|应|只能|就|可能|大概|多半|很|最|即|便|确实|依然|仍然|仍|还|则|显然|必然|一定"
    r"|选项|选择|序号|字母|编号|的|会|将){0,4}+"
)
_BE = r"(?:is|was|are|would be|should be|must be|will be|has to be|can only be|could be)"
_ADVERB = (
    r"(?:\s+(?:therefore|thus|clearly|indeed|likely|most likely|probably|only|either|then|definitely"
    r"|in fact|actually|instead|hence|simply)){0,2}"
    r"(?: not (?:option )?[^.,;\n]{1,24},? but(?: rather)?)?"
)
# The number of a question among several, right before an announcement: ``选择题 2 的答案是``.
_ORDINAL = r"[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth|[Ll]ast"
_ASKED = r"选择题|问题|题目|小题|[Qq]uestion|[Pp]roblem|\bQ"
_CASE = r"情况|情形|场景|练习|题|答案"
_CASE_EN = r"(?:[Pp]art|[Ss]cenario|[Cc]ase|[Ee]xercise|[Ss]ituation|[Bb]lank|[Ss]ub-?question)"
_PART = r"\d{1,2}|[a-h]|[ivx]{1,4}|one|two|three|four"
NUMBERED = re.compile(
    rf"(?:(?:{_ASKED}|{_CASE}) ?[(（]?(?P<number>[\d一二三四五六七八九十]{{1,3}})"
    r"|\b(?:[Uu]nder|[Ii]n|[Ff]or|[Gg]iven) (?:the )?[a-z]{3,20} (?P<nth>one|two|three|four|\d{1,2})\b"
    r"|(?:问题|题目) ?(?P<lettered>[A-H])(?=的|[:：])"
    rf"|\b{_CASE_EN} ?[(]?(?P<part>{_PART})[)]?"
    r"|第 ?[(（]?(?P<place>[\d一二三四五六七八九十]{1,3})[)）]? ?[个道种]?"
    r"(?:小?题|问题?|空|情况|情形|场景|理解|部分|关|组|轮)"
    rf"|\b(?P<ordinal>{_ORDINAL}) (?:question|problem|scenario|part|case|situation|blank|answer)"
    # the number of a line that holds nothing but an answer
    r"|(?:^|\n)[ \t>*_-]{0,6}[(（]?"
    r"(?:(?P<line>\d{1,2}|[一二三四五六七八九十]{1,2}(?=、)|(?<=[(（])[a-hivx]{1,3}(?=[)）]))[)）.、:：]|(?P<circle>[①-⑩]))"
    r"(?=[ \t*_【]{0,4}(?:[Tt]he |[Ff]inal |[Cc]orrect |正确|最终){0,3}[Aa]?\Z))"
    r"[.．]?[^。.\n;；\d题问]{0,20}\Z"
)
NUMBER_ENDS = re.compile(
    r"(?:[\d一二三四五六七八九十①-⑩题问空况形景解分关组轮]|\b(?:[a-h]|[ivx]{1,4}|one|two|three|four)"
    r"|(?:[\da-hivx]|one|two|three|four)\)|\b(?:question|problem|scenario|part|case|situation|blank|answer))\.\Z"
)
"""A full stop behind what may end a match of ``NUMBERED``."""
NUMBER = re.compile(
    r"(?:选择题|问题|题目|小题|情况|情形|场景|答案"
    r"|[Qq]uestion|[Pp]roblem|[Pp]art|[Ss]cenario|[Cc]ase|[Ee]xercise|\bQ) ?"
    r"[(（]?(?P<number>[\d一二三四五六七八九十]{1,3}|[a-h]\b|one\b|two\b|three\b)"
    r"|第 ?[(（]?(?P<place>[\d一二三四五六七八九十]{1,3})[)）]? ?[个道种]?"
    r"(?:小?题|问题?|空|情况|情形|场景|理解|关|组|轮)"
)
"""The number of a question, wherever it stands."""
WITH_ORDINAL = re.compile(rf"\b({_ORDINAL}) answers?\b[^\n]{{0,12}}\Z")
CASE = re.compile(
    r"(?:\b[Ii]f|如果|假如|假设|若)\s?([^。.\n，,;；]{2,60})(?:[，,]|则|那么|\bthen\b)[^。.\n;；]{0,16}\Z"
)
"""A condition under which an answer is announced."""
LINE_MARKS = " \t>*_#-"
# What stands between two answers that are listed line by line: the first one's letter, perhaps a question, and what
# introduces the second.
NOTHING_ELSE = re.compile(
    r"[\s:：=*_`\"(（\[{$]{0,8}[A-Z][^\n]{0,24}\n[\s>*_#{\"'-]{0,8}(?:[^\n？?]{0,60}[？?]\s{0,4})?"
    r"(?:因此|所以|故|综上|[Ss]o|[Tt]herefore)?[，,]?\s?"
    r"(?:(?!最终|正确|真正|准确|合适|修正|更正|更好)[^\n？?。，,:：]{1,12}的)?"
    r"(?:最终|正确|[Tt]he |[Ff]inal |[Cc]orrect |[Aa](?=ns)){0,3}(?:[Aa]ns)?"
)
ANNOUNCED = re.compile(
    r"(?:答案|nswer)[\W_]{0,24}+(?:(?:[是为]|is\b)[\W_]{0,24}+)?(?:(?:选项|答案|[Oo]ption|[Cc]hoice)[\W_]{0,8}+)?"
    r"(?:\\?[a-z]{4,6}\{)?([A-Za-z])(?![A-Za-z])"
)
"""A letter that may be announced, wherever a usual ending stands behind it; more than ``LABEL`` finds."""
# Before an answer to a question other than the one asked: ``若条件改为…，则答案是A``.
OF_A_CHANGE = re.compile(
    r"(?:如果|若|倘若|要是|假如|假设)[^。.;；\n]{0,24}(?:改为|改成|改问|换成)"
    r"[^。.;；\n，,]{0,24}[，,]?\s?(?:那么|则|那)?\Z"
    r"|\b[Ii]f (?:[^.;\n]{0,32} )?(?:were|had been|was changed|asked for)\b[^.,;\n]{0,40}, (?:then )?(?:the )?\Z"
)
# Between two answers: the second corrects the first.
IF_BEHIND = re.compile(r"[*_)\]}\"” ]{0,6}(?:if|had|were)\b")
"""Behind what the answer would be: the condition, which does not hold."""
NOT_THAT = re.compile(r"不(?:[是选应该能会]|可能)|非|没有|排除")
"""What makes 而选 and 而是 name an answer and not a mistake: ``不是A，而是C``."""
CORRECTS = re.compile(
    r"不对|不正确|不成立|推翻|错了|有误|更正|修正|纠正|改为|重新|再(?:核对|检查|验算|看|想|算)|应(?:该|当)?(?:是|为)"
    r"|[Ww]ait\b|[Rr]e-?check|[Cc]heck(?:ing)? again|[Ss]econd thought|[Cc]orrection"
    r"|[Cc]orrected|[Ww]rong|[Aa]ctually|[Mm]istake"
)
SETTLES = re.compile(
    r"综上|综合|总之|最终|结论|更(?:合理|准确|可靠)|[修更]正|[Ff]inal|[Oo]verall|[Cc]onclu|[Bb]etter"
    r"|[Mm]ore (?:likely|natural)|[Rr]evised|[Uu]pdated|[Cc]orrected|[Aa]mended"
)
"""In the words of a later answer: it is the one that counts."""
SETTLING_LINE = re.compile(
    r"\n[ \t>*_#\d.、-]{0,12}(?:综上|综合|总之|最终|最后|总结|结论|[Ff]inal|[Cc]onclu|[Oo]verall|[Ii]n summary)"
)
"""A line, perhaps a heading, from which on it is the whole that is answered."""
# Every branch hangs on one rare character (答, 选, the w of answer, …), looked for first (59 -> 5 us a text), and goes
# on with a literal, by which the engine passes over the branches that cannot match.
LABEL = re.compile(
    r"[答选而wW\\\[\"'puh](?:"
    # 答案是 答案为 【答案】 "答案": 答案应该选 正确答案 最终答案 … (the words before it need no reading)
    rf"(?P<zh>案(?<=答案)[^\S\n]{{0,3}}{_MODAL}(?:是|为|选(?!项))?)"
    # 正确选项是 正确的选择为 最终选择：
    r"|(?P<option>[项择](?<=选.)(?<![准始认]选择)(?:(?:应该|应当|应|只能|就|只)?(?:是|为)|(?<=(?:最终|最后|我的)选择)))"
    # 不是A，而是C
    r"|(?P<instead>[是选](?<=而.)|应(?<=而.)[该当]?[是选])"
    r"|(?P<en>(?:er(?<=[Aa]nswer)|ER(?<=ANSWER))(?: choice| option| letter)?"
    r"(?: to (?:this|the|that) (?:\w{1,20} ?){1,3})?"
    rf"(?:[\"'*_\])]{{0,4}}+\s{{0,3}}(?:(?:{_BE})\b{_ADVERB}|[:：=|])|(?=[\"'*_]{{0,3}}\s?[\[(（][A-Z][\])）])"
    # a call: Answer("B")
    r"|(?=\s?[\[(][\"'][^\"'\n]{1,60}[\"']\s?[\])])"
    # a heading, and the letter below it
    r"|(?=[*_]{0,3}[ \t]{0,3}\n[\s*_(\[（]{0,6}[A-Z][\])）*_]{0,4}(?:[.:：]|[ \t]{0,3}(?:\n|$)))))"
    r"|(?P<en2>(?:tion(?<=[Oo]ption)|oice(?<=[Cc]hoice)|sion(?<=[Cc]onclusion)|tion(?<=[Ss]olution))"
    rf"\s{_BE}\b{_ADVERB})"
    r"|(?P<boxed>(?:boxed(?<=\\boxed)|fboxed(?<=\\fboxed))\s?\{)"
    r"|(?P<brackets>\[(?<=\[\[))"
    r"|(?P<json>(?<=[\"'])(?:final_|correct_|my_)?"
    r"(?:(?:choice|option|letter|prediction|pred|result)(?:_\w{1,12})?|answer_\w{1,12}|选项|选择|结果|结论)[\"']\s?[:：])"
    # 故选 应选 因此选 所以我选择 综上所述，选 … : only after a conclusion word, see CHOSEN
    r"|(?P<choose>(?<=选)(?:[择取定]|出(?!的))?(?![项择题取定的]))"
    r")"
)
# What makes 选 a choice and not a remark: a conclusion word right before it.
CHOSEN = re.compile(
    r"(?:故|应|应该|应当|因此|所以|综上|综上所述|最终|最后|本题|此题|只能|必须|因而|从而)[，,：: ]?"
    r"(?:我们|我|应该|应当|应|本题|答案|最终|只能|可以|会|要|将|可){0,3}\Z"
)
# The fast path: the last line of our own prompts and the commonest endings elsewhere, letter in half width.
FAST = re.compile(
    r"(?:答案(?:是[:：]?|为[:：]?|】[:：]?|[:：])|nswer(?: is[:：]?|[:：]))\s{0,3}[\[(（*$]{0,3}"
    r"([A-Z])[\])）*$]{0,3}(?:[.．] ?([^\n<*]{1,60}?))?[.。]?\*{0,2}\s{0,3}(</output>|<eoa>)?\s*\Z"
)
# A text behind such a letter in which nothing else can be announced.
FAST_TEXT = re.compile(r"[^.。，,A-Z]{1,20}")
# What commonly stands before such an ending in its own sentence, and is neither an echo nor a doubt.
PLAIN_LEADS = frozenset(
    "|因此|所以|因此，|所以，|【|正确|最终|因此，正确|综上所述，|**|**因此|<output>|<output>因此"
    "|a|A|The a|the a|So the a|So, the a|Therefore, the a|Thus, the a|The correct a|Final a|The final a"
    "|Therefore, the correct a|So the correct a|So the final a".split("|")
)
# An output that is nothing but a letter: `C`, `[[C]]`, `(C)`, `**C**.`
BARE = re.compile(r"[\s*_`!\"'“‘「『【〖\[(（{<$《]{0,12}([A-Za-z])[\s*_`\"'”’」』】〗\])）}>$》.。:：]{0,12}\Z")
# A line that is one option's label, perhaps with its text after a separator.
LINE = re.compile(
    r"[\s*_`>#\-\"'“‘「『【〖\[(（{$]{0,12}+"
    r"(?:(?:因此|所以|综上|故|即|[Tt]herefore|[Tt]hus|[Ss]o|[Hh]ence)[,，:：]?\s{0,2})?(?:(?:选项|[Oo]ption)\s?)?"
    r"[*_`\"'“‘「『【〖\[(（{$]{0,6}+([A-Za-z])(?![A-Za-z0-9_'’])"
    r"([*_`\"'”’」』】〗\])）}$]{0,8}+(?:选项|项)?[.．。、:：)）,，]?[*_`]{0,4}+)"
)
# An output that begins with its answer and then explains: ``C。A 项错在时间``, ``B, because …``, ``Choice C. The …``;
# or with an option's text: ``可以。从1出发…``, ``False. No rule …``.
LEADING = re.compile(
    r"[*_(（\[]{0,4}(?:(?:就|就选)?([A-Z])[*_)）\]]{0,4}(?: ?选项)?(?:。|[，,] ?(?:因为|理由|[Bb]ecause|[Ss]ince))"
    r"|(?:[Cc]hoice|[Oo]ption) ([A-Z])[*_)]{0,3}\.(?:\s|\Z)"
    r"|([A-Z])[*_)]{0,3}\. (?:The (?:others?|rest)\b|Because|Since|Reason|Explanation)"
    r"|\[([A-Z])\] (?=[A-Z][a-z])(?![\s\S]{0,600}\[[A-Z]\]))"
)
LEADING_TEXT = re.compile(
    # The number or letter of a list's first entry is no answer: ``1. First, …``, ``A. z``.
    r"(?![*_\s]{0,4}(?:\d{1,3}|[A-Za-z]|[ivx]{1,4}|[①-⑳])[*_]{0,3}\.)"
    r"[*_\s]{0,4}([^\n。.，,;；:：!！*_]{1,24})[*_]{0,3}(?:。|[.!！](?=\s|[^\x00-\x7f]|\Z)|[，,] ?(?:因为|[Bb]ecause))"
)
LABELLED_BEHIND = re.compile(r"[*_]{0,3}([^\n]{1,200}?)[*_]{0,3} ?[(（]([A-Z])[)）][*_]{0,3}[.。]?")
"""An option with its letter behind it: ``Rome (B)``."""
BULLET = re.compile(r"[-*•] ")
ASKS_OR_IS = re.compile(r"(?:[？?]|(?:是|为|\bis|\bare|\bbe)[*_]{0,2}[：:])[*_]{0,3}\Z")
SENTENCE_ENDS = re.compile(r"[*_)）]{0,3}(?:。|[.!！](?=\s|[^\x00-\x7f]))")
OTHER_LABEL = re.compile(r"(?:^|[\n。.])[ \t*_>-]{0,6}(?:选项|[Oo]ption )?[B-Z][*_]{0,3}[.、:：)）]", re.MULTILINE)
"""A label behind the first: a list or a review of the options."""
OPTION_INSIDE = re.compile(r"(?<![A-Za-z0-9])[A-Z](?:选项|项)|(?:选项|[Oo]ption) ?[A-Z](?![A-Za-z])")
"""Another option by its letter, in a line that begins with one."""
ONE_LINE_BLOCK = re.compile(
    r"(?:```(?:output|text|plaintext)?|\\\[|\$\$)[ \t]*\n[ \t]*"
    r"(?P<line>[^\n`]{1,160}?)[ \t]*\n[ \t]*(?:```|\\\]|\$\$)\Z"
)
"""A block of one line that ends a text: a program's output, a formula."""
STAND_IN = re.compile(r"X\s?(?:[:：=.]|, where X is)\s?(?=\S)")
"""A placeholder of the prompt, and a sign, before an answer."""
SAID_OF = re.compile(r" ?(?:[在是有比和与不没]|的(?!。))")
"""Behind a letter that is no option's: it is somebody's or something's name."""
LAST_LETTER = re.compile(r"(?<![A-Za-z])([A-Z])[\s.。*}\])]{0,6}\Z")
END_TOKENS = re.compile(
    r"(?:\s{0,4}(?:<(?:\|[a-z_]{2,16}\|?|/?s|/?eo[a-z]|end_of_[a-z]{2,12})>|\[(?:EOS|END|DONE|end of text)\])){1,4}"
    r"\s*\Z"
)
"""Tokens that only end a text."""
# Another option's label inside what should be one option's text.
LABEL_INSIDE = re.compile(r"(?<![A-Za-z0-9])[A-Z]\s?[.．、:：)）]")
