"""Batch jobs at half the price: the lines of a batch, the server that runs it, and the ``Asker`` in front of both."""
