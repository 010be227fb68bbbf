"""PQ and HLG undone: recordings of high dynamic range have about the luma of copies for ordinary screens."""

import av
import numpy as np
import pytest
from films import scene
from numpy.typing import NDArray

from repit_engine import pdq
from repit_engine.video.curves import Curve
from repit_engine.video.luma import Planes


def _pq(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """SMPTE ST 2084, from a share of 10,000 cd/m² to a signal."""
    power = light**0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def _hlg(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """ARIB STD-B67, from a share of the brightest scene to a signal."""
    return np.where(
        light <= 1 / 12,
        np.sqrt(3 * light),
        0.17883277 * np.log(np.maximum(12 * light - 0.28466892, 1e-9)) + 0.55991073,
    )


def _recorded(shown: NDArray[np.uint8], curve: Curve) -> av.VideoFrame:
    """The same scene as a camera of high dynamic range stores it, in 10 bits of limited range."""
    signal = shown / 255.0
    stored = _pq(signal**2.4 * 203 / 10000) if curve is Curve.PQ else _hlg(signal**2.2 * 0.265)
    samples = np.rint(64 + 876 * stored).astype(np.uint16)
    height, width = samples.shape
    whole = np.concatenate([samples, np.full((height // 2, width), 512, np.uint16)])
    frame = av.VideoFrame.from_ndarray(whole, format="yuv420p10le")
    frame.color_trc, frame.color_range = curve.value, 1
    return frame


@pytest.mark.parametrize("curve", Curve)
def test_the_luma_of_high_dynamic_range_is_that_of_the_copy(curve: Curve) -> None:
    [shown] = scene(256, 192, 1, 21)
    ordinary = 16 + shown * np.float32(219 / 255)
    recorded = _recorded(shown, curve)
    undone = Planes().of(recorded)
    assert undone.dtype == np.float32
    assert np.abs(undone - ordinary).max() < 2
    expected, _ = pdq.hash_luma(ordinary.astype(np.float32))
    assert pdq.hamming(pdq.hash_luma(undone)[0], expected) <= 4
    # Without it they are far from one another.
    recorded.color_trc = 1
    assert np.abs(Planes().of(recorded) - ordinary).max() > 30
