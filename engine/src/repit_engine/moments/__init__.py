"""Video: what a bank keeps of one, and what an upload asks with.

In: frames of `repit_engine.video`. Out: `Moments`, as one blob; stages of `Asked`. Next: a bank keeps the
first, `align` meets both. What decodes and hashes loads on first use, so that a bank or a feed can read
moments without it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from repit_engine.moments.blob import MOST_BYTES, from_bytes, to_bytes
from repit_engine.moments.types import Asked, Moments, VideoStage

if TYPE_CHECKING:
    from repit_engine.moments.again import asked_about
    from repit_engine.moments.bank import moments_of
    from repit_engine.moments.query import VideoBudget, asked_of

__all__ = [
    "MOST_BYTES",
    "Asked",
    "Moments",
    "VideoBudget",
    "VideoStage",
    "asked_about",
    "asked_of",
    "from_bytes",
    "moments_of",
    "to_bytes",
]

_HOMES = {"asked_about": "again", "asked_of": "query", "VideoBudget": "query", "moments_of": "bank"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
