"""The bytes of an upload as they arrive, never more of them than allowed and never readable on disk.

In: a request with a raw body or a form. Out: the files in it, each in room of its own; or a small body whole.
Next: `views`, which has them judged.

Django's own parser writes larger files to a temporary folder, and skips parts that other parsers keep.
Media must not touch a disk here, and a platform may hand on the very form that a stranger sent; so forms are
read as `platform.gate.forms` reads them.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import IO, Annotated, Any, Final

from django.http import HttpRequest
from pydantic import BaseModel, Field

from repit.foundation.errors import InputRefused, Text, TooLarge
from repit.platform.gate.forms.files import Finder, Found
from repit.platform.gate.forms.kind import Odd, boundary_of
from repit.platform.gate.forms.reader import FormReader
from repit.platform.gate.upload_buffer import UploadBuffer

_CHUNK: Final = 256 * 1024
_FORM_ROOM: Final = 64 * 1024
_FORM: Final = "multipart/form-data"


Content = Annotated[bytes, Field(min_length=1)]


class Form(BaseModel):
    """A form with exactly one file, of any name, among other fields."""

    file: Content


class NotOneFile(InputRefused):
    code = "not-one-file"
    message = Text("A form must hold exactly one file.", "Un formulaire doit contenir exactement un fichier.")


class EmptyUpload(InputRefused):
    code = "empty-upload"
    message = Text("Nothing was sent: the body is empty.", "Rien n’a été envoyé : le corps est vide.")
    next_step = Text(
        "Send the file itself; `curl --data-binary @file` does.",
        "Envoyez le fichier lui-même, comme le fait `curl --data-binary @fichier`.",
    )


def receive(request: HttpRequest, room: Callable[[], UploadBuffer], held: ExitStack, most: int) -> Found:
    """Take the upload in: one file, or what is found in a message that others may read differently.

    `held` gives the room back. Raises `TooLarge`, `InputRefused`, `Overloaded`.
    """
    kind = request.headers.get("Content-Type", "")
    codings = {part.strip().lower() for part in request.headers.get("Content-Encoding", "").split(",")}
    finder = Finder(room, held)
    if codings - {"", "identity"}:
        finder.doubt("content-coding")
    try:
        boundary = boundary_of([kind])
    except Odd as odd:
        if kind.lower().startswith(_FORM) and "boundary" not in kind.lower():
            raise InputRefused(detail="a form without a boundary") from None
        finder.add_odd(_whole(request, room, held, most), odd.reason)
        return finder.found()
    if boundary is None:
        finder.add(_whole(request, room, held, most))
        return finder.found()
    form = FormReader(boundary, room, held, most + _FORM_ROOM)
    for piece in _pieces(request, most + _FORM_ROOM):
        form.feed(piece)
    form.close()
    if not form.begun:
        raise InputRefused(detail="no form")
    finder.add_form(form)
    found = finder.found()
    if not found.odd and len(found.files) != 1:
        raise NotOneFile
    return found


def body_of(request: HttpRequest, most: int) -> bytes:
    """A small body whole. Raises `TooLarge`, `InputRefused`."""
    taken = bytearray()
    for piece in _pieces(request, most):
        taken += piece
        if len(taken) > most:
            raise TooLarge
    return bytes(taken)


def _whole(
    request: HttpRequest, room: Callable[[], UploadBuffer], held: ExitStack, most: int
) -> UploadBuffer:
    upload = held.enter_context(room())
    for piece in _pieces(request, most):
        upload.write(piece)
    return upload


def _pieces(request: HttpRequest, most: int) -> Iterator[bytes]:
    """The raw body, of a stated length or chunked."""
    stream: IO[bytes] | Any = request
    if request.META.get("CONTENT_LENGTH"):
        _announced(request, most)
    elif "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        stream = request.META["wsgi.input"]
    while True:
        try:
            part = stream.read(_CHUNK)
        except OSError:
            raise InputRefused(detail="the upload was cut") from None
        if not part:
            return
        yield part


def _announced(request: HttpRequest, most: int) -> None:
    try:
        size = int(request.META["CONTENT_LENGTH"])
    except ValueError:
        raise InputRefused(detail="the length is not a number") from None
    if size > most:
        raise TooLarge
