"""The StopNCII v1 protocol."""
