"""BMPs that promise more than they hold cost no more than they may."""

import struct
import time

import pytest

from repit_engine.errors import DamagedPicture, PictureRefused, TookTooLong
from repit_engine.picture import Limits
from repit_engine.views import open_views


def runs(width: int, height: int, body: bytes) -> bytes:
    """RLE8 under a palette of greys."""
    palette = b"".join(bytes((level, level, level, 0)) for level in range(256))
    at = 14 + 40 + len(palette)
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(body), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", at + len(body), 0, 0, at) + head + palette + body


def test_runs_of_one_pixel_are_read_until_the_time_is_over() -> None:
    content = runs(9_000, 9_000, b"\1\7" * 20_000_000)
    begun = time.process_time()
    with pytest.raises(TookTooLong):
        open_views(content, Limits(seconds=0.5))
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("body", [b"\0\1", b"\0\2\xff\xff\0\1", b"\5\7"])
def test_a_kilobyte_does_not_become_a_plain_of_a_hundred_megapixels(body: bytes) -> None:
    with pytest.raises(DamagedPicture):
        open_views(runs(10_900, 11_000, body))


def test_rows_that_never_came_are_no_plain_either() -> None:
    head = struct.pack("<IiiHHIIiiII", 40, 10_900, 11_000, 1, 24, 0, 0, 0, 0, 0, 0)
    content = b"BM" + struct.pack("<IHHI", 0, 0, 0, 54) + head + bytes(33_000)
    with pytest.raises(PictureRefused):
        open_views(content)
