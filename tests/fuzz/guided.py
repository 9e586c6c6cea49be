"""One target under atheris, started by ``python -m tests.fuzz``: ``python -m tests.fuzz.guided TARGET FLAGS``."""

from __future__ import annotations

import sys
from typing import Any


def main() -> None:
    """Hand the process over to the fuzzer."""
    import atheris

    with atheris.instrument_imports(include=["solver", "harness"]):
        from tests.fuzz.targets import TARGETS
    run: Any = TARGETS[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
