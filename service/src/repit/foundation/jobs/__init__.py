"""Work that waits in rows: claimed (`claims`), done in loops (`loop`), tried again (`backoff`), and forgotten
when its time is over (`retention`)."""
