"""Répit's service: one package for hotlines and platforms; settings choose which rooms are open."""

__version__ = "0.1.0"
