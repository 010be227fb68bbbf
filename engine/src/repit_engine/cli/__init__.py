"""The engine on the command line: `repit-hash` for files at hand, `repit-scan` for archives.

In: paths. Out: tables, JSON lines, Parquet. Next: a person, or another program.
"""
