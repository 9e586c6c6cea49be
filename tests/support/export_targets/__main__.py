"""Each export read by its target's own loader, as a table with the versions.

python -m tests.support.export_targets                      all of them; minutes, and gigabytes, for the first time
python -m tests.support.export_targets inspect lm-eval --into /tmp/environments --table table.md
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.support.export_targets.targets import TARGETS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.support.export_targets", description=__doc__)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"{', '.join(TARGETS)} (default: all)")
    parser.add_argument("--into", type=Path, default=Path(".export-targets"), help="folder of the environments")
    parser.add_argument("--no-install", action="store_true", help="take the environments as they are")
    parser.add_argument("--table", type=Path, help="write the table there, too")
    options = parser.parse_args()
    if unknown := set(options.targets) - TARGETS.keys():
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    rows = ["| target | version | what was read | result |", "|---|---|---|---|"]
    failed = 0
    for name in options.targets or TARGETS:
        target, folder = TARGETS[name], Path(tempfile.mkdtemp(prefix=f"export-{name}-"))
        print(f"{name}: {', '.join(target.install)}", file=sys.stderr, flush=True)
        try:
            if not options.no_install:
                target.build(options.into)
            target.export(folder)
            found = target.read(options.into, folder)
        except (RuntimeError, OSError) as error:
            print(error, file=sys.stderr)
            rows.append(f"| {name} | | | refused |")
            failed += 1
            continue
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        rows += [f"| {name} | {found.version} | {what} | {came} |" for what, came in found.read.items()]
    text = "\n".join(rows) + "\n"
    print(text, end="")
    if options.table is not None:
        options.table.write_text(text, encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
