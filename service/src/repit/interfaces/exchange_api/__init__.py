"""What subscribers call."""
