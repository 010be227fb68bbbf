"""What every room stands on: errors, the clock, ids, the one way to the network, redaction, audit."""
