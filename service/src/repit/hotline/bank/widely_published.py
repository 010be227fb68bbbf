"""Pictures and videos that everyone has seen: no anonymous submission may have them refused.

In: hashes of such pictures in all orientations, made on the operator's machine; moments of videos that were
withdrawn as such. Out: sealed rows, and whether a submission comes close to them. Next: `items`, which keeps
such a submission from being published.

A picture on the list is known in any moment of a video: else a minute of film around it would have it
refused. A moment of a video on the list is not: somebody may have banked a public film with a few seconds of
another's video in it, or an app's first screen. So a video waits for a person where half or more of its
moments, as whole frames, are close to such moments; a picture, where it is close to one.

The list is searched in memory. How far it has grown is read from the database at each search, so that every
process sees an addition at once; only opening the seals is spared. Where the list is empty, no search is
loaded.
"""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
_MOMENT: Final = b"moment"
"""Stands behind the hash in what is sealed of a video's moment, and in its digest."""
_TABLE: Final = "bank_widelypublished"
_TOGETHER: Final = 500
_ROWS_TOGETHER: Final = 256
_MOST_HITS: Final = 1024**2
"""Found at once, before all but the nearest of each row are let go."""


@dataclass(frozen=True, slots=True)
class _Lists:
    """Hashes of pictures, and of moments of videos."""

    pictures: "FlatIndex"
    moments: "FlatIndex"


class _InMemory:
    """The opened list, as it was when last looked at."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._listed = b""
        self._lists: _Lists | None = None

    def lists(self) -> _Lists | None:
        """The list as the database has it now; None while nothing is on it."""
        with self._turn:
            come = listed()
            if come != self._listed:
                self._lists = _opened()
                self._listed = come
            return self._lists


_memory: Final = _InMemory()


def add(hashes: Iterable[bytes], *, actor: str, moments: Iterable[bytes] = ()) -> int:
    """Add PDQ hashes of 32 bytes of pictures, and of `moments` of videos; how many were new. What is banked
    already stays as it is."""
    given = {keyed_digest(_PURPOSE, value): value for value in hashes}
    given |= {keyed_digest(_PURPOSE, value, _MOMENT): value + _MOMENT for value in moments}
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
    """Whether any PDQ hash, or a moment of a video, lies within `RADIUS` of a picture on the list; or a hash,
    or half of a video's moments, within it of moments on the list."""
    some = [
        submission
        for submission in submissions
        if submission.moments or any(hash_.perceptual for hash_ in submission.hashes)
    ]
    lists = _memory.lists() if some else None
    if lists is None:
        return False
    rows = _rows(b"".join(hash_.value for each in some for hash_ in each.hashes if hash_.perceptual))
    if any(_hits(lists.pictures, rows)) or any(_hits(lists.moments, rows)):
        return True
    return any(_shows(lists, submission.moments) for submission in some if submission.moments)


def _shows(lists: _Lists, blob: bytes) -> bool:
    """Whether a video shows a picture on the list anywhere, or for half of its moments what videos on it
    show."""
    from repit_engine.moments import from_bytes  # noqa: PLC0415

    moments = from_bytes(blob)
    if any(_hits(lists.pictures, moments.whole)) or any(_hits(lists.pictures, moments.anchored)):
        return True
    return 0 < len(moments) <= 2 * sum(_hits(lists.moments, moments.whole))


def _hits(index: "FlatIndex", rows: "HashArray") -> Iterator[int]:
    """How many of these rows lie within `RADIUS` of one on the list, some rows at a time: who sends thousands
    that are like thousands on the list takes no more memory than `_MOST_HITS`."""
    if not len(index):
        return
    step = max(1, min(_ROWS_TOGETHER, _MOST_HITS // len(index)))
    for begin in range(0, len(rows), step):
        yield len(index.range_search(rows[begin : begin + step], RADIUS, 1).ids)


def _opened() -> _Lists | None:
    sealer, pictures, moments = operator(_PURPOSE), list[bytes](), list[bytes]()
    for key, digest, sealed in WidelyPublished.objects.values_list("pk", "digest", "sealed"):
        try:
            value = sealer.open(bytes(sealed), _place(bytes(digest)))
        except SealBroken:
            value = b""
        hash_, of = value[: FORMS["pdq"].length], value[FORMS["pdq"].length :]
        if len(hash_) == FORMS["pdq"].length and of in (b"", _MOMENT):
            (moments if of else pictures).append(hash_)
        else:
            # One that cannot be read holds no submission back, and must not stop those of everyone.
            unreadable.note_other(_TABLE, key)
    return _Lists(_index(pictures), _index(moments)) if pictures or moments else None


def _index(values: list[bytes]) -> "FlatIndex":
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
