"""Lets botocore sign and read, and `foundation.outbound` speak.

In: requests that botocore has signed. Out: answers in the form that it reads. Next: `store`.

botocore asks those who listen to `before-send` whether they have an answer; ours always do, so its own HTTP
client, which vets no address, is never used. A redirect is not followed.
"""

from collections.abc import Iterator
from typing import Any, Final

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from repit.foundation.errors import AnswerTooLarge
from repit.foundation.outbound import Outbound, Streamed

SECONDS: Final = 60.0
LONG_SECONDS: Final = 900.0
"""For reading an object, and for a copy that the server makes, which may be of several gigabytes."""
MOST_ANSWERED: Final = 16 * 1024 * 1024
"""Bytes of an answer that is not an object."""
_LONG: Final = ("GetObject", "CopyObject")


class Sender:
    """Answers `before-send` events."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound

    def __call__(self, request: AWSPreparedRequest, event_name: str = "", **_: Any) -> AWSResponse:
        """Send what was signed. Raises `OutboundRefused`."""
        headers = {name: _text(value) for name, value in request.headers.items()}
        headers.pop("Expect", None)
        body = request.body
        content = body if isinstance(body, bytes) else None if body is None else bytes(body.read())
        whole = event_name.endswith(_LONG) and "Range" not in headers
        seconds = LONG_SECONDS if whole else SECONDS
        answer = self._outbound.opened(
            request.method or "GET", request.url or "", headers, content, seconds=seconds
        )
        return AWSResponse(request.url, answer.status, dict(answer.headers), Raw(answer))


class Raw:
    """The body of an answer, as botocore reads it: whole with `stream`, or piece by piece with `pieces`."""

    def __init__(self, answer: Streamed) -> None:
        self._answer = answer

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """All of a small answer."""
        taken = 0
        try:
            for piece in self._answer.pieces():
                taken += len(piece)
                if taken > MOST_ANSWERED:
                    raise AnswerTooLarge
                yield piece
        finally:
            self._answer.close()

    def pieces(self) -> Iterator[bytes]:
        """An object as it comes."""
        return self._answer.pieces()

    def close(self) -> None:
        """Let go of the connection."""
        self._answer.close()


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
