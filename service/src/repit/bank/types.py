"""What the bank keeps, as value objects.

In: nothing. Out: `Signal`, `Submission`, `Published` and the words they use. Next: `items`, `feed`, the
exchanges.
"""

from dataclasses import dataclass
from typing import Final, Literal

from repit.foundation.errors import InputRefused, Text

Algorithm = Literal["pdq", "md5", "sha256"]
Role = Literal["whole", "anchored"]
Media = Literal["picture", "video", "file"]
Kind = Literal["intimate", "deepfake"]
State = Literal["received", "active", "disputed", "withdrawn", "erased"]
Told = Literal["active", "disputed", "withdrawn"]

# Below it a PDQ hash says so little of the picture that flat pictures match one another (threatexchange, too,
# drops such hashes when it makes them).
QUALITY_FLOOR: Final = 50
MAX_SIGNALS: Final = 2_000
NAMED_BY_HASH: Final = (("pdq", "picture"), ("md5", "video"))
"""Hashes by which StopNCII's protocol names what to block, and what to forget."""
_BYTES: Final[dict[Algorithm, int]] = {"pdq": 32, "md5": 16, "sha256": 32}


@dataclass(frozen=True, slots=True, repr=False)
class Signal:
    """One hash: 32 bytes for pdq and sha256, 16 for md5; pdq has a quality from 0 to 100, the others none."""

    algorithm: Algorithm
    role: Role
    value: bytes
    quality: int | None = None

    def __post_init__(self) -> None:
        if len(self.value) != _BYTES[self.algorithm]:
            raise InputRefused(
                Text("A hash has the wrong length.", "Une empreinte n'a pas la bonne longueur.")
            )
        if (self.algorithm == "pdq") != (self.quality is not None):
            raise InputRefused(
                Text(
                    "A PDQ hash needs its quality, and only a PDQ hash has one.",
                    "Une empreinte PDQ a besoin de sa qualité, et elle seule en a une.",
                )
            )
        if self.quality is not None and not 0 <= self.quality <= 100:
            raise InputRefused(Text("Quality runs from 0 to 100.", "La qualité va de 0 à 100."))

    @property
    def publishable(self) -> bool:
        """Whether subscribers may ever see it."""
        return self.quality is None or self.quality >= QUALITY_FLOOR

    def __repr__(self) -> str:
        return f"Signal({self.algorithm}, {self.role}, …)"


@dataclass(frozen=True, slots=True)
class Submission:
    """One picture, video or file that someone asks to have kept away, as its hashes."""

    media: Media
    kind: Kind
    signals: tuple[Signal, ...]

    def __post_init__(self) -> None:
        if not any(signal.role == "whole" for signal in self.signals):
            raise InputRefused(
                Text(
                    "An item needs a hash of the whole.", "Un élément a besoin d'une empreinte de l'ensemble."
                )
            )
        if len(self.signals) > MAX_SIGNALS:
            raise InputRefused(Text("An item has too many hashes.", "Un élément a trop d'empreintes."))


@dataclass(frozen=True, slots=True)
class Published:
    """One item as subscribers may know it; `signals` is empty once it is withdrawn."""

    item: str
    state: Told
    media: Media
    kind: Kind
    origin: str
    confirmations: int
    signals: tuple[Signal, ...]
