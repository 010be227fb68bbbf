"""What of a message must be judged.

In: a form that was read, or a whole body. Out: the uploads to judge, and why others may see more in it. Next:
the HTTP and ICAP channels.

A plain field of a form is judged only where it holds a picture, as it is or as base64. Everything else in a
form counts as a file, whatever it calls itself; in what has no file's name, base64 is looked for as well.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from repit.platform.gate.forms import hidden
from repit.platform.gate.forms.reader import TOO_MANY, FormReader
from repit.platform.gate.inspection.question import OddMessage
from repit.platform.gate.upload_buffer import UploadBuffer
from repit_engine.picture.kinds import Kind, Refused, kind_of

MOST_FILES: Final = 100
"""Files of one message that are looked at; with more it is undecided."""
TEXT: Final = "text-coding"


@dataclass(frozen=True, slots=True)
class Found:
    """Files to judge; `odd`: why that may not be all, or nothing."""

    files: list[UploadBuffer]
    odd: str

    def asked(self, channel: str, sender: str = "") -> OddMessage:
        """The question about all of it. Raises `Overloaded`."""
        return OddMessage(tuple(file.asked(channel) for file in self.files), self.odd, channel, sender)


class Finder:
    """Collects the files of one message; `held` gives back the room of those that are taken out of others."""

    def __init__(self, room: Callable[[], UploadBuffer], held: ExitStack) -> None:
        self._room, self._held = room, held
        self._files: list[UploadBuffer] = []
        self._odd = ""

    def add(self, upload: UploadBuffer) -> None:
        """A file."""
        self._files.append(upload)

    def doubt(self, reason: str) -> None:
        """Others may see something else."""
        self._odd = self._odd or reason

    def add_form(self, form: FormReader) -> None:
        """The files of a form. Raises `Overloaded`."""
        if form.odd:
            self.doubt(form.odd)
        for part in form.parts:
            if not part.is_field or _is_picture(part.content):
                self.add(part.content)
            data = part.content.data
            if data is not None and form.odd:
                self._take_out(hidden.in_odd_form(data))
            elif data is not None and not part.is_named:
                self._take_out_of_text(data)

    def add_text(self, body: UploadBuffer, *, message: bool = False) -> None:
        """A body that is text, and the pictures in it. `message`: XML that programs send each other, which
        nobody shows as a page unless it is a drawing. Raises `Overloaded`."""
        if not message or kind_of(body.data or body.head, whole=body.data is not None) is not Kind.PAGE:
            self.add(body)
        if body.data is None:
            self.doubt(TEXT)
        else:
            self._take_out_of_text(body.data)

    def add_odd(self, body: UploadBuffer, reason: str) -> None:
        """A body of which nobody knows how it will be read. Raises `Overloaded`."""
        self.add(body)
        self.doubt(reason)
        if body.data is not None:
            self._take_out(hidden.in_odd_form(body.data))

    def found(self) -> Found:
        """All of it, as far as it is judged."""
        if len(self._files) > MOST_FILES:
            self.doubt(TOO_MANY)
            self._files.sort(key=_is_picture, reverse=True)
        return Found(self._files[:MOST_FILES], self._odd)

    def _take_out_of_text(self, data: bytes) -> None:
        pictures, unsure = hidden.in_text(data)
        if unsure:
            self.doubt(TEXT)
        self._take_out(pictures)

    def _take_out(self, pictures: list[bytes]) -> None:
        for picture in pictures[: max(0, MOST_FILES + 1 - len(self._files))]:
            upload = self._held.enter_context(self._room())
            upload.write(picture)
            self.add(upload)


def _is_picture(content: UploadBuffer) -> bool:
    """Or anything else that has a name."""
    seen = content.looks_like
    return not isinstance(seen, Refused) or seen.why.code not in ("not-a-picture", "empty-file")
