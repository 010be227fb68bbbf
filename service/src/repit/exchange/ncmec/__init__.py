"""The NCMEC hash-sharing v2 protocol."""
