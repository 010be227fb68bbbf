"""The bytes of an upload, never more of them than allowed and never on disk.

In: a request with a raw body or a form. Out: the media's bytes. Next: `repit.gate.runtime.inspect`.

Django's own upload handlers write larger files to a temporary folder; media must not touch a disk here, so
forms are read by a handler that keeps them in memory and stops at the limit.
"""

from typing import IO, Any, Final

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from repit.foundation.errors import InputRefused, Text, TooLarge

_CHUNK: Final = 256 * 1024
_FORM_ROOM: Final = 64 * 1024


def media_of(request: HttpRequest, limit: int) -> bytes:
    """The upload. Raises `TooLarge`, `InputRefused`."""
    if request.content_type == "multipart/form-data":
        return _from_form(request, limit)
    return body_of(request, limit)


def body_of(request: HttpRequest, limit: int) -> bytes:
    """The raw body, of a stated length or chunked."""
    stream: Any = request
    if request.META.get("CONTENT_LENGTH"):
        _announced(request, limit)
    elif "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        stream = request.META["wsgi.input"]
    return _read(stream, limit)


def _read(stream: IO[bytes], limit: int) -> bytes:
    taken = bytearray()
    while True:
        try:
            part = stream.read(_CHUNK)
        except OSError:
            raise InputRefused(detail="the upload was cut") from None
        if not part:
            return bytes(taken)
        taken += part
        if len(taken) > limit:
            raise TooLarge


def _announced(request: HttpRequest, limit: int) -> None:
    try:
        size = int(request.META["CONTENT_LENGTH"])
    except ValueError:
        raise InputRefused(detail="the length is not a number") from None
    if size > limit:
        raise TooLarge


def _from_form(request: HttpRequest, limit: int) -> bytes:
    _announced(request, limit + _FORM_ROOM)
    request.upload_handlers = [InMemory(request, limit)]
    files = [file for _, several in request.FILES.lists() for file in several]
    if len(files) != 1:
        raise InputRefused(
            Text("A form must hold exactly one file.", "Un formulaire doit contenir exactement un fichier.")
        )
    media: bytes = files[0].read()
    return media


class InMemory(FileUploadHandler):
    """Keeps one file in memory, up to a limit."""

    def __init__(self, request: HttpRequest, limit: int) -> None:
        super().__init__(request)
        self._limit = limit
        self._taken = bytearray()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > self._limit:
            raise TooLarge
        if start == 0:
            self._taken = bytearray()
        self._taken += raw_data

    def file_complete(self, file_size: int) -> SimpleUploadedFile:  # noqa: ARG002 - Django's signature
        # Neither the name nor the type that the client claims is used for anything.
        return SimpleUploadedFile("upload", bytes(self._taken))
