"""Notices that people send to a platform."""
