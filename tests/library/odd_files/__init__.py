"""Odd files, made by code from pictures made by code: see `catalogue`."""
