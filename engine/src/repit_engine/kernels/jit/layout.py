"""Sizes and places that the search's kernels share with who calls them; no kernel, so nothing to compile.

In: nothing. Out: whole numbers. Next: `ring_build`, `ring_query`, `scan_batch`; `search`, `live`.
"""

ENTRY_BYTES = 5
RUN_ROWS = 64
BLOCK_BITS = 24
KEYS = 65536
BLOCK = 1024
"""Rows that `scan_batch` turns into lanes at once."""
# What stands where in `layout`, a (32,) uint64 array; from TABLES on, sixteen addresses.
LAYOUT_ITEMS = 32
HEAD, TAIL, DEAD, ROWS, OFFSETS, CUTS, BLOCKS, RUNS, TABLES = 0, 1, 2, 3, 4, 5, 6, 7, 16
# What stands where in `costs`, a (4,) float64 array of nanoseconds.
PER_PROBE, PER_ENTRY, PER_CANDIDATE, PER_SCANNED_ROW = 0, 1, 2, 3
PENDING = 512
"""Candidates gathered before they are verified together, so that their cache misses overlap."""
# What stands where in a packed plan, a (PLAN_ITEMS,) uint64 array: sixteen limits, four costs, two addresses.
PLAN_ITEMS, PLAN_COSTS, PLAN_FLIPS, PLAN_FLIP_ENDS = 22, 16, 20, 21
MOST_FLIPPED = 2520
"""Words of up to four flipped bits, rounded up to whole uint64."""
MOST_PARTS = 1024
"""Segments that one call searches."""
MOST_HITS = 1 << 16
"""Hits of one call that are kept; a query with more is scanned."""
# What stands where in a thread's room.
AT_PENDING, AT_STARTS = 0, PENDING
AT_LENGTHS = AT_STARTS + 16 * MOST_FLIPPED
AT_LIMS = AT_LENGTHS + 8 * MOST_FLIPPED
AT_SCANNED = AT_LIMS + MOST_PARTS + 1
AT_HITS = AT_SCANNED + MOST_PARTS
ROOM_ITEMS = AT_HITS + MOST_HITS
