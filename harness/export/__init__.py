"""A run in the forms of other tools: logs for Inspect, result files for lm-evaluation-harness.

    python -m harness export runs/mine --to inspect
    python -m harness export runs/mine --to lm-eval

Neither tool is needed for writing; ``tests/integration/test_export_tools.py`` opens what is written with the real ones
where they are installed.
"""
