"""A question without media: hashes computed elsewhere, or the address of a picture.

In: JSON `{"hashes": [{"algorithm": "pdq", "value": "64 hex digits"}]}` or `{"url": "https://…"}`. Out:
`Hash`es, or the address. Next: `Inspector.inspect`, `repit.platform.gate.fetching`.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError
from pydantic_core import ErrorDetails

from repit.foundation.errors import InputRefused, Text
from repit.foundation.hashes import Algorithm, Hash
from repit.foundation.web.api.reading import Reader, Strict

MAX_HASHES: Final = 100
MAX_URL: Final = 2048


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


class AddressQuestion(Strict):
    """Where a picture lies, if the operator allows that; and nothing else."""

    url: Annotated[str, Field(min_length=1, max_length=MAX_URL)]


def _which(asked: Any) -> str:
    return "address" if isinstance(asked, dict) and "url" in asked else "hashes"


Question = Annotated[
    Annotated[HashesQuestion, Tag("hashes")] | Annotated[AddressQuestion, Tag("address")],
    Discriminator(_which),
]
_QUESTION: Final[Reader[HashesQuestion | AddressQuestion]] = Reader(Question)


def question_of(body: bytes) -> tuple[Hash, ...] | str:
    """The hashes asked about, or an address. Raises `InputRefused`, never repeating them."""
    try:
        asked = _QUESTION.adapter.validate_json(body)
    except ValidationError as error:
        raise _refused(error.errors(include_input=False, include_url=False)[0]) from None
    if isinstance(asked, AddressQuestion):
        return asked.url
    return tuple(value.hash() for value in asked.hashes)


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
