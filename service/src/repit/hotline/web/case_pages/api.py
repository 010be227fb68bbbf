"""Cases as JSON: the door that the person's device uses once it has computed the hashes.

In: hashes, or a receipt. Out: a receipt, or how the case stands. Next: the browser package, `repit demo`.
No cookie and no name is involved; the receipt travels in the body, so that it stands in no log.
"""

from typing import Annotated, Literal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Schema, Status, errors
from pydantic import ConfigDict, Field

from repit.foundation.errors import InputRefused
from repit.foundation.hashes import MAX_HASHES, Algorithm, Hash, Kind, Media, Role
from repit.foundation.mapping import named
from repit.foundation.web.problems import problem
from repit.hotline.bank.types import State, Submission
from repit.hotline.cases import service, words
from repit.hotline.web.case_pages import limits, lines

api = NinjaAPI(
    title="Répit: cases",
    version="1",
    description="Open a case from hashes computed on the person's device, follow it, take items back.",
    docs_url=None,
    urls_namespace="cases",
)

Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{32}|[0-9a-f]{64})$")]


class _Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class HashIn(_Strict):
    """One hash in lower-case hexadecimal; `quality` for pdq only."""

    algorithm: Algorithm
    role: Role = "whole"
    value: Hex
    quality: Annotated[int, Field(ge=0, le=100)] | None = None


class ItemIn(_Strict):
    """One picture, video or file. `kind` is what the person declares; nothing infers it."""

    media: Media
    kind: Kind
    hashes: Annotated[list[HashIn], Field(min_length=1, max_length=MAX_HASHES)]


class CaseIn(_Strict):
    items: Annotated[list[ItemIn], Field(min_length=1, max_length=service.MAX_ITEMS)]


class ReceiptIn(_Strict):
    number: Annotated[str, Field(max_length=40)]
    secret: Annotated[str, Field(max_length=200)]


class WithdrawIn(ReceiptIn):
    items: Annotated[list[int], Field(max_length=service.MAX_ITEMS)] | Literal["all"]


class ItemOut(Schema):
    number: int
    state: State
    media: Media
    kind: Kind


class StatusOut(Schema):
    items: list[ItemOut]


class ReceiptOut(StatusOut):
    """`words`: the same secret as eight words, by language."""

    number: str
    secret: str
    words: dict[str, list[str]]


@api.post("/cases", response={201: ReceiptOut}, summary="Open a case")
def open_case(request: HttpRequest, body: CaseIn) -> Status[ReceiptOut]:
    with limits.opening(request, settings.REPIT_SUBMISSIONS_PER_HOUR):
        receipt = service.open_case([submission(item) for item in body.items])
    items = _status(receipt.status).items
    spelled = {language: receipt.words(language) for language in words.LANGUAGES}
    return Status(201, ReceiptOut(number=receipt.number, secret=receipt.secret, words=spelled, items=items))


@api.post("/cases/status", response=StatusOut, summary="See how a case stands")
def status(request: HttpRequest, body: ReceiptIn) -> StatusOut:
    with lines.turn(request, (body.number, body.secret)):
        return _status(service.status(body.number, body.secret))


@api.post("/cases/withdraw", response=StatusOut, summary="Take items back")
def withdraw(request: HttpRequest, body: WithdrawIn) -> StatusOut:
    with lines.turn(request, (body.number, body.secret)):
        return _status(service.withdraw(body.number, body.secret, body.items))


# ninja has handlers of its own for these, which would answer in another shape and repeat what was sent.
@api.exception_handler(errors.ValidationError)
@api.exception_handler(errors.HttpError)
@api.exception_handler(Http404)
@api.exception_handler(Exception)
def _refused(request: HttpRequest, error: Exception) -> HttpResponse:  # noqa: ARG001
    ours = named(error)
    answer = problem(ours)
    if isinstance(ours, limits.TooOften):
        answer["Retry-After"] = str(ours.seconds)
    return answer


def submission(item: ItemIn) -> Submission:
    try:
        hashes = [Hash(h.algorithm, h.role, bytes.fromhex(h.value), h.quality) for h in item.hashes]
    except ValueError:
        raise InputRefused from None
    return Submission(item.media, item.kind, tuple(hashes))


def _status(standing: service.Status) -> StatusOut:
    return StatusOut(
        items=[ItemOut(number=i.number, state=i.state, media=i.media, kind=i.kind) for i in standing.items]
    )
