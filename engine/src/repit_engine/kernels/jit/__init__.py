"""Fast kernels, compiled by Numba on first use and cached beside the package.

In: the name of a module of kernels. Out: the module, loaded with its first use. Next: every room that calls
`jit.MODULE.KERNEL(…)`. Numba takes a third of a second to load; whoever needs only types does without.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repit_engine.kernels.jit import (
        align_lines,
        align_near,
        anchors_detect,
        anchors_drawn,
        anchors_frames,
        anchors_hash,
        distances,
        jpeg_skim,
        jpeg_swing,
        jpeg_tables,
        luma,
        motion,
        pdq_bits,
        pdq_samples,
        pdq_tables,
        pdq_weights,
        png_rows,
        popcount,
        ring_build,
        ring_query,
        scan,
        scan_batch,
        scan_sorted,
        turning,
    )

__all__ = [
    "align_lines",
    "align_near",
    "anchors_detect",
    "anchors_drawn",
    "anchors_frames",
    "anchors_hash",
    "distances",
    "jpeg_skim",
    "jpeg_swing",
    "jpeg_tables",
    "luma",
    "motion",
    "pdq_bits",
    "pdq_samples",
    "pdq_tables",
    "pdq_weights",
    "png_rows",
    "popcount",
    "ring_build",
    "ring_query",
    "scan",
    "scan_batch",
    "scan_sorted",
    "turning",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
