"""The board: all stopping rules and allocations on all recorded votes, by one command."""
