"""What an operator's monitoring reads, in Prometheus' form."""
