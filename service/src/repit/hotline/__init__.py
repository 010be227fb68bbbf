"""The wing of an association: cases, bank, feeds, desks, and the pages of the person concerned."""
