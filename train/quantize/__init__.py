"""GPTQ to four bits, its calibration set and its report."""
