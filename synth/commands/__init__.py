"""The commands of ``python -m synth``, one light module each: ``HELP``, ``declare(parser)``, ``run(arguments)``."""
