"""Pages of a platform."""
