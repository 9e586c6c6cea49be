"""The commands of ``python -m train``, one module each: ``HELP``, ``declare(parser)`` and ``run(arguments)``.

Importing one is cheap; torch and its company are imported by ``run``.
"""
