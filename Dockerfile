# syntax=docker/dockerfile:1
#
# The CPU variant: the harness, vLLM for the CPU and the embedded model.
#
#   docker build -t logic-vote --build-arg PIP_EXTRA_INDEX_URL=URL .
#   docker run --rm -v "$PWD/runs:/app/runs" logic-vote --limit 60
#   docker run --rm -v "$PWD/my-data:/data:ro" -v "$PWD/my-model:/models/mine:ro" -v "$PWD/runs:/app/runs" \
#       logic-vote /data/problems.jsonl --serve /models/mine
#
# URL is PyTorch's index of CPU builds; https://pytorch.org/get-started/locally shows it (Linux, Pip, Python, CPU).
# The folder mounted at /app/runs must be writable for user 10001.
#
# Not built so far. Checked by reading, and in parts by hand on Debian 12: the pip line is the one that bootstrap.py
# runs, and the entry point answered --help in a folder that holds the packages and the model copied below.

FROM python:3.11.13-slim-bookworm AS packages

# An ARG is in the environment of the RUN lines below it, where pip reads it.
ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/venv
COPY requirements/serve.txt /tmp/serve.txt
# --no-deps: the file is the exact set; left to itself pip adds CUDA packages that break vLLM's CPU build
# (docs/dependencies.md). The check refuses a CUDA build of torch, which is what comes without the index.
RUN /opt/venv/bin/pip install --no-deps --requirement /tmp/serve.txt \
    && /opt/venv/bin/python -c "import sys, torch; sys.exit(torch.version.cuda and 'a CUDA build of torch: set PIP_EXTRA_INDEX_URL')"

FROM python:3.11.13-slim-bookworm

# libnuma: vLLM's CPU kernels link against it. g++: torch compiles kernels when the engine starts.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ libnuma1 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --create-home --shell /usr/sbin/nologin solver \
    && mkdir --parents /app/runs /data /models /home/solver/.cache \
    && chown solver:solver /app/runs /home/solver/.cache
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY LICENSE README.md pyproject.toml ./
COPY solver ./solver
COPY harness ./harness
COPY models/embedded ./models/embedded
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1
USER solver
# Compiled kernels are kept in the user's cache; mount a volume there to start faster the next time.
VOLUME ["/app/runs", "/home/solver/.cache"]
# Ctrl-C and "docker stop" end a run well: samples are kept, the same command continues.
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "harness", "eval"]
