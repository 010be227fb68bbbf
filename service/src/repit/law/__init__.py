"""Regimes, clocks and grounds as data, for both wings."""
