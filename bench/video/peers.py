"""Meta's vPDQ: its hashes, its matching, and threatexchange's index of them.

In: files; hashes. Out: features, matches, or the reason why there are none here. Next: `recall`, `decoding`,
`searching`.

vpdq comes as source and is built against FFmpeg's own headers: `make bench NAME=video` tries to.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

HOW: Final = (
    "vpdq is not built here, so its columns are empty. It needs FFmpeg's headers (Debian: apt install "
    "libavdevice-dev libavfilter-dev libavformat-dev libavcodec-dev libswresample-dev libswscale-dev "
    "libavutil-dev pkg-config g++), then make bench NAME=video again; .venv-bench/vpdq.log says why it "
    "failed."
)
NEED: Final = 80.0
"""Share of an upload's hashes that must be met, by threatexchange's default."""


@cache
def vpdq() -> Any:
    """The module; None where it could not be built."""
    try:
        import vpdq as module  # noqa: PLC0415
    except ImportError:
        return None
    return module


def features(path: Path, seconds: float = 1.0) -> list[Any]:
    """Its hashes of a film, one every so many seconds (0: of every frame), on one thread."""
    try:
        return list(vpdq().computeHash(str(path), seconds_per_hash=seconds, thread_count=1))
    except Exception:  # noqa: BLE001 - it gives up files in ways of its own
        return []


def signal(path: Path) -> list[Any]:
    """As threatexchange compares them."""
    from threatexchange.extensions.vpdq.vpdq_util import VpdqCompactFeature  # noqa: PLC0415

    return [VpdqCompactFeature.from_vpdq_feature(each) for each in features(path)]


def matches(upload: Sequence[Any], item: Sequence[Any]) -> bool:
    """Whether threatexchange calls them the same, by its defaults."""
    from threatexchange.extensions.vpdq import vpdq_util  # noqa: PLC0415
    from threatexchange.extensions.vpdq.vpdq_brute_matcher import match_VPDQ_hash_brute  # noqa: PLC0415

    quality, distance = vpdq_util.VPDQ_QUALITY_THRESHOLD, vpdq_util.VPDQ_DISTANCE_THRESHOLD
    try:
        result = match_VPDQ_hash_brute(list(upload), list(item), quality, distance)
    except ZeroDivisionError:  # nothing of enough quality
        return False
    return bool(result.query_match_percent >= NEED)
