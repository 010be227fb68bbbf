"""What a hotline does again and again beside its pages."""
