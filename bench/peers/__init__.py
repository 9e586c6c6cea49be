"""Our harness beside lm-evaluation-harness, evalscope and inspect_ai; run it with ``python -m bench.peers``.

Imports inside are relative: ``bench`` is no package, and the type checker would take absolute ones for other modules.
"""
