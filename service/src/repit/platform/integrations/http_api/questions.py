"""A question without media: hashes computed elsewhere, or the address of a picture.

In: JSON `{"hashes": [{"algorithm": "pdq", "value": "64 hex digits"}]}`, of a video `{"moments": "base64"}` or
`{"vpdq": "…"}`, or `{"url": "https://…"}`. Out: `Hashes`, or the address. Next: `Inspector.inspect`,
`repit.platform.gate.fetching`.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError
from pydantic_core import ErrorDetails

from repit.foundation import videos
from repit.foundation.errors import InputRefused, Text
from repit.foundation.hashes import Algorithm, Hash
from repit.foundation.web.api.reading import Reader, Strict
from repit_engine.errors import EngineError
from repit_engine.moments import MOST_BYTES, Moments, from_bytes

MAX_HASHES: Final = 100
MAX_URL: Final = 2048
MAX_MOMENTS: Final = (MOST_BYTES + 2) // 3 * 4
"""Characters of base64."""
_MOMENTS_REFUSED: Final = InputRefused(
    Text("These are no moments of a video.", "Ce ne sont pas les instants d’une vidéo."),
    Text(
        "Send the moments in base64 in `moments`, or a text of vPDQ in `vpdq`, and nothing else.",
        "Envoyez les instants en base64 dans `moments`, ou un texte de vPDQ dans `vpdq`, et rien d’autre.",
    ),
)


@dataclass(frozen=True, slots=True, repr=False)
class Hashes:
    """Those of a picture or a file, or the moments of a video."""

    hashes: tuple[Hash, ...]
    moments: Moments | None = None
    is_unreadable: bool = False
    """What stands for moments is none: a typed outcome, as for a picture that cannot be hashed."""


class _Value(BaseModel):
    """A hash in hexadecimal digits, at its full length."""

    algorithm: Algorithm
    value: str

    def hash(self) -> Hash:
        """As the gate's index has it."""
        return Hash(self.algorithm, "whole", bytes.fromhex(self.value))


class PdqValue(_Value):
    algorithm: Literal["pdq"]
    value: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]


class Md5Value(_Value):
    algorithm: Literal["md5"]
    value: Annotated[str, Field(pattern="^[0-9a-fA-F]{32}$")]


class Sha256Value(_Value):
    algorithm: Literal["sha256"]
    value: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]


class HashesQuestion(BaseModel):
    """Hashes computed elsewhere; an upload agrees if one of them does."""

    model_config = ConfigDict(json_schema_extra={"not": {"required": ["url"]}})
    hashes: Annotated[
        list[Annotated[PdqValue | Md5Value | Sha256Value, Field(discriminator="algorithm")]],
        Field(min_length=1, max_length=MAX_HASHES),
    ]


class MomentsQuestion(Strict):
    """What a bank keeps of a video, as `repit_engine.moments` writes it, in base64."""

    moments: Annotated[str, Field(min_length=1, max_length=MAX_MOMENTS, pattern="^[0-9A-Za-z+/]+={0,2}$")]


class VpdqQuestion(Strict):
    """Hashes of a video's frames with their times, as vPDQ's programs write them: its lines, or its JSON list
    as a text."""

    vpdq: Annotated[str, Field(min_length=1, max_length=MAX_MOMENTS)]


class AddressQuestion(Strict):
    """Where a picture lies, if the operator allows that; and nothing else."""

    url: Annotated[str, Field(min_length=1, max_length=MAX_URL)]


def _which(asked: Any) -> str:
    named = asked if isinstance(asked, dict) else {}
    return next((tag for name, tag in _TAGS.items() if name in named), "hashes")


_TAGS: Final = {"url": "address", "moments": "moments", "vpdq": "vpdq"}
Question = Annotated[
    Annotated[HashesQuestion, Tag("hashes")]
    | Annotated[MomentsQuestion, Tag("moments")]
    | Annotated[VpdqQuestion, Tag("vpdq")]
    | Annotated[AddressQuestion, Tag("address")],
    Discriminator(_which),
]
_QUESTION: Final[Reader[HashesQuestion | MomentsQuestion | VpdqQuestion | AddressQuestion]] = Reader(Question)


def question_of(body: bytes) -> Hashes | str:
    """The hashes asked about, or an address. Raises `InputRefused`, never repeating them."""
    try:
        asked = _QUESTION.adapter.validate_json(body)
    except ValidationError as error:
        raise _refused(error.errors(include_input=False, include_url=False)[0]) from None
    if isinstance(asked, AddressQuestion):
        return asked.url
    if isinstance(asked, HashesQuestion):
        return Hashes(tuple(value.hash() for value in asked.hashes))
    try:
        if isinstance(asked, VpdqQuestion):
            return Hashes((), videos.read_vpdq(asked.vpdq))
        return Hashes((), from_bytes(base64.b64decode(asked.moments, validate=True)))
    except (EngineError, binascii.Error):
        return Hashes((), is_unreadable=True)


def _refused(error: ErrorDetails) -> InputRefused:
    place = error["loc"]
    if not place:
        return InputRefused(detail="not JSON")
    if place[0] == "address":
        return InputRefused(
            Text(
                f"One address of at most {MAX_URL} characters is needed, and nothing else.",
                f"Il faut une seule adresse d’au plus {MAX_URL} caractères, et rien d’autre.",
            )
        )
    if place[0] in ("moments", "vpdq"):
        return _MOMENTS_REFUSED
    if place[-1] == "value":
        return InputRefused(
            Text(
                "A hash is written in hexadecimal digits of its full length.",
                "Une empreinte s’écrit en chiffres hexadécimaux, à sa pleine longueur.",
            )
        )
    if isinstance(place[-1], int):
        return InputRefused(
            Text("The algorithms are pdq, md5 and sha256.", "Les algorithmes sont pdq, md5 et sha256.")
        )
    return InputRefused(
        Text(f"One to {MAX_HASHES} hashes are needed.", f"Il faut une à {MAX_HASHES} empreintes.")
    )
