"""What the bank keeps, as value objects.

In: hashes. Out: `Submission`, `Published` and the words they use. Next: `items`, `feed`, the
exchanges.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from repit.foundation.errors import InputRefused, Text
from repit.foundation.hashes import MAX_HASHES, Algorithm, Announced, Hash, Kind, Media
from repit.foundation.sealing import SEAL_BYTES

State = Literal["received", "active", "disputed", "withdrawn", "erased"]

MAX_HASHES_TOGETHER: Final = 3_200
"""Of one request: two hundred pictures, each with all that a device sends."""
MAX_MOMENTS_TOGETHER: Final = 4 * 1024**2
"""Bytes of one request, with their seals: six hours of video, in 64 pieces (`parcels`). In base64, beside its
hashes, they fit into one body (`DATA_UPLOAD_MAX_MEMORY_SIZE`)."""
NAMED_BY_HASH: Final[tuple[tuple[Algorithm, Media], ...]] = (("pdq", "picture"), ("md5", "video"))
"""Hashes by which StopNCII's protocol names what to block, and what to forget."""
ASKED_BY_VALUE: Final = frozenset(algorithm for algorithm, _ in NAMED_BY_HASH)
"""Of which others may ask by their value."""
IN_ONE_ENTRY: Final[dict[str, tuple[Algorithm, ...]]] = {
    "picture": ("pdq", "md5"),
    "video": ("md5",),
    "file": ("md5",),
}
"""What an entry of NCMEC's protocol holds, at most one of each."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One picture, video or file that someone asks to have kept away, as its hashes.

    `moments`: of a video, as `repit_engine.moments` writes them, read once where they came in
    (`foundation.videos`); empty where there are none: then copies of the very file alone are met.
    """

    media: Media
    kind: Kind
    hashes: tuple[Hash, ...]
    moments: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        if not any(hash_.role == "whole" for hash_ in self.hashes):
            raise InputRefused(
                Text(
                    "An item needs a hash of the whole.", "Un élément a besoin d’une empreinte de l’ensemble."
                )
            )
        if any(hash_.perceptual and hash_.quality is None for hash_ in self.hashes):
            raise InputRefused(
                Text("A PDQ hash needs its quality.", "Une empreinte PDQ a besoin de sa qualité."),
            )
        if len(self.hashes) > MAX_HASHES:
            raise InputRefused(
                Text(
                    f"An item has too many hashes: at most {MAX_HASHES}.",
                    f"Un élément a trop d’empreintes : {MAX_HASHES} au plus.",
                )
            )
        if self.moments and self.media != "video":
            raise InputRefused(Text("Only a video has moments.", "Seule une vidéo a des moments."))


def not_too_many(submissions: Sequence[Submission]) -> None:
    """Raises `InputRefused` where one request has more hashes, or moments, than may come together."""
    moments = [len(submission.moments) + SEAL_BYTES for submission in submissions if submission.moments]
    if sum(moments) > MAX_MOMENTS_TOGETHER:
        raise InputRefused(
            Text("These videos are too long to come together.", "Ces vidéos sont trop longues ensemble."),
            Text("Send fewer videos at a time.", "Envoyez moins de vidéos à la fois."),
        )
    if sum(len(submission.hashes) for submission in submissions) > MAX_HASHES_TOGETHER:
        raise InputRefused(
            Text("These are too many hashes at once.", "Cela fait trop d’empreintes à la fois."),
            Text("Send fewer pictures at a time.", "Envoyez moins d’images à la fois."),
        )


@dataclass(frozen=True, slots=True)
class Published:
    """One item as subscribers may know it; `hashes` is empty once it is withdrawn. `asked`: how often people
    were asked to look at it once more; `whole`: whether all of its hashes could be read; `moments`: of a
    video, empty where there are none."""

    item: str
    state: Announced
    media: Media
    kind: Kind
    origin: str
    confirmations: int
    hashes: tuple[Hash, ...]
    asked: int = 0
    whole: bool = True
    moments: bytes = field(default=b"", repr=False)
