"""Static files under names that say what is in them, compressed, and kept by browsers where that tells
nothing.

In: the apps' `static` folders, in a source tree or an installed package; nothing is written. Out: addresses
(`HashedNames`, Django's storage) and answers (`StaticFiles`, WhiteNoise's middleware). Next: templates ask
with `{% static %}`; `headers` lets what may be kept be kept.

A name carries the first 16 digits of the content's SHA-256, so that a new version is never taken for an old
one, and whoever asked for it can check what came. It is the same for everyone: no cookie, tag or date goes
with it. Browsers may keep only what lies in `REPIT_KEPT_FILES`: of every other file a visit leaves no copy.
Plain names work too, and are never kept.
"""

import gzip
import hashlib
import io
import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http.response import HttpResponseBase
from whitenoise.middleware import WhiteNoiseFileResponse, WhiteNoiseMiddleware
from whitenoise.responders import Response, StaticFile

KEPT: Final = "public, max-age=31536000, immutable"
DIGITS: Final = 16
_TEXT: Final = re.compile(r"text/|application/json|image/svg\+xml")
_GZIP: Final = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


def kept(response: HttpResponseBase) -> bool:
    """Whether a browser may keep this answer: only a static file under the name of its content."""
    return isinstance(response, WhiteNoiseFileResponse) and response.headers.get("Cache-Control") == KEPT


class HashedNames(StaticFilesStorage):
    """The address of a static file. Raises `ValueError` for one that no app has."""

    def url(self, name: str | None) -> str:
        found = finders.find(str(name))
        if not isinstance(found, str):
            raise ValueError(f"No app has the static file {name}.")
        return super().url(_hashed(str(name), found))


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Middleware: answers each file under both of its names, compressed for browsers that take it so."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        for address in (url, _hashed(url, path)):
            self.files[address] = _Compressed(path, self.get_static_file(path, address, stat_cache))

    def add_cache_headers(self, headers: Any, path: str, url: str) -> None:
        headers["Vary"] = "Accept-Encoding"
        hashed = url.endswith("/" + _hashed(PurePosixPath(path).name, path))
        if hashed and url.removeprefix(self.static_prefix).startswith(settings.REPIT_KEPT_FILES):
            headers["Cache-Control"] = KEPT


class _Compressed:
    """A file of WhiteNoise's, and its gzip form if it is text. Pieces of a file are given as they are."""

    def __init__(self, path: str, plain: StaticFile) -> None:
        self._path = path
        self._plain = plain
        self._headers = [
            (name, value) for name, value in plain.alternatives[0][2] if name != "Content-Length"
        ]
        self._text = _TEXT.match(dict(self._headers)["Content-Type"]) is not None

    def get_response(self, method: str, request: Mapping[str, Any]) -> Response:
        takes = self._text and _GZIP.search(request.get("HTTP_ACCEPT_ENCODING", ""))
        if not takes or method not in ("GET", "HEAD") or "HTTP_RANGE" in request:
            return self._plain.get_response(method, request)
        small = _small(self._path)
        headers = [*self._headers, ("Content-Encoding", "gzip"), ("Content-Length", str(len(small)))]
        return Response(HTTPStatus.OK, headers, io.BytesIO(small) if method == "GET" else None)


def _hashed(name: str, path: str) -> str:
    """`folder/name.digits.ext`."""
    pure = PurePosixPath(name)
    return str(pure.with_name(f"{pure.stem}.{_digest(path)}{pure.suffix}"))


@cache
def _digest(path: str) -> str:
    """Read once: files change with a new version only."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:DIGITS]


@cache
def _small(path: str) -> bytes:
    """Compressed at the first request for it; no date goes in."""
    return gzip.compress(Path(path).read_bytes(), 9, mtime=0)
