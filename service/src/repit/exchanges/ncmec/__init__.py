"""NCMEC hash sharing v2: the wire that threatexchange's NCMEC client pulls from, tombstones included."""
