"""What an operator of a hotline types."""
