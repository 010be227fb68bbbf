"""What the ICAP channel says (RFC 3507).

In: an answer, the request it is for. Out: bytes. Next: the client.

`X-Infection-Found` stands before `Encapsulated`, since Nextcloud stops reading there; it and the others are
what products look for (draft-stecher-icap-subid).
"""

import hashlib
from datetime import UTC, datetime
from typing import Final

from django.template.loader import render_to_string

from repit import __version__
from repit.foundation.errors import Text
from repit.platform.integrations.icap.wire import Request
from repit.platform.integrations.sockets.examiner import Refused
from repit.platform.integrations.sockets.listener import MOST_CONNECTIONS
from repit.platform.review import sender_page

PREVIEW: Final = 4096
CONTINUE: Final = b"ICAP/1.0 100 Continue\r\n\r\n"
_PHRASES: Final = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    408: "Request Timeout",
    413: "Body Too Large",
    500: "Server Error",
    501: "Method Not Implemented",
    503: "Service Overloaded",
    505: "ICAP Version Not Supported",
}
_WORDS: Final = {
    "title": Text("This file was not accepted", "Ce fichier n’a pas été accepté"),
    "why": Text(
        "It agrees with something that a person has asked to keep off this site, or it may harm computers.",
        "Il concorde avec quelque chose qu’une personne a demandé de garder hors de ce site, ou il peut nuire"
        " aux ordinateurs.",
    ),
    "what": Text(
        "If you think that this is a mistake, write to the people who run the site.",
        "Si vous pensez que c’est une erreur, écrivez aux personnes qui gèrent le site.",
    ),
    "object": Text("See why it was refused, or object.", "Voir pourquoi il a été refusé, ou contester."),
    "give": Text("Give them this number:", "Donnez-leur ce numéro :"),
    "number": Text("The number of this decision:", "Le numéro de cette décision :"),
}


def _head(status: int, *headers: str, closes: bool = False) -> bytes:
    lines = [
        f"ICAP/1.0 {status} {_PHRASES[status]}",
        f"Server: Repit/{__version__}",
        f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT",
        *headers,
        *(["Connection: close"] if closes else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


FULL: Final = (
    b"ICAP/1.0 503 Service Overloaded\r\nConnection: close\r\nRetry-After: 1\r\n"
    b"Encapsulated: null-body=0\r\n\r\n"
)

BROKEN: Final = b"ICAP/1.0 500 Server Error\r\nConnection: close\r\nEncapsulated: null-body=0\r\n\r\n"


def tag(sequence: int, newest: str) -> str:
    """ISTag: another one whenever answers may be others (section 4.7)."""
    digest = hashlib.sha256(f"{__version__} {sequence} {newest}".encode()).hexdigest()
    return f'ISTag: "{digest[:24]}"'


def options(istag: str, *, closes: bool) -> bytes:
    """What this service does (section 4.10)."""
    return _head(
        200,
        "Methods: REQMOD, RESPMOD",
        f"Service: Repit {__version__}",
        istag,
        f"Max-Connections: {MOST_CONNECTIONS}",
        "Options-TTL: 600",
        "Allow: 204",
        f"Preview: {PREVIEW}",
        "Transfer-Preview: *",
        "Encapsulated: null-body=0",
        closes=closes,
    )


def unchanged(istag: str, *, closes: bool) -> bytes:
    """204: the client goes on with what it has."""
    return _head(204, istag, "Encapsulated: null-body=0", closes=closes)


def sent_back(istag: str, request: Request, body: bytes, *, closes: bool) -> bytes:
    """200 with the message as it came, for clients that do not take a 204."""
    if request.method == "REQMOD":
        name, carried = "req", request.request_head
    else:
        name, carried = "res", request.response_head
    parts = [f"{name}-hdr=0"] if carried else []
    parts.append(f"{name}-body={len(carried)}" if request.has_body else f"null-body={len(carried)}")
    head = _head(200, istag, f"Encapsulated: {', '.join(parts)}", closes=closes)
    return head + carried + (_chunked(body) if request.has_body else b"")


def refused(istag: str, answer: Refused, *, language: str, closes: bool) -> bytes:
    """200 with a page in place of the message."""
    words = {name: text.in_language(language) for name, text in _WORDS.items()}
    page = render_to_string(
        "sockets/refused.html",
        {
            "language": "fr" if language.startswith("fr") else "en",
            "decision": answer.decision,
            "page": sender_page.address(answer.decision),
            **words,
        },
    ).encode()
    carried = (
        "HTTP/1.1 403 Forbidden\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(page)}\r\n"
        "Cache-Control: no-store\r\n"
        "Content-Security-Policy: default-src 'none'\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "\r\n"
    ).encode("ascii")
    head = _head(
        200,
        istag,
        f"X-Infection-Found: Type=0; Resolution=2; Threat={answer.threat};",
        f"X-Virus-ID: {answer.threat}",
        f"X-Violations-Found: 1\r\n\t-\r\n\t{answer.threat}\r\n\t0\r\n\t2",
        f"Encapsulated: res-hdr=0, res-body={len(carried)}",
        closes=closes,
    )
    return head + carried + _chunked(page)


def failed(istag: str, status: int, *, closes: bool = True) -> bytes:
    """An error; the client decides by its own settings (bypass or not) what follows."""
    later = ["Retry-After: 1"] if status == 503 else []
    return _head(status, istag, *later, "Encapsulated: null-body=0", closes=closes)


def _chunked(body: bytes) -> bytes:
    if not body:
        return b"0\r\n\r\n"
    return f"{len(body):x}\r\n".encode("ascii") + body + b"\r\n0\r\n\r\n"
