"""Plain lists of hashes: a file on this machine or at an address."""
