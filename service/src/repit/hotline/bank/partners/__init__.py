"""The way of a partner's record into the bank: collect, decide, write.

In: groups of records made ready (`partner_records`). Out: items, partner records, the feed. `record` says
what a record is, `known` what is known of a group, `collect` reads it, `decide` says what is to be done,
`write` does it. Next: `feed`.
"""
