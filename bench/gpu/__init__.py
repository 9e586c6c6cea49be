"""Serving on one GPU without network: ``python -m bench.gpu`` says what it measures."""
