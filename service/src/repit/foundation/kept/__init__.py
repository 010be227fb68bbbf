"""What only a browser can open again, for an hour: pages shown once, words typed before a sign-in ended."""
