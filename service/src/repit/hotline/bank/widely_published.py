"""Pictures that everyone has seen: no anonymous submission may have them refused.

In: hashes of such pictures in all orientations, made on the operator's machine. Out: sealed rows, and whether
a submission comes close to one. Next: `items`, which keeps such a submission from being published.

The list is searched in memory. How far it has grown is read from the database at each search, so that every
process sees an addition at once; only opening the seals is spared. Where the list is empty, no search is
loaded.
"""

import threading
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from django.db import transaction

from repit.foundation import audit
from repit.foundation.clock import now
from repit.foundation.errors import SealBroken
from repit.foundation.hashes import FORMS
from repit.foundation.sealing import Place, keyed_digest, operator
from repit.hotline.bank import feed, unreadable
from repit.hotline.bank.models import WidelyPublished
from repit.hotline.bank.types import Submission

if TYPE_CHECKING:
    from repit_engine.search import FlatIndex
    from repit_engine.types import HashArray

RADIUS: Final = 31
REASON: Final = "close to a widely published picture"
_PURPOSE: Final = "widely published"
_TABLE: Final = "bank_widelypublished"
_TOGETHER: Final = 500
_ROWS_TOGETHER: Final = 256
_MOST_HITS: Final = 1024**2
"""Found at once, before all but the nearest of each row are let go."""


class _InMemory:
    """The opened list, as it was when last looked at."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._listed = b""
        self._index: FlatIndex | None = None

    def index(self) -> "FlatIndex | None":
        """The list as the database has it now; None while nothing is on it."""
        with self._turn:
            come = listed()
            if come != self._listed:
                self._index = _opened()
                self._listed = come
            return self._index


_memory: Final = _InMemory()


def add(hashes: Iterable[bytes], *, actor: str) -> int:
    """Add PDQ hashes of 32 bytes; how many were new. What is banked already stays as it is."""
    given = {keyed_digest(_PURPOSE, value): value for value in hashes}
    sealer, moment, wanted = operator(_PURPOSE), now(), list(given)
    with transaction.atomic():
        feed.locked()
        for begin in range(0, len(wanted), _TOGETHER):
            some = WidelyPublished.objects.filter(digest__in=wanted[begin : begin + _TOGETHER])
            for known in some.values_list("digest", flat=True):
                del given[bytes(known)]
        rows = [
            WidelyPublished(digest=digest, sealed=sealer.seal(value, _place(digest)), added_at=moment)
            for digest, value in given.items()
        ]
        WidelyPublished.objects.bulk_create(rows, batch_size=_TOGETHER)
        audit.record(actor, "widely-published.add", "", str(len(rows)))
    return len(rows)


def listed() -> bytes:
    """How far the list has come, as the digest of what was added last: another one once it has grown."""
    last = WidelyPublished.objects.order_by("-id").values_list("digest", flat=True).first()
    return b"" if last is None else bytes(last)


def near(submissions: Iterable[Submission]) -> bool:
    """Whether any PDQ hash, or a moment of a video, lies within `RADIUS` of one on the list."""
    some = [
        submission
        for submission in submissions
        if submission.moments or any(hash_.perceptual for hash_ in submission.hashes)
    ]
    index = _memory.index() if some else None
    if index is None:
        return False
    return any(_hits(index, _rows(b"".join(value for submission in some for value in _seen(submission)))))


def _hits(index: "FlatIndex", rows: "HashArray") -> Iterator[int]:
    """How many of these rows lie within `RADIUS` of one on the list, some rows at a time: who sends thousands
    that are like thousands on the list takes no more memory than `_MOST_HITS`."""
    step = max(1, min(_ROWS_TOGETHER, _MOST_HITS // len(index)))
    for begin in range(0, len(rows), step):
        yield len(index.range_search(rows[begin : begin + step], RADIUS, 1).ids)


def _seen(submission: Submission) -> Iterator[bytes]:
    """What is seen of it, hashes one behind the other."""
    yield from (hash_.value for hash_ in submission.hashes if hash_.perceptual)
    if submission.moments:
        from repit_engine.moments import from_bytes  # noqa: PLC0415

        moments = from_bytes(submission.moments)
        yield moments.whole.tobytes()
        yield moments.anchored.tobytes()


def _opened() -> "FlatIndex | None":
    sealer, values = operator(_PURPOSE), list[bytes]()
    for key, digest, sealed in WidelyPublished.objects.values_list("pk", "digest", "sealed"):
        try:
            value = sealer.open(bytes(sealed), _place(bytes(digest)))
        except SealBroken:
            value = b""
        if len(value) == FORMS["pdq"].length:
            values.append(value)
        else:
            # One that cannot be read holds no submission back, and must not stop those of everyone.
            unreadable.note_other(_TABLE, key)
    if not values:
        return None
    import numpy as np  # noqa: PLC0415

    from repit_engine.search import FlatIndex  # noqa: PLC0415 - its kernels take long to load

    index = FlatIndex()
    index.add(np.arange(len(values), dtype=np.uint64), _rows(b"".join(values)))
    return index


def _rows(values: bytes) -> "HashArray":
    import numpy as np  # noqa: PLC0415

    return np.frombuffer(values, np.uint8).reshape(-1, 32)


def _place(digest: bytes) -> Place:
    return Place(_TABLE, digest.hex(), "pdq")
