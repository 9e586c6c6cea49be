"""The interactive terminal: ``python -m solver`` without a command.

``keys`` turns bytes into keys and ``editor`` keys into text; ``state`` is what the user is looking at, ``press`` what a
key does to it; ``screen`` draws a state as lines; ``paint`` writes lines to a terminal; ``session`` joins them with
the network, in one event loop. All but ``paint`` and ``session`` are pure.
"""
