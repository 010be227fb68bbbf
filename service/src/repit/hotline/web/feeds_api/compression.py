"""Answers compressed as the client can read them: Zstandard, else gzip, else as they are.

In: a request's Accept-Encoding (RFC 9110, section 12.5.3), bytes or an iterator of them. Out: an answer.
Next: the views. Hashes compress little beyond their digits, so both (Zstandard is RFC 8878) run at a fast
level.
"""

import zlib
from collections.abc import Iterator
from typing import Final, Literal, Protocol

import zstandard
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

Coding = Literal["zstd", "gzip"]
SMALLEST: Final = 1_024
"""Bytes below which an answer is sent as it is."""
_ZSTD_LEVEL: Final = 3
_GZIP_LEVEL: Final = 1


class _Packer(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self) -> bytes: ...


def coding(accepted: str) -> Coding | None:
    """The best of ours that the header accepts; a weight of 0 means that it does not."""
    offered: dict[str, float] = {}
    for part in accepted.split(","):
        name, _, parameters = part.partition(";")
        weight = parameters.replace(" ", "").lower().removeprefix("q=") or "1"
        try:
            offered[name.strip().lower()] = float(weight)
        except ValueError:
            offered[name.strip().lower()] = 0.0
    others = offered.get("*", 0.0)
    weights: dict[Coding, float] = {
        "zstd": offered.get("zstd", others),
        "gzip": offered.get("gzip", offered.get("x-gzip", others)),
    }
    best = max(weights, key=lambda name: weights[name])  # of equals the first: zstd
    return best if weights[best] > 0 else None


def streamed(request: HttpRequest, pieces: Iterator[bytes], content_type: str) -> StreamingHttpResponse:
    """An answer that is sent as it is made."""
    chosen = coding(request.headers.get("Accept-Encoding", ""))
    sent = pieces if chosen is None else _packed(pieces, _packer(chosen))
    answer = StreamingHttpResponse(sent, content_type=content_type)
    answer["Vary"] = "Accept-Encoding"
    if chosen is not None:
        answer["Content-Encoding"] = chosen
    return answer


def whole(request: HttpRequest, body: bytes, content_type: str) -> HttpResponse:
    """An answer that is there already."""
    chosen = coding(request.headers.get("Accept-Encoding", "")) if len(body) >= SMALLEST else None
    if chosen is not None:
        packer = _packer(chosen)
        body = packer.compress(body) + packer.flush()
    answer = HttpResponse(body, content_type=content_type)
    answer["Vary"] = "Accept-Encoding"
    if chosen is not None:
        answer["Content-Encoding"] = chosen
    return answer


def _packer(chosen: Coding) -> _Packer:
    if chosen == "zstd":
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compressobj()
    return zlib.compressobj(level=_GZIP_LEVEL, wbits=31)


def _packed(pieces: Iterator[bytes], packer: _Packer) -> Iterator[bytes]:
    for piece in pieces:
        packed = packer.compress(piece)
        if packed:
            yield packed
    yield packer.flush()
