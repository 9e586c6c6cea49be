"""A plugin of vLLM (``vllm.general_plugins``): look for chains that run in circles now and then, not after every token.

The engine's path is given this folder (``solver.backends.engine_config.environment_of``), where the entry point lies
beside the module; vLLM loads it in its front end, its core and its workers. It may be another environment's vLLM, so
nothing of ours is imported here.
"""

from __future__ import annotations

PERIOD = 32
"""Tokens of a chain between two looks."""


def register() -> None:
    """Make the look of ``repetition_detection`` a rare one; safe to call again, and where vLLM has none.

    vLLM looks after each token, which takes 40 to 55 µs for patterns of up to 200 tokens (measured, vLLM 0.32): as long
    as a small model's token itself on a GPU.
    """
    try:
        from vllm.v1.core.sched import utils
    except ImportError:
        return
    look = getattr(utils, "check_sequence_repetition", None)
    if look is None or getattr(look, "is_rare", False):
        return

    def now_and_then(tokens, params):  # type: ignore[no-untyped-def]
        return len(tokens) % PERIOD == 0 and look(tokens, params)

    now_and_then.is_rare = True  # type: ignore[attr-defined]
    utils.check_sequence_repetition = now_and_then
