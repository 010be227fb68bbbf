"""Fast kernels, compiled by Numba on first use and cached beside the package."""
