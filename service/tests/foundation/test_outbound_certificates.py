"""Whom `outbound` believes over TLS: public authorities, and one that the operator names; real servers."""

from __future__ import annotations

import datetime
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from repit.foundation.errors import PeerExpired, PeerMisnamed, PeerUntrusted
from repit.foundation.outbound import Outbound

DAY = datetime.timedelta(days=1)


class Greets(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"hi")

    def log_message(self, *_: Any) -> None:
        pass


def certificate(name: str, until: datetime.datetime, folder: Path) -> Path:
    """A key with a certificate that vouches for itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 30 * DAY)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def peer(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, Path]]:
    """(host:port, its certificate) of a server whose certificate says what the test asks for."""
    name, days = getattr(request, "param", ("localhost", 1))
    pem = certificate(name, datetime.datetime.now(datetime.UTC) + days * DAY, tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = HTTPServer(("127.0.0.1", 0), Greets)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"localhost:{server.server_port}", pem
    server.shutdown()
    server.server_close()
    thread.join()


def greeted(host: str) -> int:
    with Outbound(f"https://{host}", allow={host}, look_up=lambda _host, _port: ["127.0.0.1"]) as client:
        return client.get("/", seconds=10).status


def test_an_authority_of_the_operators_own_is_trusted_when_it_is_named(
    peer: tuple[str, Path], settings: Any
) -> None:
    host, pem = peer
    with pytest.raises(PeerUntrusted) as refused:
        greeted(host)
    for language in ("en", "fr"):
        assert "REPIT_OUTBOUND_CA" in refused.value.shown(language)[1]
    settings.REPIT_OUTBOUND_CA = str(pem)
    assert greeted(host) == 200


@pytest.mark.parametrize(
    ("peer", "kind"),
    [(("other.example", 1), PeerMisnamed), (("localhost", -1), PeerExpired)],
    indirect=["peer"],
    ids=["another name", "expired"],
)
def test_a_certificate_for_another_name_or_from_another_time_stays_untrusted_and_is_told_apart(
    peer: tuple[str, Path], kind: type[PeerUntrusted], settings: Any
) -> None:
    host, pem = peer
    settings.REPIT_OUTBOUND_CA = str(pem)
    with pytest.raises(kind) as refused:
        greeted(host)
    assert "REPIT_OUTBOUND_CA" not in "".join(refused.value.shown("en")), "an authority mends neither"
