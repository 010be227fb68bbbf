"""Something at the address of a gate that is none, as it is told to be."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class _Odd(http.server.BaseHTTPRequestHandler):
    """Something that is no gate, as it is told to be."""

    status, body, pause, seen = 200, b"<html>hello", 0.0, 0

    def do_POST(self) -> None:
        type(self).seen += 1
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        threading.Event().wait(self.pause)
        self.send_response(self.status)
        if self.status == 503:
            self.send_header("Retry-After", "1")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def odd(**how: Any) -> Iterator[tuple[str, type[_Odd]]]:
    kind = type("Odd", (_Odd,), how)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", kind
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
