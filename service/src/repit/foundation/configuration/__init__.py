"""How an installation is told what it is."""
