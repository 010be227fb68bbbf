"""A partner that speaks from a transcript: a real HTTP server that expects each request in turn."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TRANSCRIPTS = Path(__file__).with_name("transcripts")


class Partner:
    """The server, where it listens, and what was said that the transcript does not have."""

    def __init__(self, exchanges: list[dict[str, Any]]) -> None:
        self.left = list(exchanges)
        self.wrong: list[str] = []
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def _any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                partner.answer(self, body)

            do_GET = do_POST = do_PUT = _any  # noqa: N815 - the library's names

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.address = f"http://127.0.0.1:{self._server.server_port}"

    @property
    def allow(self) -> list[str]:
        return [self.address.removeprefix("http://")]

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        parts = urlsplit(handler.path)
        query = dict(parse_qsl(parts.query))
        if not self.left:
            self.wrong.append(f"nothing was expected any more, but {handler.command} {parts.path}")
            handler.send_error(418)
            return
        wanted, answer = self.left[0]["request"], self.left[0]["response"]
        self.left.pop(0)
        for name, value in wanted.get("query", {}).items():
            if value != "*" and query.get(name) != value:
                self.wrong.append(f"{name} is {query.get(name)}, not {value}")
        for name in wanted.get("without", []):
            if name in query:
                self.wrong.append(f"{name} was asked for")
        for name, value in wanted.get("headers", {}).items():
            if handler.headers.get(name) != value:
                self.wrong.append(f"header {name} is {handler.headers.get(name)}")
        if (handler.command, parts.path) != (wanted["method"], wanted["path"]):
            self.wrong.append(f"{handler.command} {parts.path}, not {wanted['method']} {wanted['path']}")
        if "body" in wanted and body.decode() != wanted["body"]:
            self.wrong.append(f"body {body!r}")
        written = answer.get("body", "")
        text = written if isinstance(written, str) else json.dumps(written)
        raw = text.replace("{address}", self.address).encode()
        handler.send_response_only(answer["status"])
        headers = {"Date": formatdate(usegmt=True), **answer.get("headers", {})}
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(raw)))
        handler.end_headers()
        handler.wfile.write(raw)

    def finished(self) -> None:
        """Everything was asked for, as it should be."""
        assert self.wrong == []
        assert self.left == []

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


@contextmanager
def speaking(name: str) -> Iterator[Partner]:
    """A partner that speaks from transcripts/NAME.json."""
    with replayed(json.loads((TRANSCRIPTS / f"{name}.json").read_text())["exchanges"]) as partner:
        yield partner


@contextmanager
def replayed(exchanges: list[dict[str, Any]]) -> Iterator[Partner]:
    """A partner that speaks from these exchanges."""
    partner = Partner(exchanges)
    try:
        yield partner
    finally:
        partner.close()
