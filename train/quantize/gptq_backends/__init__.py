"""The programs that quantise, each as a small worker script in the environment that it needs.

``gptqmodel_worker.py`` runs in this environment, ``auto_gptq_worker.py`` in one of its own
(``train.quantize.gptq_backends.environment`` builds it). A worker reads a job file, prints progress on stdout, and
writes a checkpoint of the common GPTQ form; ``train.quantize.gptq`` does everything before and after.
"""

from train.quantize.gptq_backends.environment import make_environment
from train.quantize.gptq_backends.job import BACKENDS, Backend, Job, run_worker

__all__ = ["BACKENDS", "Backend", "Job", "make_environment", "run_worker"]
