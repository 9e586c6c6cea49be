"""What a model's makers say of sampling: the part of its generation_config.json that is taken as default. Pure.

>>> sampling_of({"do_sample": True, "temperature": 0.6, "top_p": 0.95, "top_k": 20, "eos_token_id": 1})
{'temperature': 0.6, 'top_p': 0.95, 'top_k': 20}
>>> sampling_of({"do_sample": False, "temperature": 0.6})
{}
"""

from __future__ import annotations

from collections.abc import Mapping

from solver.base.errors import UsageError
from solver.sampling.parameters import Parameters

TAKEN = ("temperature", "top_p", "top_k", "min_p", "repetition_penalty")


def sampling_of(generation: Mapping[str, object]) -> dict[str, object]:
    """Return the settings that a generation_config.json has a usable value for; none where it asks for greedy answers.

    A temperature of 0 is not taken: samples that vote must differ.
    """
    if generation.get("do_sample") is False:
        return {}
    found: dict[str, object] = {}
    for name in TAKEN:
        value = generation.get(name)
        if type(value) not in (int, float) or (name == "temperature" and value == 0):
            continue
        try:
            Parameters.of(**{name: value})
        except UsageError:
            # Such as a top_k of 0 or -1, which stands for none.
            continue
        found[name] = value
    return found
