"""Forecasts: from a small pilot, what every stopping rule and cap will bring and cost."""
