"""The tools whose logs are read, in the order in which a path is held against them."""

from __future__ import annotations

from harness.imports.foreign import Tool
from solver.base.registry import Registry

TOOLS = Registry.of_modules("tool", Tool, "harness.imports", ("lm_eval", "inspect_log", "evalscope"), "TOOL")
