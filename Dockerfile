# syntax=docker/dockerfile:1
#
# The contest in one container: a test file and a model folder in, a submission out (docs/contest.md).
#
#   docker build --target gpu -t logic-vote .
#   docker run --rm --gpus all --ipc=host -v "$PWD/test.jsonl:/data/test.jsonl:ro" -v "$PWD/my-32b-int4:/model:ro" \
#       -v "$PWD/out:/output" -e DEADLINE=4h -e VRAM_GB=32 logic-vote
#
# The CPU variant holds the embedded model, for trying it out:
#
#   docker build --target cpu -t logic-vote:cpu --build-arg PIP_EXTRA_INDEX_URL=URL .
#   docker run --rm -v "$PWD/test.jsonl:/data/test.jsonl:ro" -v "$PWD/out:/output" -e DEADLINE=30m logic-vote:cpu
#
# URL is PyTorch's index of CPU builds; https://pytorch.org/get-started/locally shows it (Linux, Pip, Python, CPU).
# The folder mounted at /output must be writable for user 10001. Arguments after the image's name replace the contest:
# they go to `harness eval`.

ARG PYTHON_IMAGE=python:3.11.13-slim-bookworm
ARG VLLM_IMAGE=vllm/vllm-openai:v0.32.0

# ---- our own files, the same for both variants ---------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS source
WORKDIR /app
COPY LICENSE README.md pyproject.toml ./
COPY solver ./solver
COPY harness ./harness
COPY docker/entrypoint.sh /entrypoint.sh
COPY models/embedded /embedded
# What was checked out under a umask of 077 the container's user could not read.
RUN chmod 0555 /entrypoint.sh && chmod -R a+rX /app /embedded && mkdir --mode=0777 /data /output /model

# ---- the CPU variant's packages -------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS packages
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# An ARG is in the environment of the RUN lines below it, where pip reads it.
ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/venv
COPY requirements/hashed/serve.txt requirements/hashed/torch-cpu.txt /tmp/
# --no-deps: the files are the exact set; left to itself pip adds CUDA packages that break vLLM's CPU build
# (docs/dependencies.md). Only files with the hashes of those that were tested are installed, so a CUDA build of torch,
# which is what comes without the index, is refused; the check says so in words.
RUN /opt/venv/bin/pip install --no-deps --require-hashes --requirement /tmp/serve.txt --requirement /tmp/torch-cpu.txt \
    && /opt/venv/bin/python -c "import sys, torch; sys.exit(torch.version.cuda and 'a CUDA build of torch: set PIP_EXTRA_INDEX_URL')"

# ---- the CPU variant ------------------------------------------------------------------------------------------------
FROM ${PYTHON_IMAGE} AS cpu
# libnuma: vLLM's CPU kernels link against it. g++: torch compiles kernels when the engine starts.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ libnuma1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin solver
COPY --from=packages /opt/venv /opt/venv
COPY --from=source /app /app
COPY --from=source --chown=10001:10001 /data /data
COPY --from=source --chown=10001:10001 /output /output
COPY --from=source /entrypoint.sh /entrypoint.sh
COPY --from=source /embedded /app/models/embedded
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 HOME=/home/solver \
    DATA=/data/test.jsonl OUTPUT=/output MODEL=/model RULE=lead:3 MAX_SAMPLES=16 DEADLINE=4h VRAM_GB=""
USER 10001
# "docker stop" ends a run well: samples are kept in /output, the same command continues.
STOPSIGNAL SIGTERM
ENTRYPOINT ["/entrypoint.sh"]

# ---- the GPU variant: vLLM's own image with our files and a few small packages -----------------------------------------
FROM ${VLLM_IMAGE} AS gpu
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
COPY requirements/hashed/gpu.txt /tmp/gpu.txt
# vLLM asks for an older SDK, which brings another HTTP library. Nothing of this touches torch.
# hadolint ignore=DL3059
RUN python3 -m pip install --no-deps --require-hashes --requirement /tmp/gpu.txt \
    && python3 -c "import aiolimiter, httpx2, openai, rich, yaml" \
    && ln --symbolic --force "$(command -v python3)" /usr/local/bin/python \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin solver
COPY --from=source /app /app
COPY --from=source --chown=10001:10001 /data /data
COPY --from=source --chown=10001:10001 /output /output
COPY --from=source /entrypoint.sh /entrypoint.sh
WORKDIR /app
ENV PYTHONUNBUFFERED=1 HOME=/home/solver \
    DATA=/data/test.jsonl OUTPUT=/output MODEL=/model RULE=lead:3 MAX_SAMPLES=16 DEADLINE=4h VRAM_GB=32
USER 10001
STOPSIGNAL SIGTERM
ENTRYPOINT ["/entrypoint.sh"]
