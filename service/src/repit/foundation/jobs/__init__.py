"""Claims, loops, backoff, retention."""
