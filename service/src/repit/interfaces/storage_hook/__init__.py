"""Object storage notifications."""
