"""A video that stays in the storage, and is read there where a decoder wants to.

In: the very bytes that stand at one place. Out: a `Content`. Next: `inspect_object` asks about it.

It is not copied into the gate's spool: a scan of a bucket would take the room of those who wait for an
answer.
"""

from dataclasses import dataclass

from repit.foundation.errors import RepitError
from repit.platform.gate.content import ContentGone
from repit.platform.integrations.s3.store import Held, Store


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class StoredVideo:
    """`size` in bytes. Other bytes that take its place meanwhile are never read."""

    store: Store
    held: Held
    size: int

    def read_at(self, offset: int, size: int) -> bytes:
        """See `Content`. Raises `ContentGone`."""
        try:
            return self.store.part(self.held, offset, size)
        except RepitError:
            raise ContentGone from None
