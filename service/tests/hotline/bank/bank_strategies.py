"""Strategies: what people submit and what partners tell of: new, near, repeated, doubted, withdrawn."""

from __future__ import annotations

import hashlib

from hypothesis import strategies as st
from video_items import video

from repit.foundation.hashes import Hash
from repit.hotline.bank.record import Origin, Record
from repit.hotline.bank.types import Submission

HOTLINES = ("here", "there", "elsewhere")
PARTNERS = ("a", "b")
PICTURES = tuple(hashlib.sha256(b"picture %d" % number).digest() for number in range(2))
NEAR = (0, 0, 0, 1)


@st.composite
def submissions(draw: st.DrawFn) -> Submission:
    kind = draw(st.sampled_from(("intimate", "deepfake")))
    value = bytearray(draw(st.sampled_from(PICTURES)))
    if draw(st.integers(0, 7)) == 7:
        return video(draw(st.integers(0, 1)), draw(st.sampled_from((3, 3, 2, 0))), kind=kind)
    if draw(st.integers(0, 7)) == 7:
        return Submission("file", kind, (Hash("sha256", "whole", bytes(value), None),))
    value[0] ^= draw(st.sampled_from(NEAR))
    hashes = [Hash("pdq", "whole", bytes(value), draw(st.sampled_from((90, 90, 90, 40))))]
    if draw(st.integers(0, 4)) == 4:
        hashes.append(Hash("pdq", "anchored", bytes(value[::-1]), 90))
    return Submission("picture", kind, tuple(hashes))


ORIGINS = st.builds(
    lambda installation, number, by: Origin(installation, f"t{number}", (by,)),
    st.sampled_from(HOTLINES),
    st.integers(0, 4),
    st.sampled_from(HOTLINES),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    roots, gone = (), ()
    if draw(st.booleans()):
        some = draw(st.lists(ORIGINS, min_size=1, max_size=2))
        roots = tuple({(o.installation, o.token): o for o in some}.values())
    if draw(st.integers(0, 7)) == 7:
        origin = draw(ORIGINS)
        gone = ((origin.installation, origin.token),)
    submission = None if draw(st.integers(0, 7)) == 7 else draw(submissions())
    doubted = draw(st.integers(0, 3)) == 3
    return Record(f"r{draw(st.integers(0, 9))}", submission, doubted, roots, gone)
