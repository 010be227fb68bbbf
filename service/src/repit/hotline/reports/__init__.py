"""Counts, statements of reasons, transparency reports."""
