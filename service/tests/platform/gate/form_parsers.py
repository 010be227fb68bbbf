"""Other people's parsers of forms: what each would hand to an application as files.

PHP and Node run as servers of their own and are asked over HTTP, as a site's visitors ask them; Django,
Werkzeug, python-multipart (Starlette, FastAPI) and multipart (Bottle) are called. What a parser gives before
it stumbles counts: an application may have stored it by then.
"""

import base64
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import multipart
import python_multipart
from django.core.files.uploadhandler import FileUploadHandler
from django.http.multipartparser import MultiPartParser
from werkzeug.formparser import FormDataParser

from repit.demo.ports import free_port

HERE = Path(__file__).parent
BROWSER = HERE.parents[3] / "browser"
_IN_MEMORY: dict[str, Any] = {"MAX_MEMORY_FILE_SIZE": 2**30}
Parser = Callable[[str, bytes], list[bytes]]


class _Kept(FileUploadHandler):
    def __init__(self) -> None:
        super().__init__()
        self.files: list[bytes] = []

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files.append(b"")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.files[-1] += raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def django(kind: str, body: bytes) -> list[bytes]:
    kept = _Kept()
    with suppress(Exception):
        meta = {"CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body))}
        MultiPartParser(meta, io.BytesIO(body), [kept], "utf-8").parse()
    return kept.files


def werkzeug(kind: str, body: bytes) -> list[bytes]:
    files: list[io.BytesIO] = []

    class _Staying(io.BytesIO):
        def close(self) -> None:
            """Read below, whatever the parser does."""

    def opened(*_: Any, **__: Any) -> io.BytesIO:
        files.append(_Staying())
        return files[-1]

    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    with suppress(Exception):
        FormDataParser(stream_factory=opened, silent=False).parse_from_environ(environ)
    return [file_.getvalue() for file_ in files]


def starlette(kind: str, body: bytes) -> list[bytes]:
    kept: list[Any] = []
    with suppress(Exception):
        _, options = python_multipart.multipart.parse_options_header(kind)
        parser = python_multipart.FormParser(
            "multipart/form-data", None, kept.append, boundary=options[b"boundary"], config=_IN_MEMORY
        )
        parser.write(body)
        parser.finalize()
    for file_ in kept:
        file_.file_object.seek(0)
    return [file_.file_object.read() for file_ in kept]


def bottle(kind: str, body: bytes) -> list[bytes]:
    files: list[bytes] = []
    with suppress(Exception):
        _, options = multipart.parse_options_header(kind)
        taken, named = b"", False
        with multipart.PushMultipartParser(options["boundary"]) as parser:
            for event in parser.parse(body):
                if event is None:
                    files += [taken] if named else []
                elif isinstance(event, multipart.MultipartSegment):
                    taken, named = b"", event.filename is not None
                else:
                    taken += event
    return files


@contextmanager
def php() -> Iterator[Parser]:
    found = shutil.which("php")
    assert found, "php is missing: run tools/test-parts"
    port = free_port()
    options = ("-d", "upload_max_filesize=8M", "-d", "post_max_size=16M", "-d", "display_errors=0")
    command = (found, *options, "-S", f"127.0.0.1:{port}", str(HERE / "form_parsers.php"))
    with _running(*command) as process:
        while not _listens(port):
            assert process.poll() is None, "PHP does not serve"
        yield lambda kind, body: _asked(port, "/", kind, body)


@contextmanager
def node() -> Iterator[dict[str, Parser]]:
    found = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert found, "node is missing: run make setup"
    command = (found, str(HERE / "form_parsers.mjs"), str(BROWSER / "package.json"))
    with _running(*command) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield {
            "busboy": lambda kind, body: _asked(port, "/busboy", kind, body),
            "formidable": lambda kind, body: _asked(port, "/formidable", kind, body),
        }


@contextmanager
def all_of_them() -> Iterator[dict[str, Parser]]:
    """Every parser by its name."""
    with php() as of_php, node() as of_node:
        yield {
            "PHP": of_php,
            "Django": django,
            "Werkzeug": werkzeug,
            "python-multipart": starlette,
            "multipart": bottle,
            **of_node,
        }


@contextmanager
def _running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    # A group of its own: a small program starts the Node of the environment, and would not take it along.
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _asked(port: int, path: str, kind: str, body: bytes) -> list[bytes]:
    head = f"POST {path} HTTP/1.0\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.encode("latin-1") + body)
        received = b""
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                received += part
    _, _, content = received.partition(b"\r\n\r\n")
    return (
        [base64.b64decode(load) for load in json.loads(content)["files"]] if content.startswith(b"{") else []
    )
