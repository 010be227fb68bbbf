"""What stands between a gate and its hotline, and can go wrong: a proxy that ends TLS.

In: the port of a hotline. Out: an address to follow, the file of its authority; ways in which it answers.
Next: `world`. Whoever is connected as it changes its way is cut off.
"""

import asyncio
import re
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from repit.demo.ports import free_port

AHEAD: Final = timedelta(minutes=10)
_DAY: Final = timedelta(days=1)
_HOST: Final = "127.0.0.1"
_PAGE: Final = b"<!doctype html><title>Welcome</title><p>This site is new."


class Front:
    """Use it in a `with`; `way` is one of through, untrusted, expired, misnamed, away, page, ahead, unnamed,
    failing."""

    def __init__(self, folder: Path, behind: int) -> None:
        self.port, self._behind = free_port(), behind
        ours, others = _Authority("Ours"), _Authority("Others")
        self.authority = folder / "authority.pem"
        self.authority.write_bytes(ours.certificate.public_bytes(serialization.Encoding.PEM))
        self._contexts = {
            "untrusted": others.context(folder / "untrusted.pem", _HOST, _DAY),
            "expired": ours.context(folder / "expired.pem", _HOST, -_DAY),
            "misnamed": ours.context(folder / "misnamed.pem", "other.example", _DAY),
        }
        self._good = ours.context(folder / "good.pem", _HOST, _DAY)
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._open = set[asyncio.StreamWriter]()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"https://{_HOST}:{self.port}"

    def __enter__(self) -> "Front":
        self._thread.start()
        self.way("through")
        return self

    def __exit__(self, *exc: object) -> None:
        self.way("away")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def way(self, way: str) -> None:
        """Answer like that from now on."""
        asyncio.run_coroutine_threadsafe(self._change(way), self._loop).result()

    async def _change(self, way: str) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for line in list(self._open):
            line.transport.abort()
        if way != "away":
            context = self._contexts.get(way, self._good)
            self._server = await asyncio.start_server(
                partial(self._serve, way), _HOST, self.port, ssl=context, reuse_address=True
            )

    async def _serve(self, way: str, reader: asyncio.StreamReader, own: asyncio.StreamWriter) -> None:
        self._open.add(own)
        with suppress(OSError, asyncio.IncompleteReadError):
            if way in ("page", "failing"):
                await reader.readuntil(b"\r\n\r\n")
                own.write(_answer(way))
                await own.drain()
            else:
                back, behind = await asyncio.open_connection(_HOST, self._behind)
                self._open.add(behind)
                await asyncio.gather(
                    _copy(reader, behind, _unnamed if way == "unnamed" else _same),
                    _copy(back, own, _ahead if way == "ahead" else _same),
                )
                self._open.discard(behind)
        self._open.discard(own)
        own.close()


class _Authority:
    """A certificate authority of a day."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._sign(self._name, self._key.public_key(), _DAY, None)

    def context(self, path: Path, whose: str, until: timedelta) -> ssl.SSLContext:
        """For a server with a certificate for this name or address, until then."""
        key = ec.generate_private_key(ec.SECP256R1())
        named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, whose)])
        made = self._sign(named, key.public_key(), until, whose)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(
        self, named: x509.Name, key: ec.EllipticCurvePublicKey, until: timedelta, whose: str | None
    ) -> x509.Certificate:
        moment = datetime.now(UTC)
        built = (
            x509.CertificateBuilder()
            .subject_name(named)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(moment - 30 * _DAY)
            .not_valid_after(moment + until)
            .add_extension(x509.BasicConstraints(ca=whose is None, path_length=None), critical=True)
        )
        if whose is not None:
            known = x509.IPAddress(ip_address(whose)) if whose == _HOST else x509.DNSName(whose)
            built = built.add_extension(x509.SubjectAlternativeName([known]), critical=False)
        return built.sign(self._key, hashes.SHA256())


async def _copy(
    source: asyncio.StreamReader, to: asyncio.StreamWriter, change: Callable[[bytes], bytes]
) -> None:
    with suppress(OSError):
        while part := await source.read(65536):
            to.write(change(part))
            await to.drain()
    to.close()


def _same(part: bytes) -> bytes:
    return part


def _ahead(part: bytes) -> bytes:
    """Its clock is ahead of ours."""
    date = format_datetime(datetime.now(UTC) + AHEAD, usegmt=True).encode()
    return re.sub(rb"(?im)^(date: )[^\r\n]+", rb"\g<1>" + date, part)


def _unnamed(part: bytes) -> bytes:
    """It passes another name on than the hotline answers to."""
    return re.sub(rb"(?im)^(host: )[^\r\n]+", rb"\g<1>hotline.internal", part)


def _answer(way: str) -> bytes:
    status = b"200 OK" if way == "page" else b"502 Bad Gateway"
    head = b"HTTP/1.1 %b\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    return head % (status, len(_PAGE)) + _PAGE
