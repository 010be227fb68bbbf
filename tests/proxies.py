"""The proxies of `deploy/proxy`, run from these very files.

In: a file, ports. Out: nginx or Caddy as Debian has them, in front of them. Next: `test_proxies`, and the
attack drill. Only what a machine's own differs by is put in: names of hosts stay, since TLS asks for them;
ports, paths of certificates and of logs are the test's.
"""

from __future__ import annotations

import http.client
import re
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from installation import eventually
from repit.demo.ports import free_port

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("nginx", "caddy")
HOTLINE, GATE = "hotline.example", "gate.example"
_FENCE = {"nginx": "nginx", "caddy": "caddyfile"}
_FILE = {"nginx": "nginx.conf", "caddy": "Caddyfile"}
_NGINX = """daemon off; master_process on; pid {folder}/pid; error_log {folder}/main.log crit;
events {{ worker_connections 2048; }}
http {{
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  include {folder}/repit.conf;
}}
"""


def shipped(kind: str) -> str:
    """The file as operators copy it."""
    return (ROOT / "deploy" / "proxy" / _FILE[kind]).read_text()


def documented(kind: str, language: str) -> str:
    """The file as the guide shows it."""
    guide = (ROOT / "docs" / language / "operators.md").read_text()
    (found,) = re.findall(rf"^```{_FENCE[kind]}\n(.*?)^```$", guide, re.MULTILINE | re.DOTALL)
    return str(found)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of one day for both hosts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOTLINE)])
    moment = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(hours=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOTLINE), x509.DNSName(GATE)]), False)
        .sign(key, hashes.SHA256())
    )
    upstream, private = folder / "fullchain.pem", folder / "privkey.pem"
    upstream.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return upstream, private


@dataclass
class Proxy:
    """One that runs. `host` chooses what is asked behind it."""

    kind: str
    folder: Path
    port: int
    trusted: ssl.SSLContext
    opened: list[ssl.SSLSocket] = field(default_factory=list)

    def connect(self, host: str, source: str = "127.0.0.1") -> ssl.SSLSocket:
        """A connection over TLS, from an address of the loopback's."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=60, source_address=(source, 0))
        connection = self.trusted.wrap_socket(plain, server_hostname=host)
        self.opened.append(connection)
        return connection

    def ask(
        self,
        host: str,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        source: str = "127.0.0.1",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """(status, headers, body) of one request."""
        connection = http.client.HTTPSConnection(host, timeout=60)
        connection.sock = self.connect(host, source)
        try:
            connection.request(method, path, body, {"Host": host, **(headers or {})})
            answer = connection.getresponse()
            return answer.status, {name.lower(): v for name, v in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def written(self) -> bytes:
        """Everything that it wrote down."""
        kept = [
            path for path in self.folder.rglob("*") if path.is_file() and path.suffix not in (".pem", ".conf")
        ]
        return b"".join(path.read_bytes() for path in kept)


@contextmanager
def proxy(kind: str, folder: Path, hotline: int, gate: int) -> Iterator[Proxy]:
    """Run it in front of these two ports, as it is shipped."""
    folder.mkdir(parents=True)
    upstream, private = certificate(folder)
    port = free_port()
    text = shipped(kind).replace("127.0.0.1:8600", f"127.0.0.1:{hotline}")
    text = text.replace("127.0.0.1:8700", f"127.0.0.1:{gate}")
    make = _nginx if kind == "nginx" else _caddy
    command = make(text, folder, port, upstream, private)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        )
    started = Proxy(kind, folder, port, ssl.create_default_context(cafile=str(upstream)))
    try:
        assert eventually(lambda: _answers(started, process), 60), (folder / "server.log").read_text()
        yield started
    finally:
        for connection in started.opened:
            connection.close()
        process.terminate()
        process.wait(60)


def _nginx(text: str, folder: Path, port: int, upstream: Path, private: Path) -> list[str]:
    # Never the bare number: another server's port may hold its digits.
    text = text.replace("listen 443 ", f"listen {port} ").replace("/var/log/nginx/", f"{folder}/")
    text = text.replace("/etc/ssl/repit/fullchain.pem", str(upstream))
    (folder / "repit.conf").write_text(text.replace("/etc/ssl/repit/privkey.pem", str(private)))
    main = folder / "nginx.conf"
    main.write_text(_NGINX.format(folder=folder))
    return [_found("nginx", "sbin"), "-p", str(folder), "-c", str(main)]


def _caddy(text: str, folder: Path, port: int, upstream: Path, private: Path) -> list[str]:
    for host in (HOTLINE, GATE):
        text = text.replace(f"{host} {{", f"https://{host}:{port} {{\n\ttls {upstream} {private}")
    text = text.replace("\tadmin off\n", "\tadmin off\n\tauto_https disable_redirects\n")
    file = folder / "Caddyfile.conf"
    file.write_text(text)
    return [_found("caddy", "bin"), "run", "--config", str(file), "--adapter", "caddyfile"]


def _found(name: str, folder: str) -> str:
    """Installed, or unpacked by `tools/test-parts`."""
    return shutil.which(name) or str(ROOT / "var/proxies/usr" / folder / name)


def _answers(running: Proxy, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise AssertionError((running.folder / "server.log").read_text())
    try:
        running.connect(HOTLINE).close()
    except OSError:
        return False
    return True
