r"""The patterns of ``solver.extraction.extract``: how an answer is announced, how its value looks, what takes it back.

Nothing here decides anything; the order in which the patterns are tried, and what a match means, is in
``solver.extraction.extract``. Every pattern was written from the kinds of output in ``shared/data/outputs`` (about
90 models,
Chinese and English; read on 2024 SAIS, GAOKAO-Bench, KOR-Bench, MMLU-Pro and BBH outputs) and none from a row of it.

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
# ``A`` and ``I`` before a small English word are an article and a pronoun, unless the word continues the sentence.
ARTICLE = re.compile(
    r" (?!(?:because|since|as|and|or|is|was|which|with|due|based|given|from|for|not|by|option|to|if|but|rather|while"
    r"|instead|so|in|where|since|that|would|only|alone|here)\b)[a-z]"
)
# A second letter: joined by a word or sign that always means "and"/"or", or by a comma and itself followed by an end.
_OPEN = r"(?:[\s*_`\"'“‘「『【\[(（{$]|\\(?:text|mathrm|mathbf|textbf|boxed)\{|选项|[Oo]ption ){0,8}+"
_SHUT = r"[\s*_`\"'”’」』】\])）}$]{0,8}+"
_JOIN = r"(?:[、和与或及&+/~～]|以及|还是|并且|and/or|and|or)"
ALSO = re.compile(
    rf"\s{{0,4}}{_JOIN}\s{{0,4}}{_OPEN}([A-Z])(?![A-Za-z0-9_'’])(?! [a-z])"
    rf"|\s{{0,4}}{_JOIN}\s{{0,4}}{_OPEN}([A-Z])(?= ?(?:are|both|is|or|and|都|均)\b)"
    rf"|\s{{0,4}}[,，]?\s{{0,4}}(?:也|或者?|抑或|要么)(?:有?可能|许|可以)?(?:是|为|选)?{_OPEN}([A-Z])(?![A-Za-z0-9_'’])"
    rf"|\s{{0,4}}[,，;；]\s{{0,4}}{_OPEN}([A-Z])(?={_SHUT}(?:$|[,，、;；。.\n<和与或及&]|and|or|都|均|两|三))"
    r"|(?<=[A-Z] )([A-Z])(?=[ \t]{0,4}(?:$|[。\n<]|(?<= )[A-Z]\b))"
)
# 答案是第三个选项，即C / 答案是NBA球员（选项C）: the letter comes after words.
VIA = re.compile(rf"[^\n。；;不没无非否]{{0,18}}?(?:即|也就是|对应|选项)(?:选项|的?是|为)?{_OPEN}(?=[A-Z])")

# --- announcements -------------------------------------------------------------------------------------------------
_MODAL = (
    r"(?:应该|应当|应|只能|就|可能|即|便|确实|依然|仍然|仍|还|则|显然|必然|一定"
    r"|选项|选择|序号|字母|编号|的|会|将){0,4}+"
)
_BE = r"(?:is|was|are|would be|should be|must be|will be|has to be|can only be|could be)"
_ADVERB = (
    r"(?:\s+(?:therefore|thus|clearly|indeed|likely|most likely|probably|only|either|then|definitely)){0,2}"
    r"(?: not (?:option )?\(?[A-Z]\)?,? but(?: rather)?)?"
)
# Every branch hangs on one rare character (答, 选, the w of answer, …), looked for first: 59 -> 5 us a text.
LABEL = re.compile(
    r"[答选選而wW\\\[\"'puh](?:"
    # 答案是 答案为 【答案】 "答案": 答案应该选 正确答案 最终答案 … (the words before it need no reading)
    rf"(?P<zh>(?<=答)案[^\S\n]{{0,3}}{_MODAL}(?:是|为|選|选(?!项))?)"
    # 正确选项是 正确的选择为 最终选择：
    r"|(?P<option>(?<=[选選])(?:[项項择擇](?:应该|应当|应|只能|就|只)?(?:是|为)|(?<=(?:最终|最后|我的)[选選])[择擇]))"
    # 故选 应选 因此选 所以我选择 综上所述，选 … : only after a conclusion word, see CHOSEN
    r"|(?P<choose>(?<=[选選])(?:[择擇取定]|出(?!的))?(?![项項择擇题取定的]))"
    # 不是A，而是C
    r"|(?P<instead>(?<=而)(?:应该|应当|应)?[是选])"
    r"|(?P<en>(?:(?<=[Aa]nsw)er|(?<=ANSW)ER)(?: choice| option| letter)?"
    r"(?: to (?:this|the|that) (?:\w{1,20} ?){1,3})?"
    rf"(?:[\"'*_\])]{{0,4}}+\s{{0,3}}(?:(?:{_BE})\b{_ADVERB}|[:：=])|(?=[\"'*_]{{0,3}}\s?[\[(（][A-Z][\])）])))"
    rf"|(?P<en2>(?:(?<=[Oo]p)tion|(?<=[Cc]h)oice|(?<=[Cc]onclu)sion|(?<=[Ss]olu)tion)\s{_BE}\b{_ADVERB})"
    r"|(?P<boxed>(?<=\\)f?boxed\s?\{)"
    r"|(?P<brackets>(?<=\[)\[)"
    r"|(?P<json>(?<=[\"'])(?:final_|correct_|my_)?"
    r"(?:choice|option|letter|prediction|pred|result|选项|选择|结果|结论)[\"']\s?[:：])"
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
    r"([A-Z])[\])）*$]{0,3}(?:[.．] ?[^\n.。，,A-Z<]{1,20})?[.。]?\*{0,2}\s{0,3}(?:</output>|<eoa>)?\s*\Z"
)
# What commonly stands before such an ending in its own sentence, and is neither an echo nor a doubt.
PLAIN_LEADS = frozenset(
    "|因此|所以|因此，|所以，|【|正确|最终|因此，正确|综上所述，|**|**因此|<output>|<output>因此"
    "|a|A|The a|the a|So the a|So, the a|Therefore, the a|Thus, the a|The correct a|Final a|The final a"
    "|Therefore, the correct a|So the correct a|So the final a".split("|")
)
# An output that is nothing but a letter: `C`, `[[C]]`, `(C)`, `**C**.`
BARE = re.compile(r"[\s*_`\"'“‘「『【〖\[(（{<$《]{0,12}([A-Za-z])[\s*_`\"'”’」』】〗\])）}>$》.。:：]{0,12}\Z")

# --- what takes an announcement back -------------------------------------------------------------------------------
# Looked for in the few characters before it: a format being described, a hypothesis, an uncertainty, a negation.
ECHO = re.compile(
    r"(?:格式|形式|样例|示例|例如|比如|譬如|形如|类似于?"
    r"|[Ll]ike this|\b[Ff]ormat(?:ted)?(?: as| of)?|for example|e\.g\.)"
    r"[^\n。.,，]{0,24}\Z"
    r"|(?:写|输出|写上|写出|回答|返回|填写|加上)\s?[“\"'‘「『]\s?(?:因此|所以|最终|正确)?\Z"
)
DOUBT = re.compile(
    r"(?:如果|假如|假设|倘若|要是|若|无法确定|不能确定|不确定|无法判断|难以确定|不知道|不认为|怀疑|为什么|为何|为啥"
    r"|\b[Ii]f\b|\b[Ss]uppos\w{1,4}|\b[Aa]ssum\w{1,4}|\b[Ww]hether|cannot (?:determine|say|conclude)|\b[Ww]hy)"
    r"(?:(?!则|那么|then|so )[^，。,.；;\n]){0,16}\Z"
    r"|(?:不|不是|并非|不能|不该|不应|不应该|不可|别|勿|排除|误|错|not |never )\Z"
)
# Looked for right after the letter: a question, a rejection, or a quotation mark that makes it a format.
RETRACT = re.compile(
    r"\s{0,2}[,，]?\s{0,2}(?:吗|么|呢|[?？]"
    r"|(?:这|也|都|显然|明显|肯定|就|可能){0,3}(?:是|就是)?(?:不对|不正确|不成立|不合适|错误的?[。.,，\s]|错的|不是正确)"
    r"|(?:is|was|are|would be) (?:not|in(?:correct|valid)|wrong|false\b)|(?:is|was) ruled out)"
    r"|\s?(?:的|这样|这种|为例|作为|之类|等)(?:格式|形式|样式|的?答案|结尾)"
)
NULL = re.compile(
    r"(?:都|均|本题|该题|此题|题目|的选项|选项|答案|给出|提供|中|以上|there is|it is|\s|[:：】*_\"“(（\[]){0,8}?"
    r"(?:无|没有|沒有|不存在|不在|不明|不唯一|不确定|无法|未|题目?(?:可能)?(?:有误|错误|无解)|(?:可能)?有误|都不|均不|皆不|以上"
    r"|[Nn]one\b|[Nn]ot\b|[Nn]o\b|[Cc]annot|[Uu]nable|[Uu]ndetermined|N/A|null\b)"
)
REFUSAL = re.compile(
    r"抱歉|对不起|无法(?:回答|提供|确定|判断|解答|给出|得出)|不能(?:回答|提供|确定)|作为(?:一个|一名)?(?:AI|人工智能|语言模型)"
    r"|题目(?:可能)?(?:有误|错误|无解)|无解|\b[Ss]orry\b|\bas an AI\b|I(?:'m| am) (?:unable|not able)"
    r"|(?:I |[Ww]e )?(?:cannot|can't|can not) (?:answer|determine|provide|select|help|definitively)"
)

# --- weak announcements: they count only where no strong one does, and only if they agree --------------------------
_SHUT_WEAK = r"[*_`\"'”’」』】\])）}$ ]{0,8}+"
_GOOD = (
    r"(?:是|为|才是|就是|最|更|最为|才|唯一|完全|都|均|皆|全部"
    r"|is|was|seems|would be|must be|should be|the|are| |most|best|both|all){0,7}+"
    r"(?:正确|符合|恰当|合适|合理|成立|准确|适合|对的|答案"
    r"|[Cc]orrect|right\b|best\b|likely\b|appropriate|suitable|answer\b|true answer)(?!率|与否|吗|还是)"
)


def _letter(group: str) -> str:
    """Return the pattern of one decorated capital letter, captured as ``group``."""
    opened = r"[*_`\"'“‘「『【\[(（{$ ]{0,6}+(?:\\(?:text|mathrm|mathbf|textbf)\{\(?)?"
    return rf"{opened}(?P<{group}>[A-Z])(?![A-Za-z0-9_]){_SHUT_WEAK}"


WEAK = re.compile(
    # 选项C（“…”）符合题意 / option C is correct
    rf"(?:选项|选|[Oo]ptions?|[Cc]hoice|[Ss]tatement|[Aa]nswer)\s?{_letter('l1')}(?:选项|项)?"
    rf"(?:[^\n。；;，,.A-Za-z不]{{0,24}}[，,]?)?{_GOOD}"
    # C选项是正确的 / C是正确答案
    rf"|(?<![A-Za-z0-9]){_letter('l2')}(?:选项|项)?\s?{_GOOD}"
    # 符合题意的是C选项 / 错误的叙述为：B. … / 应该是选项C / 我认为是C
    r"|(?:的|述|项|论|题|择|法|应|该|能|当|一|个|以|此|认为|觉得)(?:应该|应当|应|只能|只)?(?:是|为|有)[:：]?\s?(?:选项|选)?"
    rf"{_letter('l3')}(?:选项|项|(?=[.．、，,。;；<:：]|\n|$))"
    # 选C / 选择C / I choose C / go with C
    r"|(?:[选選](?:择|擇|取|定)?(?![项择擇取定])"
    r"|\b(?:choose|select|pick|go with|going with|opt for|chose)\b(?: option| choice| answer)?)(?:选项)?[:：]?\s?"
    rf"{_letter('l4')}(?:选项|项)?(?!\s?(?:[:：]|表示|代表|意味|会|的话))"
    # it is C / I think it's C
    rf"|\b[Ii]t(?:'s| is| must be| should be)(?: option)? {_letter('l5')}(?=[.,\n]|$)"
)
# What stands right before a weakly announced letter when it is the second of two: ``A、C 正确``.
BESIDE = re.compile(
    r"(?<![A-Za-z0-9])([A-Z])[)）\]】*\"”$ ]{0,4}(?:选项|项)?\s?(?:[、和与及或/&,，]|以及|and|or)\s?"
    r"(?:选项|[Oo]ptions? )?[(（\[【*\"“$ ]{0,4}\Z"
)
# After one of these, weak announcements that disagree with earlier ones may still decide.
THEREFORE = re.compile(
    r"因此|所以|综上|故|可见|最终|最后|由此|总之|结论|正确答案|不对|不，|等等|更正|重新"
    r"|[Tt]herefore|[Tt]hus\b|[Hh]ence\b|\b[Ss]o\b|[Cc]onclusion|[Ff]inal|[Ww]ait\b|[Aa]ctually"
)
# A line that is one option's label, perhaps with its text after a separator.
LINE = re.compile(
    r"[\s*_`>#\-\"'“‘「『【〖\[(（{$]{0,12}+"
    r"(?:(?:因此|所以|综上|故|即|[Tt]herefore|[Tt]hus|[Ss]o|[Hh]ence)[,，:：]?\s{0,2})?(?:(?:选项|[Oo]ption)\s?)?"
    r"[*_`\"'“‘「『【〖\[(（{$]{0,6}+([A-Za-z])(?![A-Za-z0-9_'’])"
    r"([*_`\"'”’」』】〗\])）}$]{0,8}+(?:选项|项)?[.．。、:：)）,，]?[*_`]{0,4}+)"
)
# Another option's label inside what should be one option's text.
LABEL_INSIDE = re.compile(r"(?<![A-Za-z0-9])[A-Z]\s?[.．、:：)）]")

# --- where to read -------------------------------------------------------------------------------------------------
AT_LINE_START = re.compile(r"(?:^|\n)\s*\Z")
OUTPUT_OPEN = re.compile(r"<(output|answer|final_answer|final)>")
# A heading that starts another question: after an answer, it and the rest are run-on.
_N = r"[\d一二三四五六七八九十]{1,3}"
NEXT = re.compile(
    r"\n[ \t>]{0,4}(?:#{1,6} ?|\*\*|[-*•] |\d{1,2}[.、] ?)?(?=[选下第问题用背已任QqPIHUE])"
    rf"(?:选择题 ?{_N}|下一[题个]|第 ?{_N} ?[题问]|(?:问题|题目) ?\d{{0,3}} ?[:：]|用户 ?[:：]"
    r"|(?:[Qq]uestion\b|Q|Problem|Example) ?\d{0,3} ?[:：]|[Qq]uestion\b ?\d{0,3} ?[.\n]|QUESTION\b|Instructions?\b"
    r"|(?:Input|Human|User) ?[:：]"
    # the headings of solver/prompts
    r"|(?<=[#] )(?:问题|题目|背景|已知|任务|Problem|Question)[ \t]*(?:\n|$))"
)
# The end of the model's turn does the same; a pattern of its own, so that each starts with one literal character.
TURN_END = re.compile(r"<(?:\|(?:im_end|im_start|endoftext|eot_id|end|user|end_of_text)\|>|/s>|eoa>)")
HAS_MARKUP = re.compile(r"<(?:output|answer|final|\|)")
