"""What to do where a server refuses every request, in one line. Pure.

>>> refused_for_all("m", [Refusal("http://host/v1: Insufficient Balance (402)", 402)], "OPENAI_API_KEY")
"model 'm': every request is refused: http://host/v1: Insufficient Balance (402); top up the account behind the key in \
OPENAI_API_KEY, or ask another endpoint"
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from solver.base.text_safety import one_line
from solver.sampling.transport import Refusal
from solver.sampling.wire.refusal_sorts import field_named

FLAGS = {
    "temperature": "--temperature 1",
    "system": "no --system, or another --prompt",
    "stop": "no --stop",
    "top_k": "no --top-k",
    "min_p": "no --min-p",
    "repetition_penalty": "no --repetition-penalty",
    "presence_penalty": "no --presence-penalty",
}
"""Field that a user set -> what helps where it is refused."""
_ACCOUNT = re.compile(
    r"balance|quota|credit|billing|arrear|overdue|payment|fund|free tier|good standing|suspended|exhausted"
    r"|用尽|欠费|余额|额度|充值",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"api[ _-]?key|authori|authenticat|(?:access|invalid|auth\w*) token|credential|permission|鉴权|令牌", re.IGNORECASE
)
_MODEL = re.compile(r"\bmodels?\b|模型", re.IGNORECASE)


_TOKENS_A_MINUTE = re.compile(r"tokens per minute|\bTPM\b")
_FALLEN = re.compile(r"crash|out of memory|\bCUDA\b|core dumped|exit code", re.IGNORECASE)
_PLACE = re.compile(r"country|region\b|territory|location|地区", re.IGNORECASE)
_TEMPLATE = re.compile(r"chat[ _-]template", re.IGNORECASE)


def refused_for_all(model: str, refusals: Sequence[Refusal], key_variable: str) -> str:
    """Return the line for the user.

    Args:
        refusals: one an endpoint.
        key_variable: environment variable that holds the key.
    """
    words = "; ".join(dict.fromkeys(str(refusal) for refusal in refusals))
    return one_line(f"model {model!r}: every request is refused: {words}; {_advice(refusals[0], key_variable)}")


def _advice(refusal: Refusal, key: str) -> str:
    words, status = str(refusal), refusal.status
    field = refusal.field or field_named(words)
    if field is not None:
        return f"it does not take {field}: {FLAGS.get(field, 'leave it out of the settings')}"
    if _TOKENS_A_MINUTE.search(words):
        return "one request is more than its quota of a minute: a smaller --max-tokens, or another tier of the account"
    if _FALLEN.search(words):
        return "the server itself has fallen: look into its log, start it again"
    if _TEMPLATE.search(words):
        return "serve it with a chat template, or ask a model that is made for chats"
    if 300 <= status < 400:
        return "give the address that answers with --endpoint"
    if status == 402 or _ACCOUNT.search(words):
        return f"top up the account behind the key in {key}, or ask another endpoint"
    if status == 429:
        return "its quota is used up for longer than a run waits: go on later, or ask another endpoint"
    if _PLACE.search(words):
        return "it does not serve the place where you are: ask another endpoint"
    if status in (401, 403, 407) or _KEY.search(words):
        return f"check the key in {key}, and what it may use"
    if status in (404, 405, 410) or _MODEL.search(words):
        return "check the model's name (--model) and the address, which as a rule ends in /v1"
    return "the first requests were all refused alike, so nothing more was asked"
