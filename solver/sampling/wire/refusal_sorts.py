"""What a server's refusal is about: a field, every request, the length, or this prompt. Pure.

Servers agree on neither statuses nor codes, so their words are read as well, in the order of ``sorted_refusal``: what
names a field and says that it is not taken is about the field, whatever the status. The words were collected from the
error messages that vLLM, SGLang, llama.cpp, LMDeploy, Ollama and the common paid APIs document or print.

>>> sorted_refusal(400, "Invalid n value (currently only n = 1 is supported)")
Sorted(sort='field', field='n')
>>> sorted_refusal(402, "Insufficient Balance").sort, sorted_refusal(400, "Content Exists Risk").sort
('all', 'prompt')
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

Sort = Literal["field", "all", "length", "prompt", "unknown"]
"""``field``: an optional field is not taken; ``all``: every request would be refused; ``length``: prompt and answer do
not fit; ``prompt``: this prompt is not wanted; ``unknown``: nothing tells."""


class Sorted(NamedTuple):
    """What a refusal is about."""

    sort: Sort
    field: str | None = None
    """The field that is not taken; ``stream`` where it must be streamed or must not be."""


FIELDS = {
    "n": r"only one (?:completion |chat )?choice|(?:number of|multiple) (?:choices|completions)"
    # Alone as a word, but not as the escape of a line feed.
    r"|(?<!\\)n",
    "logprobs": r"(?:top_?)?log_?probs|log[- ]probabilit(?:y|ies)",
    "seed": r"seeds?",
    "top_p": r"top_?p",
    "top_k": r"top_?k",
    "min_p": r"min_?p",
    "temperature": r"temperature",
    "repetition_penalty": r"repetition_penalty",
    "presence_penalty": r"presence_penalty",
    "stop": r"['\"`]?stop['\"`]? (?:parameter|field|sequences?)|parameter:? ['\"`]stop['\"`]|^stop: ",
    "max_tokens": r"max_tokens",
    "max_completion_tokens": r"max_completion_tokens",
    "stream_options": r"stream_options",
    "system": r"system['\"`]? (?:role|message|prompt|instruction)s?|['\"`]system['\"`]|roles must alternate"
    r"|developer instructions?|system ?(?:角色|消息)",
    "structured_outputs": r"structured_?outputs?|guided_(?:choice|decoding)|grammars?",
    "continue_final_message": r"continue_final_message|add_generation_prompt|(?:assistant )?prefill|"
    r"last message (?:must|should)|final message",
    "chat_template_kwargs": r"chat_template_kwargs",
    "reasoning_effort": r"reasoning_effort|reasoning\.effort",
    "enable_thinking": r"enable_thinking",
    "thinking_budget": r"thinking_budget",
    "thinking": r"thinking",
}
"""Field -> how servers write it. Longer names first decide where one holds another."""
# Chinese stands beside a name without a space.
_FIELDS = {
    name: re.compile(rf"(?<![A-Za-z0-9_])(?:{form})(?![A-Za-z0-9_])", re.IGNORECASE) for name, form in FIELDS.items()
}
_TAKEN = re.compile(
    r"expected one of\b.*|(?<!not )\b(?:supported|valid|allowed|permitted|accepted) (?:params|parameters|fields"
    r"|arguments|keys)(?: (?:are|include))?\s?[:=].*"
    r"|(?<![不非])(?:支持的?|可用的?|合法的?)(?:参数|字段)(?:有|为|是|包括)?\s?[:：].*",
    re.IGNORECASE | re.DOTALL,
)
"""What a server takes, told behind what it does not take."""
_PARAMS = {
    **{name: name for name in FIELDS},
    "top_logprobs": "logprobs",
    "add_generation_prompt": "continue_final_message",
    "guided_choice": "structured_outputs",
}
"""A server's ``param`` -> the field."""
_NOT_TAKEN = re.compile(
    r"not (?:be |yet |currently )?(?:supported?|permitted|allowed|available|accepted|implemented|recognized|valid)"
    r"|n[o']t support|unsupported|unrecogni[sz]ed|unexpected|unknown (?:\w+ )?(?:name|parameter|field|argument|key)"
    r"|extra (?:fields?|inputs?)|forbidden|only (?:\S+ ){0,6}(?:is|are|supports?|allow\w*)|must (?:be|equal)|should be"
    r"|invalid|cannot|can't|deprecated|incompatible|disabled|only one|must alternate|out of range"
    r"|less than|greater than"
    r"|不支持|仅支持|只支持|不允许|不能|无效|非法|不合法|未知|必须|取值范围",
    re.IGNORECASE,
)
_BOTH = re.compile(r"temperature\W+(?:and|or) \W?top_p\W[^.]{0,20}\bboth\b|both \W?temperature\W+and \W?top_p", re.I)
_STREAM = re.compile(
    r"non-?\s?stream|only (?:be )?(?:supports? |allows? |accepts? |available (?:in|with) )?(?:the )?['\"`]?stream"
    r"|stream(?:ing)?['\"`]? (?:mode )?(?:only|is (?:required|mandatory)|must (?:be )?"
    r"(?:['\"`]?true|enabled|set|used))"
    r"|must (?:use|set|enable) (?:the )?['\"`]?stream|requires? ['\"`]?stream(?:ing)?\b|stream=true"
    r"|(?:['\"`]stream['\"`]|\bstreaming)[^.]{0,40}(?:not (?:be )?"
    r"(?:support|allow|permit|available|enabled)|unsupported)|非流式|仅支持流式|只支持流式|不支持流式",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"context (?:length|window|size)|maximum (?:context|model|sequence|input|prompt|token)|max_model_len|n_ctx"
    r"|max_(?:completion_)?tokens['\"`]?[^.]{0,40}"
    r"(?:too (?:large|big|high)|exceed|range|at most|less than|<=|≤|between)"
    r"|max_(?:completion_)?tokens['\"`]?[^\n]{0,80}"
    r"(?:above (?:the )?maximum|取值范围|最大|超[出过]|(?:不能|不得|不可)(?:大|超|高)|大于)"
    r"|(?:range|maximum|limit) (?:of|for) (?:the )?['\"`]?(?:max_(?:completion_)?tokens|input|prompt)"
    r"|(?:prompt|input|request|message\w*)\b[^.]{0,40}(?:too long|too large|too many tokens|longer than|exceed)"
    r"|too many (?:input |prompt )?tokens|exceed\w*[^.]{0,40}(?:tokens|length)|reduce the length"
    r"|max_new_tokens\W{1,3}must be|tokens per minute[^.]{0,40}requested \d"
    r"|string_above_max_length|(?:长度|上下文)[^。]{0,20}(?:超|过长|限制)|超出?(?:最大|了)?[^。]{0,12}(?:长度|上下文)",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"content[ _-]?(?:policy|filter|management|inspection|moderation)|moderation|audit|responsible ?ai|exists? risk"
    r"|high risk|inappropriate|data_?inspection|flagged|sensitive|prohibited|harmful|safety (?:system|policy|filter)"
    r"|usage polic|violat|违规|敏感|不合规|审核|不安全",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"api[ _-]?key|unauthori[sz]ed|authenticat|access[ _]token|invalid token|credential|permission"
    r"|insufficient[ _](?:balance|quota|credit|funds)|arrear|overdue|billing|payment|credits?\b|top[- ]?up|recharge"
    r"|subscription|account|good standing|欠费|余[额量]|用尽|充值|鉴权|令牌|未开通",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"model\b.{0,160}(?:not (?:be )?(?:exist|found|available|supported|served|loaded|valid)|unavailable|unknown)"
    r"|(?:no such|unknown|invalid|not a valid|nonexistent|unsupported|deprecated) model"
    r"|模型.{0,40}(?:不存在|未找到|不可用)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTA = re.compile(
    r"insufficient[ _](?:quota|balance|credit|funds)|billing_hard_limit|plan and billing|arrear|overdue|out of credit"
    r"|no credits|exceeded your (?:monthly|total)|service has been paused|欠费|余额不足|充值",
    re.IGNORECASE,
)
_DAILY = re.compile(
    r"\b(?:per|a|this)[ -]?(?:day|week|month)\b|perday|daily|monthly|weekly|\b(?:tpd|rpd)\b"
    r"|(?:每|今|当|一)[日天月周]",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"\blimit: ?0\b(?![.\d])")
"""A quota that this account does not have at all (Gemini's models without a free tier)."""
_FOR_GOOD = re.compile(
    r"no (?:such|available) (?:model|channel)|model\b.{0,80}(?:does not exist|not found)|无可用(?:渠道|的渠道)"
    r"|模型.{0,40}不存在",
    re.IGNORECASE | re.DOTALL,
)
_SLOWED = re.compile(
    r"rate[ _-]?limit|too many (?:concurrent )?requests|\bqps\b|throttl|concurren(?:t|cy)|并发|限流|频率|请求过多",
    re.IGNORECASE,
)
_OF_THE_MOMENT = re.compile(
    r"overload|\bbusy\b|capacity exceed|server[ _]error|internal error|time[ds]?[ -]?out|disconnect"
    r"|unexpected eof|connection (?:reset|refused|closed|lost)|broken pipe"
    r"|temporarily unavailable|(?:try again|retry) (?:later|in)|please retry|(?:is|still) (?:currently )?loading"
    r"|繁忙|超时|稍后|饱和",
    re.IGNORECASE,
)
_WAIT = re.compile(
    r"(?:try again|retry|wait|available)[^.\d]{0,40}(?=\d)"
    r"(?:(\d{1,4})\s?h(?:ours?)?)?\s?(?:(\d{1,5})\s?m(?:in(?:ute)?s?)?)?\s?"
    r"(?:(\d{1,7}(?:\.\d{1,9})?)\s?s(?:ec(?:ond)?s?)?)?\b",
    re.IGNORECASE,
)
_SOON = re.compile(r"retry[ _-]?(?:in|after|delay)|try again in|per (?:minute|second|hour)|perminute|rpm|tpm", re.I)


def sorted_refusal(status: int, words: str, *, code: str = "", param: str = "") -> Sorted:
    """Sort a refusal by its status and the server's words.

    Args:
        status: HTTP status, or the code of an error object; 0 where there is none.
        words: the message.
        code: the machine-readable code or type, where there is one.
        param: the field that the server itself names.
    """
    text = f"{code} {words}"
    if status in (401, 402, 407):
        return Sorted("all")
    if _STREAM.search(text) and status not in (403, 404):
        return Sorted("field", "stream")
    if status in (0, 400, 403, 413, 422, 451) and _POLICY.search(text):
        return Sorted("prompt")
    if status == 403 and (field := field_named(words, param)) not in (None, "n"):
        return Sorted("field", field)
    if 300 <= status < 400 or status in (403, 404, 405, 410):
        return Sorted("all")
    if status == 413 or _LENGTH.search(text):
        return Sorted("length")
    field = field_named(words, param)
    if field is not None:
        return Sorted("field", field)
    if _ACCOUNT.search(text) or _MODEL.search(text):
        return Sorted("all")
    return Sorted("unknown")


def field_named(words: str, param: str = "") -> str | None:
    """Return the optional field that words call not taken, None where they speak of none."""
    return next(iter(fields_named(words, param)), None)


def fields_named(words: str, param: str = "") -> tuple[str, ...]:
    """Return the optional fields that words call not taken, the likeliest first.

    >>> fields_named("x does not support parameters: ['n', 'top_p']"), fields_named("n参数非法：仅支持取值为1")
    (('top_p', 'n'), ('n',))
    """
    if not _NOT_TAKEN.search(words):
        return ()
    if param in _PARAMS:
        return (_PARAMS[param],)
    if _BOTH.search(words):
        return ("top_p",)  # of two that exclude each other the one that matters less goes
    # "Unsupported parameter: max_tokens, use max_completion_tokens instead": the first one named is meant.
    words = _TAKEN.sub("", words)
    found = {name: match.start() for name, form in _FIELDS.items() if (match := form.search(words))}
    return tuple(sorted(found, key=lambda name: (name == "n", found[name])))


def is_spent(words: str, *, code: str = "", quotas: str = "", is_told_to_wait: bool = False) -> bool:
    """Tell of a 429 whether the account is spent; else it only asks for patience.

    One maker says "check your plan and billing details" of a quota a minute, too, and when to come back with it; of a
    quota a day it says to come back within the minute all the same, and only the quota's name tells.

    Args:
        quotas: names of the quotas that are used up, where they stand apart from the words.
        is_told_to_wait: the reply says when to come back.
    """
    if code in ("insufficient_quota", "billing_hard_limit_reached", "Arrearage"):
        return True
    if _DAILY.search(quotas) or _NOTHING.search(words):
        return True
    if _DAILY.search(words) and not is_told_to_wait:
        return True
    return bool(_QUOTA.search(f"{code} {words}")) and not (is_told_to_wait or _SOON.search(words))


def is_slowed(words: str) -> bool:
    """Tell of an error without a status whether it asks for patience, as a 429 does."""
    return _SLOWED.search(words) is not None and not _QUOTA.search(words)


def is_of_the_moment(words: str) -> bool:
    """Tell of an error that nothing else sorts whether its words speak of the moment.

    >>> is_of_the_moment("Flex tier capacity exceeded"), is_of_the_moment("overloaded_error Overloaded")
    (True, True)
    """
    return _OF_THE_MOMENT.search(words) is not None


def is_for_good(words: str, *, code: str = "") -> bool:
    """Tell of a server's own fault whether it is none of the moment: a relay without that model says so with 503."""
    return code == "model_not_found" or bool(_FOR_GOOD.search(words))


def told_wait_s(words: str) -> float | None:
    """Return how many seconds the words of a 429 ask to wait, None where they do not tell.

    >>> told_wait_s("Please try again in 7h12m0s."), told_wait_s("please retry in 29.5s"), told_wait_s("try later")
    (25920.0, 29.5, None)
    """
    for found in _WAIT.finditer(words):
        hours, minutes, seconds = found.groups()
        if hours or minutes or seconds:
            return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds or 0)
    return None
