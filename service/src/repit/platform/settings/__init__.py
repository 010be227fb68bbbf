"""What a platform's installation may set."""
