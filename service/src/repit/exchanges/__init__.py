"""One folder per protocol by which banks and platforms exchange hashes."""
