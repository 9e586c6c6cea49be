# The five verbs. bootstrap.py does the work and needs nothing but Python; ARGS are handed on:
#   make test ARGS="tests/unit -k voting"      make eval ARGS="problems.jsonl --limit 20"
PYTHON ?= python3
ARGS ?=

.PHONY: help setup check test eval build
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## setup   install everything into .venv, at exact versions with hashes
setup:
	$(PYTHON) bootstrap.py setup all

## check   format, lint, types
check:
	$(PYTHON) bootstrap.py check

## test    check, then all tests (or those that ARGS name)
test:
	$(PYTHON) bootstrap.py test $(ARGS)

## eval    the embedded model on a third of the built-in benchmark, or what ARGS say
eval:
	$(PYTHON) bootstrap.py eval $(ARGS)

## build   the wheel, into dist/
build: setup
	.venv/bin/python -m pip wheel . --no-deps --no-build-isolation --wheel-dir dist
