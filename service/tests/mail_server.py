"""A mail server on loopback, with a certificate of its own: it takes mail, or refuses it as it is told to.

In: how it should behave. Out: its address, the mail it took. Next: tests of whatever sends mail. A thread a
connection; it speaks as much of SMTP (RFC 5321, 3207, 4954) as a client that hands mail in needs.
"""

from __future__ import annotations

import base64
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "repit@mail.example", "p@ss:word/1"


@dataclass
class Behaviour:
    """`security`: tls, starttls or none; `name`: whom its certificate is for; the rest: what it refuses."""

    security: str = "tls"
    name: str = "localhost"
    signs_in: bool = True
    password: str = PASSWORD
    refuses_sender: bool = False
    refuses: tuple[str, ...] = ()
    refuses_content: bool = False
    dribbles: bool = False


@dataclass
class Mail:
    """One that was taken, and for whom."""

    to: list[str]
    message: EmailMessage


@dataclass
class MailServer:
    """One that runs. `authority`: the file of whoever signed its certificate."""

    behaviour: Behaviour
    port: int
    authority: Path
    taken: list[Mail] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, *, password: str = "", host: str = "localhost") -> str:
        """As an operator writes it."""
        scheme = {"tls": "smtps", "starttls": "smtp+starttls", "none": "smtp"}[self.behaviour.security]
        who = (
            ""
            if self.behaviour.security == "none"
            else f"repit%40mail.example:{password or quote(PASSWORD, safe='')}@"
        )
        return f"{scheme}://{who}{host}:{self.port}"


class _Threaded(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    server: MailServer
    context: ssl.SSLContext


class _Session(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        threaded = cast(_Threaded, self.server)
        self.mail, self.does = threaded.server, threaded.server.behaviour
        self.signed_in = not self.does.signs_in or self.does.security == "none"
        self.encrypted = self.does.security == "tls"
        self.line: socket.socket = self.request
        try:
            self._serve(threaded.context)
        except OSError:
            pass  # it hung up, or would not speak TLS with us
        finally:
            self.line.close()

    def _serve(self, context: ssl.SSLContext) -> None:
        if self.encrypted:
            self.line = context.wrap_socket(self.line, server_side=True)
        if self.does.dribbles:
            self._dribble()
            return
        self._say("220 mail.example ready")
        self._talk(context)

    def _talk(self, context: ssl.SSLContext) -> None:
        reader = self.line.makefile("rb")
        to: list[str] = []
        while line := reader.readline(4096):
            words = line.decode().strip()
            verb = words.split(" ")[0].split(":")[0].upper()
            if verb in ("EHLO", "HELO"):
                self._greet()
            elif verb == "STARTTLS":
                self._say("220 go ahead")
                reader.close()
                self.line = context.wrap_socket(self.line, server_side=True)
                self.encrypted, reader = True, self.line.makefile("rb")
            elif verb == "AUTH":
                self._sign_in(words, reader)
            elif verb == "MAIL":
                self._say(
                    "550 not this sender" if self.does.refuses_sender or not self.signed_in else "250 ok"
                )
            elif verb == "RCPT":
                address = words.partition("<")[2].partition(">")[0]
                refused = address in self.does.refuses
                to += [] if refused else [address]
                self._say("550 nobody here" if refused else "250 ok")
            elif verb == "DATA":
                self._take(to, reader)
                to = []
            elif verb in ("RSET", "NOOP"):
                self._say("250 ok")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("502 what?")

    def _greet(self) -> None:
        offered = ["mail.example"]
        if self.does.security == "starttls" and not self.encrypted:
            offered.append("STARTTLS")
        elif self.does.signs_in:
            offered.append("AUTH PLAIN LOGIN")
        lines = [f"250-{each}" for each in offered[:-1]] + [f"250 {offered[-1]}"]
        self._say("\r\n".join(lines))

    def _sign_in(self, words: str, reader: Any) -> None:
        given = words.split(" ")[2] if words.count(" ") > 1 else ""
        if not given:
            self._say("334 ")
            given = reader.readline(4096).decode().strip()
        self.signed_in = base64.b64decode(given) == f"\0{USER}\0{self.does.password}".encode()
        self._say("235 welcome" if self.signed_in else "535 5.7.8 wrong")

    def _take(self, to: list[str], reader: Any) -> None:
        self._say("354 go on")
        content = b""
        while (line := reader.readline(65536)) not in (b".\r\n", b""):
            content += line
        if self.does.refuses_content:
            self._say("554 spam")
            return
        message = cast(
            EmailMessage, message_from_bytes(content.replace(b"\r\n", b"\n"), policy=policy.default)
        )
        self.mail.taken.append(Mail(list(to), message))
        self._say("250 taken")

    def _dribble(self) -> None:
        while not self.mail.over.wait(0.05):
            self.line.sendall(b"220-still here\r\n")

    def _say(self, words: str) -> None:
        self.line.sendall(words.encode() + b"\r\n")


@contextmanager
def running(folder: Path, **behaviour: Any) -> Iterator[MailServer]:
    """A server, for as long as the block lasts."""
    does = Behaviour(**behaviour)
    certificate, key = _certificate(folder, does.name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with _Threaded(("127.0.0.1", 0), _Session) as threaded:
        server = MailServer(does, threaded.server_address[1], certificate)
        threaded.server, threaded.context = server, context
        thread = threading.Thread(target=threaded.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            threaded.shutdown()
            thread.join()


def _certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """A certificate of one day that is its own authority, and its key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(hours=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate, key = folder / f"{host}.pem", folder / f"{host}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, key
