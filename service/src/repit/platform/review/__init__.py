"""Uploads that wait for a person: who may decide what, when, and what that does to them."""
