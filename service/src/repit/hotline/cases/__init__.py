"""Cases, their states, who may see them, sealing."""
