"""A segment in one file: versioned, checksummed, atomically replaced, opened by memory map.

In: a `RingSegment`. Out: a file, and the same segment from it, its pages shared by every process that opens
it. Next: `live` makes a bank of such files; a platform fetches one from its hotline.

docs/en/snapshot-format.md describes the file byte by byte.
"""

from repit_engine.snapshot.files import replace_file, sync_folder
from repit_engine.snapshot.folder import Opened, open_latest, save
from repit_engine.snapshot.read import open_snapshot, verify_snapshot
from repit_engine.snapshot.write import write_snapshot

__all__ = [
    "Opened",
    "open_latest",
    "open_snapshot",
    "replace_file",
    "save",
    "sync_folder",
    "verify_snapshot",
    "write_snapshot",
]
