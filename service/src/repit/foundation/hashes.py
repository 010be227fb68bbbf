"""The vocabulary of hashes: which there are, what they are of, how long they are; one value for one hash.

In: nothing. Out: `Hash`, and the words that the bank, the exchanges and the gate share. Pure.

A further kind of hash is a line here. What differs between kinds is asked of `FORMS`, never of their names.
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

from repit.foundation.errors import InputRefused, Text

Algorithm = Literal["pdq", "md5", "sha256"]
"""PDQ: Facebook (2019), "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm". The
others are of the file's bytes: RFC 1321, FIPS 180-4."""
Role = Literal["whole", "anchored"]
"""Of the whole picture or file, or of one place in it (`repit_engine.anchors`)."""
Media = Literal["picture", "video", "file"]
Kind = Literal["intimate", "deepfake"]
"""What an item is said to show."""
Announced = Literal["active", "disputed", "withdrawn"]
"""How an item stands for those who are told of it."""

# An index keeps an algorithm and a role as their number in these: new ones are put last.
ALGORITHMS: Final[tuple[Algorithm, ...]] = get_args(Algorithm)
ROLES: Final[tuple[Role, ...]] = get_args(Role)

QUALITY_FLOOR: Final = 50
"""Below it a PDQ hash says so little of the picture that flat pictures match one another (threatexchange,
too, drops such hashes when it makes them)."""
BEST_QUALITY: Final = 100
MAX_HASHES: Final = 64
"""Of one item. A person's device sends one standard hash, up to eight anchored ones and two digests of the
file; what shows differently on different grounds, or moves, comes to a few times that."""


@dataclass(frozen=True, slots=True)
class Form:
    """`length`: bytes. `perceptual`: of what is seen, so that near ones match and each has a quality; else of
    the file's bytes, where only equal ones do."""

    length: int
    perceptual: bool


FORMS: Final[dict[Algorithm, Form]] = {
    "pdq": Form(32, perceptual=True),
    "md5": Form(16, perceptual=False),
    "sha256": Form(32, perceptual=False),
}


@dataclass(frozen=True, slots=True, repr=False)
class Hash:
    """One hash. `quality`: from 0 to 100 of a perceptual one, None where it was not told; the others have
    none. Raises `InputRefused` for a value of the wrong length, and for a quality that cannot be."""

    algorithm: Algorithm
    role: Role
    value: bytes
    quality: int | None = None

    def __post_init__(self) -> None:
        form = FORMS[self.algorithm]
        if len(self.value) != form.length:
            raise InputRefused(
                Text("A hash has the wrong length.", "Une empreinte n’a pas la bonne longueur."),
                detail="hash of the wrong length",
            )
        if self.quality is None:
            return
        if not form.perceptual:
            raise InputRefused(
                Text("Only a PDQ hash has a quality.", "Seule une empreinte PDQ a une qualité."),
                detail="quality of a digest",
            )
        if not 0 <= self.quality <= BEST_QUALITY:
            raise InputRefused(
                Text("Quality runs from 0 to 100.", "La qualité va de 0 à 100."),
                detail="quality outside 0 to 100",
            )

    @property
    def perceptual(self) -> bool:
        """Whether it is of what is seen, not of a file's bytes."""
        return FORMS[self.algorithm].perceptual

    @property
    def publishable(self) -> bool:
        """Whether it says enough of the picture for others to look for it."""
        return self.quality is None or self.quality >= QUALITY_FLOOR

    def __repr__(self) -> str:
        return f"Hash({self.algorithm}, {self.role}, …)"
