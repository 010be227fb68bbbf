"""Settings, parsed strictly."""
