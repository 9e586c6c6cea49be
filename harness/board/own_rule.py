"""A rule of one's own, from a Python file: it stands on the board beside those that are built in.

The file is run: give only one that you would run yourself. It ends, as the modules of ``solver.voting.rules`` and
``solver.voting.allocation`` do, with a ``KIND``; docs/rules.md has an example.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from solver.base.errors import UsageError, words_of
from solver.voting.allocation import ALLOCATIONS, AllocationKind
from solver.voting.rules import RULES, RuleKind


@contextmanager
def own_rules(paths: Sequence[Path]) -> Iterator[None]:
    """Add the rules or allocations of some files to their registries for a while.

    Raises:
        UsageError: a file cannot be run, or has no ``KIND``, or one of a name that there is already.
    """
    with ExitStack() as stack:
        for path in paths:
            kind = _kind_of(path)
            try:
                if isinstance(kind, RuleKind):
                    stack.enter_context(RULES.holding(kind))
                else:
                    stack.enter_context(ALLOCATIONS.holding(kind))
            except ValueError as error:
                raise UsageError(f"{path}: {error}; give KIND another name") from None
        yield


def _kind_of(path: Path) -> RuleKind | AllocationKind:
    spec = importlib.util.spec_from_file_location(path.stem, path) if path.suffix == ".py" else None
    if spec is None or spec.loader is None or not path.is_file():
        raise UsageError(f"{path}: not a Python file (name.py) that can be read")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    # Whatever a stranger's file raises is told in one line.
    except Exception as error:
        raise UsageError(f"{path}: it cannot be run ({type(error).__name__}: {words_of(error)})") from error
    kind = getattr(module, "KIND", None)
    if not isinstance(kind, RuleKind | AllocationKind):
        raise UsageError(f"{path}: it must end with KIND = RuleKind(…) or AllocationKind(…), found {kind!r}")
    return kind
