"""A PNG's filters, undone as the specification says."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from repit_engine.kernels.jit.png_rows import unfiltered
from repit_engine.kernels.reference import png_rows


@given(
    st.integers(1, 6),
    st.integers(1, 9),
    st.sampled_from((1, 2, 3, 6, 8)),
    st.binary(min_size=512, max_size=512),
)
def test_every_filter_is_undone_as_its_oracle_does(height: int, pixels: int, step: int, noise: bytes) -> None:
    width = pixels * step
    raw = (noise * 2)[: height * (width + 1)]
    rows = [
        bytes([raw[y * (width + 1)] % 6]) + raw[y * (width + 1) + 1 : (y + 1) * (width + 1)]
        for y in range(height)
    ]
    packed = np.frombuffer(b"".join(rows), np.uint8).reshape(height, width + 1).copy()
    assert [row.tobytes() for row in unfiltered(packed, step)] == png_rows.unfiltered(rows, step)
