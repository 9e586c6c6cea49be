"""The programs that quantise, each as a small worker script in the environment that it needs.

Some run in this environment, others in one of their own (``train.quantize.gptq_backends.environment`` builds it). A
worker reads a job file, tells its progress through a pipe, and writes a checkpoint of the common GPTQ form;
``train.quantize.gptq`` does everything before and after.
"""

from train.quantize.gptq_backends.environment import make_environment
from train.quantize.gptq_backends.job import Job, run_worker
from train.quantize.gptq_backends.registry import DEFAULT_QUANTISER, QUANTISERS, Quantiser

__all__ = ["DEFAULT_QUANTISER", "QUANTISERS", "Job", "Quantiser", "make_environment", "run_worker"]
