"""A smaller bound on the tokens where a server says that prompt and answer do not fit: smaller, never none. Pure.

>>> words = "This model's maximum context length is 4096 tokens. However, you requested 1024 output tokens and your "
>>> smaller_bound(1024, words + "prompt contains at least 3596 input tokens")
500
>>> smaller_bound(9000, "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]")
8192
>>> smaller_bound(1024, "max_tokens must be between 2 and 512"), smaller_bound(9000, "max_tokens 不能大于4096")
(512, 4096)
>>> smaller_bound(1024, "the prompt is too long") is None or smaller_bound(1024, "too many tokens")
512
"""

from __future__ import annotations

import re

LEAST_TOKENS = 16
"""A chain that is cut sooner says nothing; the prompt is too long then."""
_WINDOW = re.compile(
    r"(?:context|model|sequence)['\s]*(?:length|window|size|len)\D{0,24}(\d+)|n_ctx\D{0,8}(\d+)"
    r"|max_new_tokens\W{1,3}must be <= (\d+)",
    re.IGNORECASE,
)
_PROMPT = re.compile(
    r"(\d+) (?:tokens )?(?:in|from|of|for) (?:the |your )?(?:messages|prompt|input)"
    r"|(\d+) [`'\"]?(?:inputs?|prompt)[`'\"]? tokens"
    r"|(?:prompt|input|messages)\b[^.\d]{0,40}?(\d+)|request \((\d+) tokens\)",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"at most (\d+)|\[\s*\d+\s*,\s*(\d+)\s*[\])]"
    r"|(?:less than or equal to|<=|≤|up to|maximum (?:value )?(?:is|of)) (\d+)"
    r"|\bbetween \d+ and (\d+)|(?:不能|不得|不可)(?:大于|超过|高于)\s?(\d+)|最大(?:值|可)?(?:为|是|设为)?\s?(\d+)",
    re.IGNORECASE,
)


def smaller_bound(tokens: int, words: str) -> int | None:
    """Return the bound to ask with next, from the server's words where they tell it, else half of the last one.

    Args:
        tokens: the bound that was refused.

    Returns:
        Tokens, fewer than before; None where no bound would do.
    """
    window, prompt = _number(_WINDOW, words), _number(_PROMPT, words)
    if window is not None and prompt is not None and prompt != tokens:
        room = window - prompt
        if room < LEAST_TOKENS:
            return None
        if room < tokens:
            return room
    most = _number(_MOST, words)
    if most is not None and LEAST_TOKENS <= most < tokens:
        return most
    return tokens // 2 if tokens // 2 >= LEAST_TOKENS else None


def tells_the_most(words: str) -> bool:
    """Tell whether a server speaks of a bound that holds for every prompt."""
    return _MOST.search(words) is not None and _number(_PROMPT, words) is None


def _number(form: re.Pattern[str], words: str) -> int | None:
    match = form.search(words)
    found = next((group for group in match.groups() if group), "") if match else ""
    return int(found) if 0 < len(found) <= 9 else None
