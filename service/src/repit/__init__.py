"""Répit's service: one package for hotlines and platforms, which rooms are open being a matter of settings."""

__version__ = "0.1.0"
