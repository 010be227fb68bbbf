"""The desk of a platform's moderators."""
