"""What the bank serves: subscribers, what each may see, opinions that come back."""
