"""Items, hashes, states, quarantine, and the append-only change feed that exchanges serve."""
