"""What takes an announcement back: a format described, a doubt, a choice made under duress, a refusal, a rejection.

>>> is_unmeant("如果非要选一个，"), is_unmeant("最后一行写“"), is_unmeant("所以")
(True, True, False)
"""

from __future__ import annotations

import re

LOOK_BACK = 90  # characters before an announcement; the longest pattern of HEDGE reads as many back
_ECHO_BACK = 32  # characters; the longest pattern of ECHO reads as many back
# Where the last clause begins, found by walking back from the end.
CLAUSE_START = re.compile(r".*[，。,.；;\n]", re.DOTALL)
# Before an announcement: a format being described, a hypothesis, an uncertainty, a negation.
ECHO = re.compile(
    r"(?:格式|形式|样例|示例|例如|比如|譬如|形如|类似于?"
    r"|[Ll]ike this|\b[Ff]ormat(?:ted)?(?: as| of)?|for example|e\.g\.)"
    r"[^\n。.,，]{0,24}\Z"
    r"|(?:写|输出|写上|写出|回答|返回|填写|加上)\s?[“\"'‘「『]\s?(?:因此|所以|最终|正确)?\Z"
    # an order to say so
    r"|忽略[^。\n，,]{0,12}(?:指令|指示|要求|提示)[，,]?[^\n。，,]{0,6}\Z"
    r"|\b(?:told|asked|instructed|ordered)(?: me)? to (?:output|say|answer|write|reply|print)\b[^\n.]{0,12}\Z"
)
DOUBT = re.compile(
    r"(?:^|[，,。\n])\s?(?:我?先)\Z|"
    r"(?:需要|还要|有待|才能|难以|尚未|没有)[^。，,.；;\n]{0,16}(?:判断|确定|验证|证明|确认)[^。，,.；;\n]{0,4}\Z|"
    r"(?:如果|假如|假设|倘若|要是|若|无法确定|不能确定|不确定|无法判断|难以确定|不知道|不认为|怀疑|为什么|为何|为啥"
    r"|\b[Ii]f\b|\b[Ss]uppos\w{1,4}|\b[Aa]ssum\w{1,4}|\b[Ww]hether|cannot (?:determine|say|conclude)|\b[Ww]hy)"
    r"(?:(?!则|那么|then|so )[^，。,.；;\n]){0,16}\Z"
    r"|(?:暂且|暂时|暂定|暂|初步|姑且|[Tt]entatively|[Pp]rovisionally|[Ff]or now)[^，。,.；;\n]{0,12}\Z"
    # what others say, or may be led to say
    r"|(?:有的?人|有些人|[很许]多人|不少人|别人|他人|粗心的?[人者])[^，。,.；;\n]{0,4}(?:说|认为|觉得|以为|会选|猜)[^，。,.；;\n]{0,4}\Z"
    r"|\b(?:trap|mistake|wrong|error|tempting|incorrect|easy) to (?:say|think|conclude|assume|believe|claim)"
    r"(?: that)?(?: the)?(?: correct| right)?\s?a?\Z"
    r"|才(?:应该?|应当|会|能|要|可以?){0,2}\s?\Z"
    r"|(?:不|不是|并非|不能|不该|不应|不应该|不可|别|勿|排除|误|错|not |never )\Z"
)
# Why others choose an option: ``因为漏看一句而选B``.
MISLED = re.compile(r"(?:(?<!原)因(?![此而])|由于|受|看[到见]|[误错混忽])(?:(?!不[是选])[^。，,.；;\n]){0,40}而\Z")
# Looked for right after the letter: a question, a rejection, or a quotation mark that makes it a format.
RETRACT = re.compile(
    r"\s{0,2}[,，]?\s{0,2}(?:吗|么|呢|[?？]"
    r"|(?:这|也|都|显然|明显|肯定|就|可能){0,3}(?:是|就是)?(?:不对|不正确|不成立|不合适|错误的?[。.,，\s]|错的|不是正确)"
    r"|(?:的?(?:这种|这个|这一|该)|的)(?:说法|观点|结论|判断|想法|论断|主张)[^，。\n]{0,4}(?:错|不对|不正确|不成立|站不住|有误)"
    r"|的(?:概率|可能性|几率|机会)[^，。\n]{0,3}(?:[低小零]|不[大高])|is what\b"
    r"|(?:is|was|are|would be) (?:not|in(?:correct|valid)|wrong|false\b)|(?:is|was) ruled out)"
    r"|\s?(?:的|这样|这种|为例|作为|之类|等)(?:格式|形式|样式|的?答案|结尾)"
)
# A choice made only because one must be made is no answer, nor is the nearest where none fits. Within one sentence.
_IF = r"(?:如果|若|倘若|要是|假如|假设|即使|即便|就算)"
_MUST = r"(?:非要|非得|必须|必需|一定要|不得不|硬要|硬是要|被迫|强行|勉强|只[允准]?许|只能(?=[选挑取猜]))"
_GUESS = (
    r"(?:(?:只能|只好|全)?[靠凭]?(?:瞎|乱|随便|随机|纯|[靠凭])(?:猜|蒙|选一?[个项]|挑一?[个项])|只[好能](?:猜|蒙)|(?:让|要)我猜"
    r"|真要[选说挑猜]|随便|\brandomly|\b(?:no better|no other) (?:idea|clue)"
    r"|(?:[Jj]ust|[Oo]nly|[Pp]urely|[Ww]ild|[Rr]andom|[Bb]est) (?:a )?guess)"
)
_UNFIT = (
    r"(?:没有(?:一个|任何)?[^。\n，,]{0,10}(?:选项|答案|符合|匹配|正确|完全)"
    r"|(?:无法|不能|难以)(?:得出|确定|给出|判断|得到)[^。\n，,]{0,8}(?:答案|结论|选项)|无(?:正确|合适|符合|完全|准确)|不在选项|选项[中里]?(?:无|没有?)(?!误|问题)"
    r"|与(?:任何|所有|各|哪)[^。\n，,]{0,6}选项[^。\n，,]{0,4}[不无没]"
    r"|选项[^。\n，,]{0,6}(?:有问题|有误|不全)"
    r"|(?:都|均|皆)(?:不(?:完全|太)?(?:对|正确|符合|成立|准确|匹配)|错误?))"
)
# What every match of HEDGE holds; alternatives that begin with a character each are found four times faster.
HEDGED = re.compile(
    r"近|勉|硬|猜|蒙|随|许|实|真要|非要|非得|不可|只能|必须|必需|一定要|不得不|被迫|强行"
    r"|guess|randomly|no better|no other|losest|earest|if\b(?<=\bif)|If\b(?<=\bIf)"
)
HEDGE = re.compile(
    rf"{_IF}[^。\n，,]{{0,8}}{_MUST}[^。\n]{{0,36}}\Z"
    rf"|{_MUST}[^。\n，,]{{0,6}}的话[^。\n]{{0,20}}\Z"
    r"|\b[Ii]f you (?:insist|really|must|want|push)[^.\n]{0,44}\Z"
    r"|\b[Ii]f (?:a|an|one|some|any|the) (?:single |definite )?(?:choice|answer|letter|option|pick)\b[^.\n]{0,50}\Z"
    r"|非[^。\n，,]{1,4}不可[^。\n]{0,10}\Z"
    r"|实在[^。.\n]{0,16}\Z"
    rf"|{_GUESS}[^。.\n]{{0,24}}\Z"
    r"|(?:硬要|非要|非得|勉强|强行|硬)(?:说|从中|在[^。\n，,]{1,8}中)?(?:选|给|可选)[^。\n]{0,30}\Z|勉强(?:可以?|能)?\Z"
    rf"|{_UNFIT}[^。\n]{{0,30}}(?:。(?:其中|但|不过)?[，,]?)?(?:最接近|最相近|最近似|较接近|相对接近)[^。\n，,]{{0,10}}\Z"
    r"|\b[Ii]f (?:(?:I|we|you|one) (?:absolutely )?(?:must|have to|has to|had to|were|am|needs? to)"
    r"|I'm|we're|you're|forced|pressed)[^.\n]{0,44}\Z"
    r"|(?:\b[Nn]one\b|\b[Nn]o (?:option|choice|answer|value)\b"
    r"|\b[Nn]either\b|not? [^.\n]{0,12}(?:listed|among))[^.\n]{0,64}"
    r"(?:closest|nearest)[^.\n,]{0,24}\Z"
)
NULL = re.compile(
    r"(?:都|均|本题|该题|此题|题目|的选项|选项|答案|给出|提供|中|以上|there is|it is|\s|[:：】*_\"“(（\[]){0,8}?"
    r"(?:无|没有(?!疑问|问题|矛盾|错误|冲突|异议)|不存在|不在|不明|不唯一|不确定|无法|未|题目?(?:可能)?(?:有误|错误|无解)|(?:可能)?有误|都不|均不|皆不|以上"
    r"|[Nn]one\b|[Nn]ot\b|[Nn]o\b|[Cc]annot|[Uu]nable|[Uu]ndetermined|N/A|null\b)"
)
# ``答案没有依据``: a remark on an answer, where no 是 or colon announces one; ``the answer is not C``: on one option.
REMARK = re.compile(
    r"[的\s]{0,2}(?:没有|无|未|都不|均不|皆不)(?!正确|合适|符合|任何|一个|选项|满足|唯一|确定|法|解|知)"
)
NOT_ONE = re.compile(r"\s{0,2}not (?:be )?(?:option |choice |answer )?[(\[]?[A-Z]\b")
REFUSAL = re.compile(
    r"抱歉|对不起|无法(?:回答|提供|确定|判断|解答|给出|得出)|不能(?:回答|提供|确定)|作为(?:一个|一名)?(?:AI|人工智能|语言模型)"
    r"|题目(?:可能)?(?:有误|错误|无解)|无解|\b[Ss]orry\b|\bas an AI\b|I(?:'m| am) (?:unable|not able)"
    r"|(?:I |[Ww]e )?(?:cannot|can't|can not) (?:answer|determine|provide|select|help|definitively)"
)


def is_unmeant(before: str) -> bool:
    """Tell whether the text before an announcement makes it a format, a doubt, or a choice made under duress."""
    clause = CLAUSE_START.match(before)
    since = 0 if clause is None else clause.end()
    if before.endswith("而") and MISLED.search(before, since):
        return True
    if DOUBT.search(before, since) or ECHO.search(before[-_ECHO_BACK:]):
        return True
    return is_hedged(before)


def is_hedged(before: str) -> bool:
    """Tell whether the text before an announcement makes it a choice under duress, or the nearest where none fits."""
    return HEDGED.search(before) is not None and HEDGE.search(before) is not None
