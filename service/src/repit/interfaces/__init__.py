"""What the world touches."""
