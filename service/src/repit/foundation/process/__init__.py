"""How a process starts, listens and serves; what every process does beside what it serves."""
