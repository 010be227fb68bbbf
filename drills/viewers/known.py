"""Differences that are understood and left as they are, each with its reason.

In: an entry. Out: the reason, or none: unexplained. Next: `report`, and the test that wants none left over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drills.viewers.journal import Entry
from drills.viewers.judge import APART, HOLE, SEEN_FAINT, TURNED


@dataclass(frozen=True)
class Known:
    """`holds` says whether an entry is of this kind; `why` is printed beside it."""

    why: str
    holds: Callable[[Entry], bool]


def _few(family: str, most: int, part: str = "", mutation: str = "") -> Callable[[Entry], bool]:
    """Files of this family that differ by at most `most` bits, with `part` in the name and a mutation."""
    return lambda entry: (
        entry.kind == APART
        and entry.family == family
        and entry.bits <= most
        and part in entry.name
        and any(mutation in known for known in (*entry.mutations, ""))
    )


KNOWN: Final = (
    Known(
        "Turned otherwise than the browser turns it: the gate compares all eight turns of an upload.",
        lambda entry: entry.kind == TURNED,
    ),
    Known(
        "A document: compared as a whole file, and let by where every file passes (docs/en/integrations.md).",
        lambda entry: entry.kind == HOLE and entry.name == "pdf",
    ),
    Known(
        "Plain words first: only its server says that it is a page; its bytes do not tell it from a letter.",
        lambda entry: entry.kind == HOLE and entry.name.startswith("html-"),
    ),
    Known(
        "Seen alike, at a quality below that from which pictures are searched for; the browser's lies above.",
        lambda entry: entry.reason == SEEN_FAINT,
    ),
    Known(
        "Its profile makes all colours one: nothing is left but flat areas, of which a hash is chance.",
        lambda entry: entry.kind == APART and "-constant" in entry.name,
    ),
    Known(
        "Chroma at half the size, or transparency, is enlarged and rounded otherwise: a few bits in a picture"
        " of little contrast.",
        _few("avif", 16),
    ),
    Known(
        "Colours are cut off by fewer than the 12 levels from which the engine looks at them, on average.",
        _few("jpeg", 20, "colours-cut-off"),
    ),
    Known("A half-tone of blocks, averaged at another size.", _few("jpeg", 16, "blocks-cut-off")),
    Known(
        "Passes are missing: Chromium shows blocks smoothed into one another, the engine sees blocks.",
        _few("jpeg", 24, "progressive"),
    ),
    Known(
        "Breaks off within a row of blocks, the last of which is decoded to another end.", _few("jpeg", 16)
    ),
    Known(
        "Breaks: how many rows Chromium's unpacker has held back by then is measured, not known.",
        _few("png", 30),
    ),
    Known("Breaks off within a row.", _few("bmp", 16)),
    Known(
        "A grid or sequence whose item was given another property: Chromium shows false colours, or a bare"
        " ramp of transparency, that no sample stands for.",
        lambda entry: (
            entry.kind == APART and entry.family == "avif" and "property-more-again" in entry.mutations
        ),
    ),
    Known(
        "A table of few nodes between colours that do not exist: Chromium loses dark greens and blues.",
        lambda entry: entry.kind == APART and "-lut-wild" in entry.name,
    ),
    Known(
        "Its screen grows to 65,000 rows, of which the drill's window holds the first hundreds.",
        lambda entry: entry.kind == APART and entry.family == "gif" and "frame-place" in entry.mutations,
    ),
)


def reason(entry: Entry) -> str:
    """Why this difference stands; empty where nobody has said."""
    return next((known.why for known in KNOWN if known.holds(entry)), "")
