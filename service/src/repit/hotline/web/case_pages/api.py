"""Cases as JSON: the interface that the person's device uses once it has computed the hashes.

In: hashes, or a receipt. Out: a receipt, or how the case stands. Next: the browser package, `repit demo`.
No cookie and no name is involved; the receipt travels in the body, so that it stands in no log.
"""

from typing import Annotated, Final, Literal

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from pydantic import ConfigDict, Field, JsonValue
from typing_extensions import TypedDict

from repit.foundation import videos
from repit.foundation.errors import NotFound, TooLarge
from repit.foundation.hashes import BEST_QUALITY, MAX_HASHES, Hash, Kind, Media, Role
from repit.foundation.web.api.answers import Answer
from repit.foundation.web.api.operations import operation
from repit.foundation.web.api.reading import Strict
from repit.foundation.whole import WHOLE
from repit.hotline.bank.types import State, Submission
from repit.hotline.cases import service, words
from repit.hotline.web.case_pages import limits, lines

_Long = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
_Short = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class PdqIn(Strict):
    """A hash of what is seen, in lower-case hexadecimal, with its quality."""

    algorithm: Literal["pdq"]
    role: Role = "whole"
    value: _Long
    quality: Annotated[int, Field(ge=0, le=BEST_QUALITY), WHOLE]


class Md5In(Strict):
    """A digest of a file, in lower-case hexadecimal; it has no quality."""

    algorithm: Literal["md5"]
    role: Role = "whole"
    value: _Short
    quality: None = None


class Sha256In(Strict):
    """A digest of a file, in lower-case hexadecimal; it has no quality."""

    algorithm: Literal["sha256"]
    role: Role = "whole"
    value: _Long
    quality: None = None


HashIn = Annotated[PdqIn | Md5In | Sha256In, Field(discriminator="algorithm")]
_ONE_OF_THE_WHOLE: Final = {"contains": {"properties": {"role": {"const": "whole"}}}}

_MOMENTS: Final[dict[str, JsonValue]] = {
    "contentEncoding": "base64",
    "contentMediaType": "application/vnd.repit.moments",
    "format": "repit-moments",
}
_MOMENTS_OF_A_VIDEO: Final[dict[str, JsonValue]] = {
    "anyOf": [
        {"properties": {"media": {"const": "video"}}},
        {"properties": {"moments": {"maxLength": 0}}},
    ]
}


class ItemIn(Strict):
    """One picture, video or file. `kind` is what the person declares; nothing infers it. `moments`: of a
    video alone, what its device made of its frames; without them copies of the very file are met."""

    media: Media
    kind: Kind
    hashes: Annotated[
        list[HashIn], Field(min_length=1, max_length=MAX_HASHES, json_schema_extra=_ONE_OF_THE_WHOLE)
    ]
    moments: Annotated[str, Field(max_length=videos.MOST_SIGNS, json_schema_extra=_MOMENTS)] = ""

    model_config = ConfigDict(json_schema_extra=_MOMENTS_OF_A_VIDEO)


class CaseIn(Strict):
    """What a case is opened with."""

    items: Annotated[list[ItemIn], Field(min_length=1, max_length=service.MAX_ITEMS)]


class ReceiptIn(Strict):
    """What the person kept."""

    number: Annotated[str, Field(max_length=40)]
    secret: Annotated[str, Field(max_length=200)]


class WithdrawIn(ReceiptIn):
    """And which items are taken back, by their numbers."""

    items: Annotated[list[Annotated[int, WHOLE]], Field(max_length=service.MAX_ITEMS)] | Literal["all"]


class ItemOut(TypedDict):
    """One item of a case, by its number in it."""

    number: int
    state: State
    media: Media
    kind: Kind


class StatusOut(TypedDict):
    """How a case stands."""

    items: list[ItemOut]


class ReceiptOut(StatusOut):
    """`words`: the same secret as eight words, by language."""

    number: str
    secret: str
    words: dict[str, list[str]]


_OPENED: Final = Answer("The receipt. Its secret is shown this once.", ReceiptOut, status=201)
_STANDS: Final = Answer("How the case stands.", StatusOut)


@operation("POST", answers=(_OPENED,), refusals=(TooLarge, limits.TooOften))
def open_case(request: HttpRequest, body: CaseIn) -> HttpResponseBase:
    """Open a case."""
    with limits.opening(request, settings.REPIT_SUBMISSIONS_PER_HOUR):
        receipt = service.open_case([submission(item) for item in body.items])
    spelled = {language: receipt.words(language) for language in words.LANGUAGES}
    items = _status(receipt.status)["items"]
    return _OPENED({"number": receipt.number, "secret": receipt.secret, "words": spelled, "items": items})


@operation("POST", answers=(_STANDS,), refusals=(NotFound, limits.TooOften), name="case-status")
def status(request: HttpRequest, body: ReceiptIn) -> HttpResponseBase:
    """See how a case stands."""
    with lines.turn(request, (body.number, body.secret)):
        return _STANDS(_status(service.status(body.number, body.secret)))


@operation("POST", answers=(_STANDS,), refusals=(NotFound, limits.TooOften))
def withdraw(request: HttpRequest, body: WithdrawIn) -> HttpResponseBase:
    """Take items back."""
    with lines.turn(request, (body.number, body.secret)):
        return _STANDS(_status(service.withdraw(body.number, body.secret, body.items)))


def submission(item: ItemIn) -> Submission:
    """As the bank takes it. Raises `InputRefused`."""
    hashes = (Hash(h.algorithm, h.role, bytes.fromhex(h.value), h.quality) for h in item.hashes)
    return Submission(item.media, item.kind, tuple(hashes), videos.of_text(item.moments))


def _status(protected: service.Status) -> StatusOut:
    return {
        "items": [
            {"number": item.number, "state": item.state, "media": item.media, "kind": item.kind}
            for item in protected.items
        ]
    }
