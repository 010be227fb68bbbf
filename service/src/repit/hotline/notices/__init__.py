"""Notices in due legal form, and their clocks."""
