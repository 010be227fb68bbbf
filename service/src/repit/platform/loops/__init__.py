"""What a gate does again and again beside its uploads."""
