"""The bytes of an upload as they arrive, never more of them than allowed and never on disk.

In: a request with a raw body or a form, room for one upload. Out: the room, filled; or a small body whole.
Next: `Inspector.inspect_arrived`.

Django's own upload handlers write larger files to a temporary folder; media must not touch a disk here, so
forms are read by a handler that hands pieces on as they come.
"""

from collections.abc import Iterator
from typing import IO, Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from repit.foundation.errors import InputRefused, Text, TooLarge
from repit.gate.arriving import Arriving

_CHUNK: Final = 256 * 1024
_FORM_ROOM: Final = 64 * 1024


def receive(request: HttpRequest, upload: Arriving, most: int) -> None:
    """Take the upload in. Raises `TooLarge`, `InputRefused`, `Overloaded`."""
    if request.content_type == "multipart/form-data":
        _from_form(request, upload, most)
        return
    for piece in _pieces(request, most):
        upload.write(piece)


def body_of(request: HttpRequest, most: int) -> bytes:
    """A small body whole. Raises `TooLarge`, `InputRefused`."""
    taken = bytearray()
    for piece in _pieces(request, most):
        taken += piece
        if len(taken) > most:
            raise TooLarge
    return bytes(taken)


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


def _from_form(request: HttpRequest, upload: Arriving, most: int) -> None:
    _announced(request, most + _FORM_ROOM)
    handler = _OneFile(request, upload)
    request.upload_handlers = [handler]
    _ = request.FILES  # reads the form
    if handler.files != 1:
        raise _NotOneFile


class _NotOneFile(InputRefused):
    code = "not-one-file"
    message = Text("A form must hold exactly one file.", "Un formulaire doit contenir exactement un fichier.")


class _OneFile(FileUploadHandler):
    """Hands the pieces of the one file on. Neither the name nor the type that is claimed is used."""

    def __init__(self, request: HttpRequest, upload: Arriving) -> None:
        super().__init__(request)
        self._upload = upload
        self.files = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > 1:
            raise _NotOneFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        self._upload.write(raw_data)

    def file_complete(self, file_size: int) -> SimpleUploadedFile:  # noqa: ARG002 - Django's signature
        return SimpleUploadedFile("upload", b"")
