"""Errors of the train package.

::

    TrainError (Exception)
    ├── RecipeError (ValueError)       a recipe, or a ``key=value`` on top of it, cannot be used
    ├── CheckpointError (ValueError)   a checkpoint does not belong to this run, or cannot be read
    ├── TokenizerError (ValueError)    a tokenizer is missing, or disagrees with the one trained with
    ├── FeedError (RuntimeError)       a generator worker died or gives nothing
    ├── KernelError (RuntimeError)     no attention kernel agrees with the reference on this device
    └── NotInstalled (ImportError)     a package that this command needs is not installed
"""

from __future__ import annotations


class TrainError(Exception):
    """Root of all errors that training raises on purpose; its text is fit for the user."""


class RecipeError(TrainError, ValueError):
    """A recipe or an override cannot be used."""


class CheckpointError(TrainError, ValueError):
    """A checkpoint cannot be used."""


class TokenizerError(TrainError, ValueError):
    """A tokenizer is missing or disagrees with the one trained with."""


class FeedError(TrainError, RuntimeError):
    """The training data stopped coming."""


class KernelError(TrainError, RuntimeError):
    """No attention kernel works on this device."""


class NotInstalled(TrainError, ImportError):
    """A package that this command needs is not installed."""
