"""StopNCII v1: the wire that unmodified `tx`, HMA and Coop pull from."""
