"""Pages and answers of a hotline."""
