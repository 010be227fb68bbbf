"""What platforms call: POST /v1/check."""
