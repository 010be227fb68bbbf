"""A server on loopback between the drill and its browser: files out, pixels back.

In: batches of files. Out: what the browser posted. Next: `chromium`.
"""

import json
import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from drills.viewers.files import Made

_WAIT: Final = 5.0
_PAGE: Final = Path(__file__).with_name("page.html")


def packed(files: Sequence[Made]) -> bytes:
    """A batch as the page reads it: a JSON head, then the bytes."""
    head = json.dumps([{"size": len(file.data), "type": file.declared} for file in files]).encode()
    return len(head).to_bytes(4, "big") + head + b"".join(file.data for file in files)


class Server:
    """`batch` and `document` are what the browser may ask for; `posted` is what it sent last. A page that
    nobody drives asks which batch is `wanted`."""

    def __init__(self) -> None:
        self.batch = b""
        self.document: Made | None = None
        self.posted = b""
        self.wanted = 0
        self.asked, self.answered = threading.Event(), threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(server: "Server") -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has a self too
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                if self.path.startswith("/batch/"):
                    self._answer(server.batch, "application/octet-stream")
                elif self.path.startswith("/document/") and server.document is not None:
                    self._answer(server.document.data, server.document.declared)
                elif self.path == "/next":
                    server.asked.wait(_WAIT)
                    number = server.wanted if server.asked.is_set() else 0
                    server.asked.clear()
                    self._answer(str(number).encode(), "text/plain")
                elif self.path.partition("?")[0] == "/":
                    self._answer(_PAGE.read_bytes(), "text/html; charset=utf-8")
                else:
                    self.send_error(404)

            def do_POST(self) -> None:
                server.posted = self.rfile.read(int(self.headers["Content-Length"]))
                self._answer(b"", "text/plain")
                server.answered.set()

            def _answer(self, body: bytes, kind: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nothing: thousands of requests."""

        return Handler
