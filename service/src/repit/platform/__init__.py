"""The wing of a platform: gate, review, integrations."""
