"""Where a supervisor says who the hotline is, when it is open, how it is reached, and whom else to call."""
