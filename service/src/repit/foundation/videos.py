"""Moments of a video where they come in: read once, so that whoever has them later need not doubt them.

In: bytes, or their base64. Out: the same bytes, empty where they hold no moment. Next: the pages and APIs
that take items, import files, the wires. What they are: `repit_engine.moments`. Pure.
"""

import base64
import binascii
from typing import Final

from repit.foundation.errors import InputRefused, Text
from repit_engine import moments
from repit_engine.errors import MomentsRefused
from repit_engine.moments import Moments

MOST_SIGNS: Final = 4 * -(-moments.MOST_BYTES // 3)
"""Of the longest video there may be, in base64."""


def of_bytes(blob: bytes) -> bytes:
    """Moments that can be read; nothing where there is none among them. Raises `InputRefused`."""
    if not blob:
        return b""
    try:
        found = moments.from_bytes(blob)
    except MomentsRefused as refused:
        raise _refused(refused) from None
    return blob if len(found) else b""


def of_text(text: str) -> bytes:
    """The same from base64 (RFC 4648, section 4). Raises `InputRefused`."""
    if len(text) > MOST_SIGNS:
        raise InputRefused(detail="moments of a video that are too long")
    try:
        return of_bytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise InputRefused(detail="moments of a video that are no base64") from None


def of_vpdq(text: str) -> bytes:
    """The same from vPDQ's features. Raises `InputRefused`."""
    try:
        found = read_vpdq(text)
    except MomentsRefused as refused:
        raise _refused(refused) from None
    return moments.to_bytes(found) if len(found) else b""


def read_vpdq(text: str) -> Moments:
    """What vPDQ's features say, in either of its texts (`repit_engine.vpdq`). Raises `MomentsRefused`."""
    from repit_engine.moments.features import from_features  # noqa: PLC0415 - compares hashes: loads kernels
    from repit_engine.vpdq import from_json, from_lines  # noqa: PLC0415

    return from_features(from_json(text) if text.lstrip().startswith("[") else from_lines(text))


def of_the_whole(blob: bytes) -> bytes:
    """These moments, for whoever may have hashes of the whole only."""
    return moments.to_bytes(moments.from_bytes(blob).without_anchored()) if blob else b""


def have_anchored(blob: bytes) -> bool:
    """Whether altered copies are found by these moments, beside parts of the video."""
    return len(moments.from_bytes(blob).anchored) > 0


def _refused(refused: MomentsRefused) -> InputRefused:
    return InputRefused(
        Text(
            "The fingerprints of a video could not be read.",
            "Les empreintes d’une vidéo n’ont pas pu être lues.",
        ),
        detail=refused.message,
    )
