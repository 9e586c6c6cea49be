"""Floating-point operations of training, for model FLOPs use (MFU). Pure arithmetic.

A multiply-add counts as two operations; a backward pass costs twice its forward pass; recomputation and the
optimiser are left out, as in PaLM (arXiv:2204.02311, appendix B).
"""

from __future__ import annotations

from train.pretrain.recipe import ModelShape


def matrix_weights(shape: ModelShape) -> int:
    """Count the weights that take part in matrix products, the tied output head included, biases left out."""
    attention = shape.hidden * shape.head_dim * (2 * shape.heads + 2 * shape.kv_heads)
    return shape.layers * (attention + 3 * shape.hidden * shape.intermediate) + shape.vocab * shape.hidden


def parameters(shape: ModelShape) -> int:
    """Count all trained parameters of a Qwen2 model with tied embeddings.

    >>> parameters(ModelShape())
    18790528
    """
    biases = shape.head_dim * (shape.heads + 2 * shape.kv_heads)
    return matrix_weights(shape) + shape.layers * (biases + 2 * shape.hidden) + shape.hidden


def training_flops(shape: ModelShape, tokens: int, squared_lengths: int) -> float:
    """Operations to train on a packed batch.

    Args:
        tokens: tokens in the batch.
        squared_lengths: sum over its documents of length squared (causal attention stays inside a document).
    """
    width = shape.heads * shape.head_dim
    return 6.0 * matrix_weights(shape) * tokens + 6.0 * shape.layers * width * squared_lengths
