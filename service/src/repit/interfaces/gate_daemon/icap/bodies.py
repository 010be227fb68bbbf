"""What a body that ICAP carries holds: one file, or a form with several.

In: the HTTP heads of a request, the body as it arrived. Out: the files to look at; `Unreadable`. Next:
`session`.

Django's form parser does the reading. A field that holds a picture counts as a file, whether it is named as
one or not, so that leaving out a file name hides nothing.
"""

import io
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError

from repit.gate.arriving import Arriving
from repit.interfaces.gate_daemon.icap.wire import Request
from repit_engine.errors import PictureRefused
from repit_engine.picture.formats import sniff

_LOSSLESS: Final = "latin-1"
_FORM: Final = "multipart/form-data"


class Unreadable(Exception):
    """Why a body's files cannot be told apart; `reason` is a short code."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def header(head: bytes, name: str) -> list[str]:
    """All values of a header in an HTTP head."""
    lines = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n")[1:]
    pairs = [line.partition(b":") for line in lines]
    wanted = name.encode("ascii")
    return [value.strip().decode(_LOSSLESS) for key, _, value in pairs if key.strip().lower() == wanted]


def is_form(request: Request) -> bool:
    """Whether the body is a form that may hold files. Raises `Unreadable`."""
    if request.method != "REQMOD":
        return False
    kinds = header(request.request_head, "content-type")
    forms = [kind for kind in kinds if kind.lower().lstrip().startswith(_FORM)]
    if forms and len(kinds) > 1:
        raise Unreadable("damaged-form")  # which of them the site will believe cannot be known
    if not forms and any(kind.lower().lstrip().startswith("multipart/") for kind in kinds):
        raise Unreadable("unknown-form")
    return bool(forms)


def plain(request: Request, upload: Arriving, arriving: Callable[[], Arriving], most: int) -> Arriving:
    """The body without its content coding. Raises `Unreadable`, `Overloaded`, `TooLarge`."""
    head = request.request_head if request.method == "REQMOD" else request.response_head
    codings = [one.strip().lower() for value in header(head, "content-encoding") for one in value.split(",")]
    codings = [one for one in codings if one not in ("", "identity")]
    if not codings:
        return upload
    data = upload.data
    if data is None or codings not in (["gzip"], ["x-gzip"], ["deflate"]):
        raise Unreadable("content-coding")
    plain = arriving()
    plain.write(_inflated(data, most))
    return plain


def _inflated(data: bytes, most: int) -> bytes:
    for bits in (47, -15):  # gzip or zlib by their heads, else bare deflate
        try:
            inflating = zlib.decompressobj(bits)
            out = inflating.decompress(data, most + 1)
        except zlib.error:
            continue
        if len(out) > most or not inflating.eof:
            break
        return out
    raise Unreadable("content-coding")


def files_of(
    request: Request, upload: Arriving, arriving: Callable[[], Arriving], held: ExitStack
) -> list[Arriving]:
    """The files of a form, each in room that `held` gives back. Raises `Unreadable`, `Overloaded`."""
    data = upload.data
    if data is None:
        raise Unreadable("too-many-bytes")
    (kind,) = header(request.request_head, "content-type")
    meta = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(data))}
    handler = _Files(arriving, held)
    try:
        fields, _ = MultiPartParser(meta, io.BytesIO(data), [handler], _LOSSLESS).parse()
    except (MultiPartParserError, TooManyFieldsSent, TooManyFilesSent, RequestDataTooBig):
        raise Unreadable("damaged-form") from None
    except (SuspiciousOperation, ValueError, LookupError):
        raise Unreadable("damaged-form") from None
    for name in fields:
        for value in fields.getlist(name):
            _picture_in_field(str(value), arriving, held, handler.files)
    return handler.files


def _picture_in_field(
    value: str, arriving: Callable[[], Arriving], held: ExitStack, files: list[Arriving]
) -> None:
    raw = value.encode(_LOSSLESS, "replace")
    try:
        sniff(raw)
    except PictureRefused:
        return
    upload = held.enter_context(arriving())
    upload.write(raw)
    files.append(upload)


class _Files(FileUploadHandler):
    """Puts each file of a form into room of its own."""

    def __init__(self, arriving: Callable[[], Arriving], held: ExitStack) -> None:
        super().__init__()
        self._arriving, self._held = arriving, held
        self.files: list[Arriving] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files.append(self._held.enter_context(self._arriving()))

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        self.files[-1].write(raw_data)

    def file_complete(self, file_size: int) -> SimpleUploadedFile:  # noqa: ARG002 - Django's signature
        return SimpleUploadedFile("upload", b"")
