"""What an earlier version made, which later ones must go on with and make again.

``python -m tests.golden.make`` writes everything in ``recorded/``; its text says from which version the files that lie
there are. The tests drive ``python -m PACKAGE COMMAND`` and read files, nothing else, so that they outlive any move of
modules. A field that a command adds later is no difference, a field that goes or changes is one.
"""
