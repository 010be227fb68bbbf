"""Our own feed: snapshot, then changes with sequence numbers, acknowledgements for withdrawals."""
