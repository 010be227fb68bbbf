"""Répit measured against its peers, in the same run: `python -m bench NAME`."""
