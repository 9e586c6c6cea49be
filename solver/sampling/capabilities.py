"""What a place that completes chats can do: said beforehand by an engine of our own, found out of a stranger.

>>> Capabilities().can_force_answers, Capabilities(continuation=False).can_force_answers
(True, False)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What can be asked for; None where only trying tells."""

    n: bool | None = None
    """Several completions of one prompt in one request, with seeds that count up by one."""
    greedy_n: bool = False
    """As above at temperature 0, which vLLM's server refuses."""
    is_cheap_by_one: bool = False
    """Completions of one prompt, asked for one by one, cost no more than together."""
    seeds: bool | None = None
    """The same seed gives the same completion."""
    structured_choice: bool | None = None
    """A completion is held to one of some texts (``structured_outputs``)."""
    continuation: bool | None = None
    """An unfinished assistant message is continued (``continue_final_message``)."""
    logprobs: bool | None = None
    """Log-probabilities of the sampled tokens."""
    streaming: bool | None = None
    """Completions can be watched while they grow."""
    thinking: bool | None = None
    """Reasoning comes apart from the content."""
    prefix_cache: bool | None = None
    """Prompts that begin alike are read once."""
    max_context: int | None = None
    """Longest prompt and completion together, tokens."""
    ends_circles: bool = False
    """Chains that run in circles can be ended by the engine, at no cost that shows."""
    is_own: bool = False
    """Started by us: its idle places cost nothing."""

    @property
    def is_by_one(self) -> bool:
        """True where completions are asked for one by one: it costs nothing, or there is no ``n``."""
        return self.is_cheap_by_one or self.n is False

    @property
    def can_force_answers(self) -> bool:
        """False where an answer cannot be forced by a structured continuation."""
        return self.structured_choice is not False and self.continuation is not False


VLLM = Capabilities(
    n=True,
    seeds=True,
    structured_choice=True,
    # Whether it continues a message depends on the model's chat template.
    logprobs=True,
    streaming=True,
    prefix_cache=True,
    # With our plugin (``solver/backends/vllm_plugin``) it looks for them now and then.
    ends_circles=True,
    is_own=True,
)
"""vLLM as it is started here."""
UNKNOWN = Capabilities()
"""A server that somebody else runs."""
