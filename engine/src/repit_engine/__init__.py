"""repit-engine: pixels → hash → search → segments. No framework, no network, no database.

In: files and hashes. Out: hashes and matches. Next: whoever keeps a bank or stands at a gate. The names of
`__all__` are the public interface; they load on first use, so that a part of the engine can be had without
the kernels.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from repit_engine.anchors import bank_family, query_stages
    from repit_engine.child.hashing import HashingChild
    from repit_engine.decision import decide, packed_id
    from repit_engine.errors import (
        EngineError,
        PictureRefused,
        SnapshotRefused,
        VideoRefused,
        WrongInput,
    )
    from repit_engine.hash import hash_file, hash_of, hash_picture, orientations_of
    from repit_engine.live import LiveIndex
    from repit_engine.moments import (
        Asked,
        Moments,
        VideoBudget,
        VideoStage,
        asked_about,
        asked_of,
        moments_of,
    )
    from repit_engine.pdq import Orientation
    from repit_engine.picture import DEFAULT_LIMITS, Limits, Of, Picture, open_picture
    from repit_engine.search import RingIndex
    from repit_engine.stoplist import package_stoplist
    from repit_engine.types import Hash, Hashed, NotHashable, RangeResult
    from repit_engine.video import DEFAULT_VIDEO_LIMITS, Frame, Video, VideoLimits, open_video
    from repit_engine.views import View, Views, open_views

__all__ = [
    "DEFAULT_LIMITS",
    "DEFAULT_VIDEO_LIMITS",
    "Asked",
    "EngineError",
    "Frame",
    "Hash",
    "Hashed",
    "HashingChild",
    "Limits",
    "LiveIndex",
    "Moments",
    "NotHashable",
    "Of",
    "Orientation",
    "Picture",
    "PictureRefused",
    "RangeResult",
    "RingIndex",
    "SnapshotRefused",
    "Video",
    "VideoBudget",
    "VideoLimits",
    "VideoRefused",
    "VideoStage",
    "View",
    "Views",
    "WrongInput",
    "asked_about",
    "asked_of",
    "bank_family",
    "decide",
    "hash_file",
    "hash_of",
    "hash_picture",
    "moments_of",
    "open_picture",
    "open_video",
    "open_views",
    "orientations_of",
    "package_stoplist",
    "packed_id",
    "query_stages",
]

_HOMES = {
    "anchors": ("bank_family", "query_stages"),
    "child.hashing": ("HashingChild",),
    "decision": ("decide", "packed_id"),
    "errors": ("EngineError", "PictureRefused", "SnapshotRefused", "VideoRefused", "WrongInput"),
    "hash": ("hash_file", "hash_of", "hash_picture", "orientations_of"),
    "live": ("LiveIndex",),
    "moments": (
        "Asked",
        "Moments",
        "VideoBudget",
        "VideoStage",
        "asked_about",
        "asked_of",
        "moments_of",
    ),
    "pdq": ("Orientation",),
    "picture": ("DEFAULT_LIMITS", "Limits", "Of", "Picture", "open_picture"),
    "search": ("RingIndex",),
    "stoplist": ("package_stoplist",),
    "types": ("Hash", "Hashed", "NotHashable", "RangeResult"),
    "video": ("DEFAULT_VIDEO_LIMITS", "Frame", "Video", "VideoLimits", "open_video"),
    "views": ("View", "Views", "open_views"),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"repit_engine.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
