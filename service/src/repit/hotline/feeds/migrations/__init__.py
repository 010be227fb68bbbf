"""The one history of this room's tables, for both databases."""
