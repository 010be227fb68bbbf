"""The pages of the person concerned."""
