"""The commands of ``python -m solver``, one light module each: ``HELP``, ``declare(parser)``, ``run(arguments)``."""
