"""The Dockerfile's container without a daemon, and folders of every command read in it (``python -m`` this package)."""
