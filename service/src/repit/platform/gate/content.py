"""An upload that can be read anywhere, wherever it lies.

In: bytes in memory, an encrypted file (`spool`), an object of a storage. Out: so many bytes from a place.
Next: `decoder.watching`, which reads what a decoder asks for.
"""

from dataclasses import dataclass

from repit_engine.child.ranges import Spool as Content

__all__ = ["Content", "ContentGone", "InMemory"]


class ContentGone(Exception):
    """What was there cannot be read any more."""


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class InMemory:
    """Bytes that are held anyway."""

    data: bytes

    @property
    def size(self) -> int:
        """See `Content`."""
        return len(self.data)

    def read_at(self, offset: int, size: int) -> bytes:
        """See `Content`."""
        return self.data[offset : offset + size]
