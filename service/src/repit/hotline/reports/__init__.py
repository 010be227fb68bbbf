"""Counts without personal data: what a hotline tells the public, month by month."""
