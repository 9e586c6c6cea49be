"""Errors of the train package.

::

    TrainError (Exception)
    ├── RecipeError (ValueError)       a recipe, or a ``key=value`` on top of it, cannot be used
    │   ├── RowsError                  rows of a fine-tuning data set cannot be used
    │   ├── CalibrationError           rows that a model should be quantised with cannot be used
    │   ├── BaseError                  a base model is missing or is no base to train on
    │   └── LaunchError                a run needs another number of processes than it was started with
    ├── CheckpointError (ValueError)   a checkpoint does not belong to this run, or cannot be read
    │   └── AdapterError               an adapter does not belong to this base
    ├── TokenizerError (ValueError)    a tokenizer is missing, or disagrees with the one trained with
    ├── FeedError (RuntimeError)       a generator worker died or gives nothing
    ├── DiskError (OSError)            there is not enough disk for what a run writes
    ├── KernelError (RuntimeError)     no attention kernel agrees with the reference on this device
    ├── MergeError (ArithmeticError)   a merged model does not compute what its adapter did
    ├── BackendError (RuntimeError)    the program that quantises failed, or its environment cannot be built
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


class RowsError(RecipeError):
    """Rows of a fine-tuning data set cannot be used."""


class BaseError(RecipeError):
    """A base model is missing or is no base to train on."""


class AdapterError(CheckpointError):
    """An adapter does not belong to this base."""


class DiskError(TrainError, OSError):
    """There is not enough disk for what a run writes."""


class LaunchError(RecipeError):
    """A run needs another number of processes than it was started with."""


class MergeError(TrainError, ArithmeticError):
    """A merged model does not compute what its adapter did."""


class BackendError(TrainError, RuntimeError):
    """The program that quantises failed, or its environment cannot be built."""


class CalibrationError(RecipeError):
    """Rows that a model should be quantised with cannot be used."""
