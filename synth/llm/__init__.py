"""Asking models: calls, limits, prices, and a journal in which every sample is paid once."""
