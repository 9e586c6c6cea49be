"""Closing a chain that has no readable answer: what to ask, and how to read the reply. No network here.

The same chat with the chain as an unfinished assistant message, ``答案是：`` appended, is continued
(``continue_final_message``) under vLLM's structured choice over the shown letters. The chain's tokens lie in the
prefix cache, so a closing costs about one token.

>>> closing_messages("题", "想了很久", is_truncated=True)[1]["content"]
'想了很久…\\n答案是：'
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from solver.problems.letters import letter_of
from solver.problems.prompt import has_chinese
from solver.sampling.completion import Choice
from solver.sampling.parameters import Sampling
from solver.sampling.sample import Request
from solver.sampling.servers import held_choice

ASK_ZH = "答案是："
ASK_EN = "The answer is:"
# A letter and the end-of-turn token; two to spare for tokenizers that split more.
MAX_TOKENS = 4
# Room for the chat template's tags, the ask and the letter, generously.
_RESERVE_TOKENS = 32
_REPEATED_CHARS = 40
"""Of a message that comes back: its last characters, white space aside, since servers part thoughts from the rest."""


def most_tokens(sampling: Sampling) -> int:
    """Return the tokens that a sample may generate at most: its chain's bound, and a letter where one may be forced.

    >>> most_tokens(Sampling(max_tokens=100)), most_tokens(Sampling(max_tokens=100, answer_forcing=False))
    (104, 100)
    """
    return sampling.max_tokens + (MAX_TOKENS if sampling.answer_forcing else 0)


def closing_messages(prompt: str, chain: str, *, is_truncated: bool, system: str | None = None) -> list[dict[str, str]]:
    """Return the chat to be continued.

    Args:
        prompt: the user message; its script decides the language of the ask.
        chain: what the model wrote, perhaps cut.
        is_truncated: True where the chain stops in the middle of a sentence.
        system: the system message that the chain was written under.
    """
    head = chain.rstrip()
    if is_truncated and head:
        head += "…"
    # An unfinished thought must end before an answer can follow.
    if head.rfind("<think>") > head.rfind("</think>"):
        head += "\n</think>\n"
    ask = ASK_ZH if has_chinese(prompt) else ASK_EN
    content = f"{head}\n{ask}" if head else ask
    first = [{"role": "system", "content": system}] if system else []
    return [*first, {"role": "user", "content": prompt}, {"role": "assistant", "content": content}]


def closing_body(request: Request, chain: str, *, is_truncated: bool) -> dict[str, Any]:
    """Return the JSON body of the closing request (vLLM's extensions included)."""
    return {
        "model": request.model,
        "messages": closing_messages(request.prompt, chain, is_truncated=is_truncated, system=request.sampling.system),
        "temperature": 0.0,
        "max_tokens": MAX_TOKENS,
        "logprobs": True,
        "add_generation_prompt": False,
        "continue_final_message": True,
        **held_choice.wanted([letter_of(index) for index in range(len(request.permutation))]),
    }


def fitted(chain: str, *, chain_tokens: int, prompt_tokens: int, context: int | None) -> str | None:
    """Cut a chain's tail so that the closing fits the model's context window.

    Args:
        chain_tokens: the chain's length in tokens; 0 where unknown.
        prompt_tokens: the prompt's length in tokens, the chat template included.
        context: the window in tokens; None where the endpoint does not tell.

    Returns:
        The chain or its head; None where not even the prompt leaves room. Tail, not middle: what stays is a prefix
        that the engine still has cached, and as a rule only the last few tokens are lost.
    """
    if context is None or not chain_tokens:
        return chain
    room = context - prompt_tokens - _RESERVE_TOKENS
    if room <= 0:
        return None
    if chain_tokens <= room:
        return chain
    # One part in twenty off, since tokens differ in length over the chain.
    return chain[: int(len(chain) * room / chain_tokens * 0.95)]


def went_on(choice: Choice, message: str) -> Choice:
    """Return what continues a message; some servers (llama.cpp) repeat the message before it.

    Args:
        choice: the reply to a request that continues a message.
        message: what was to be continued.
    """
    before, _, last = message.rstrip().rpartition("\n")
    head, found, rest = choice.text.rpartition(last or "\n")
    is_repeated = bool(found) and _end(head) == _end(before)
    return replace(choice, text=rest, content_start=0) if is_repeated else choice


def _end(text: str) -> str:
    return "".join(text.split())[-_REPEATED_CHARS:]


def closing_letter(choice: Choice, letters: Sequence[str]) -> str | None:
    """Read the letter of a closing's reply.

    Only a bare letter counts: a server that ignores the structured choice may write anything, and is not believed.
    """
    text = choice.text[choice.content_start :].strip().rstrip("。.")
    # ``in`` alone would find "AB" in "ABC".
    return text if len(text) == 1 and text in letters else None
