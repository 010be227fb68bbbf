"""What a platform reports on what it did."""
