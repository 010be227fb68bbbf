"""Dull oracles: plain NumPy, sharing no code with the kernels that they check."""
