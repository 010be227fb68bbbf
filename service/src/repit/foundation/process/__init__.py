"""Loops that claim due rows."""
