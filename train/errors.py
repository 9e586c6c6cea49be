"""Errors of the train package.

::

    TrainError (LogicVoteError)        exit code 1
    ├── RecipeError (ValueError)       2  a recipe, or a ``key=value`` on top of it, cannot be used
    │   ├── RowsError                  2  rows of a fine-tuning data set cannot be used
    │   ├── CalibrationError           2  rows that a model should be quantised with cannot be used
    │   ├── BaseError                  2  a base model is missing or is no base to train on
    │   └── LaunchError                2  a run needs another number of processes than it was started with
    ├── CheckpointError (ValueError)   2  a checkpoint does not belong to this run, or cannot be read
    │   └── AdapterError               2  an adapter does not belong to this base
    ├── TokenizerError (ValueError)    2  a tokenizer is missing, or disagrees with the one trained with
    ├── FeedError (RuntimeError)       1  a generator worker died or gives nothing
    ├── DiskError (OSError)            1  there is not enough disk for what a run writes
    ├── FullMemoryError (MemoryError)  1  a device's or the machine's memory is full
    ├── KernelError (RuntimeError)     1  no attention kernel agrees with the reference on this device
    ├── DivergedError (ArithmeticError) 1 a training's numbers are not finite any more
    ├── MergeError (ArithmeticError)   1  a merged model does not compute what its adapter did
    └── BackendError (RuntimeError)    1  the program that quantises failed, or its environment cannot be built

The root and its other branches: ``solver.base.errors``.
"""

from __future__ import annotations

from solver.base.errors import LogicVoteError


class TrainError(LogicVoteError):
    """Root of all errors that training raises on purpose."""


class RecipeError(TrainError, ValueError):
    """A recipe or an override cannot be used."""

    exit_code = 2


class CheckpointError(TrainError, ValueError):
    """A checkpoint cannot be used."""

    exit_code = 2


class TokenizerError(TrainError, ValueError):
    """A tokenizer is missing or disagrees with the one trained with."""

    exit_code = 2


class FeedError(TrainError, RuntimeError):
    """The training data stopped coming."""


class FullMemoryError(TrainError, MemoryError):
    """A device's or the machine's memory is full."""


class KernelError(TrainError, RuntimeError):
    """No attention kernel works on this device."""


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


class DivergedError(TrainError, ArithmeticError):
    """A training's numbers are not finite any more."""


class MergeError(TrainError, ArithmeticError):
    """A merged model does not compute what its adapter did."""


class BackendError(TrainError, RuntimeError):
    """The program that quantises failed, or its environment cannot be built."""


class CalibrationError(RecipeError):
    """Rows that a model should be quantised with cannot be used."""
