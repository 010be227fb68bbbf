"""Lessons, helplines, the recovery plan."""
