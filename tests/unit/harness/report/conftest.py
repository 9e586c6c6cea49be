"""The report draws with matplotlib and fills templates with jinja2; where the extra is missing, its tests are too."""

from __future__ import annotations

from solver.base.extras import missing

collect_ignore = ["test_report.py"] if missing(("matplotlib", "jinja2")) else []
