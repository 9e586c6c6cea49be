"""How far two models are apart: their logits over the same tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple


class Difference(NamedTuple):
    """How far two sets of logits are apart."""

    largest: float
    """Largest absolute difference of a logit."""
    mean_share: float
    """Mean absolute difference over the mean standard deviation of the reference's logits."""
    agreement: float
    """Share of positions with the same most likely token."""
    n_tokens: int


def logits_of(model: Any, rows: Sequence[Sequence[int]]) -> list[Any]:
    """Compute a model's logits, a float32 tensor [tokens, vocabulary] on the CPU for each row."""
    import torch

    found = []
    with torch.inference_mode():
        for row in rows:
            out = model(input_ids=torch.tensor([row], device=model.device), use_cache=False)
            found.append(out.logits[0].float().cpu())
    return found


def difference(ours: Sequence[Any], theirs: Sequence[Any]) -> Difference:
    """Compare logits with reference logits, row by row.

    Args:
        ours: tensors [tokens, vocabulary].
        theirs: the reference, of the same shapes.
    """
    import torch

    gaps = [(one - other).abs() for one, other in zip(ours, theirs, strict=True)]
    n_tokens = sum(len(gap) for gap in gaps)
    spread = sum(float(other.std(dim=-1).sum()) for other in theirs) / n_tokens
    mean = sum(float(gap.mean(dim=-1).sum()) for gap in gaps) / n_tokens
    same = sum(int((one.argmax(-1) == other.argmax(-1)).sum()) for one, other in zip(ours, theirs, strict=True))
    largest = float(torch.stack([gap.max() for gap in gaps]).max())
    return Difference(largest, mean / spread if spread else float("inf"), same / n_tokens, n_tokens)
