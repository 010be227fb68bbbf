"""Tags for the pages of the staff area."""
