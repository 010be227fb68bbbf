"""repit-engine: pixels → hash → search → segments. No framework, no network, no database.

In: files and hashes. Out: hashes and matches. Next: whoever keeps a bank or stands at a gate. The names of
`__all__` are the public interface; they load on first use, so that a part of the engine can be had without
the kernels.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from repit_engine.child.hashing import HashingChild
    from repit_engine.errors import EngineError, PictureRefused, SnapshotRefused, WrongInput
    from repit_engine.hash import hash_file, hash_of, hash_picture, orientations_of
    from repit_engine.picture import DEFAULT_LIMITS, Limits, Of, Picture, open_picture
    from repit_engine.types import Hash, Hashed, NotHashable, RangeResult
    from repit_engine.views import View, Views, open_views

__all__ = [
    "DEFAULT_LIMITS",
    "EngineError",
    "Hash",
    "Hashed",
    "HashingChild",
    "Limits",
    "NotHashable",
    "Of",
    "Picture",
    "PictureRefused",
    "RangeResult",
    "SnapshotRefused",
    "View",
    "Views",
    "WrongInput",
    "hash_file",
    "hash_of",
    "hash_picture",
    "open_picture",
    "open_views",
    "orientations_of",
]

_HOMES = {
    "child.hashing": ("HashingChild",),
    "errors": ("EngineError", "PictureRefused", "SnapshotRefused", "WrongInput"),
    "hash": ("hash_file", "hash_of", "hash_picture", "orientations_of"),
    "picture": ("DEFAULT_LIMITS", "Limits", "Of", "Picture", "open_picture"),
    "types": ("Hash", "Hashed", "NotHashable", "RangeResult"),
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
