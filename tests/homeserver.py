"""A real Synapse, as its operator starts it: a process of its own, on SQLite, with our module or without."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from installation import TIMEOUT, bare_environment
from repit.demo.ports import free_port

SYNAPSE = [sys.executable, "-m", "synapse.app.homeserver"]
_SECRET = "for tests only"


class Homeserver:
    """`start` it with the module's options, or without it; `upload` says what became of a file.

    `federated`: it speaks TLS with other homeservers, which look at no certificate.
    """

    def __init__(self, folder: Path, module: dict[str, Any] | None, *, federated: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port, tls = free_port(), free_port()
        self.name = f"localhost:{tls}" if federated else "matrix.example"
        self.folder, self.log = folder, folder / "homeserver.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.config = folder / "homeserver.yaml"
        settings = self._plain()
        if module is not None:
            settings["modules"] = [{"module": "repit_synapse.Gate", "config": module}]
        if federated:
            self._federate(settings, tls)
        self.config.write_text(yaml.safe_dump(settings))
        seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        (folder / "signing.key").write_text(f"ed25519 a_test {seed}\n")
        self.token = ""

    def _plain(self) -> dict[str, Any]:
        return {
            "server_name": self.name,
            "pid_file": str(self.folder / "pid"),
            "report_stats": False,
            "signing_key_path": str(self.folder / "signing.key"),
            "media_store_path": str(self.folder / "media"),
            "registration_shared_secret": _SECRET,
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "listeners": [
                {
                    "port": self.port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "resources": [{"names": ["client", "media"]}],
                }
            ],
            "trusted_key_servers": [],
            "url_preview_enabled": False,
            "max_upload_size": "20M",
            "log_config": str(self._logging()),
        }

    def _federate(self, settings: dict[str, Any], port: int) -> None:
        certify(self.folder / "tls.crt", self.folder / "tls.key")
        settings |= {
            "tls_certificate_path": str(self.folder / "tls.crt"),
            "tls_private_key_path": str(self.folder / "tls.key"),
            "federation_verify_certificates": False,
            "ip_range_whitelist": ["127.0.0.1", "::1"],
            "suppress_key_server_warning": True,
        }
        resources = [{"names": ["federation", "media"]}]
        listener = {"port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": True}
        settings["listeners"].append({**listener, "resources": resources})

    def _logging(self) -> Path:
        path = self.folder / "log.yaml"
        lines = {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"plain": {"format": "%(levelname)s %(name)s %(message)s"}},
            "handlers": {
                "file": {
                    "class": "logging.FileHandler",
                    "filename": str(self.log),
                    "formatter": "plain",
                }
            },
            "root": {"level": "INFO", "handlers": ["file"]},
        }
        path.write_text(yaml.safe_dump(lines))
        return path

    def start(self) -> Homeserver:
        self.process = subprocess.Popen(
            [*SYNAPSE, "-c", str(self.config)],
            env=bare_environment(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            try:
                if self.call("GET", "/health")[0] == 200:
                    self.token = self._register("alice")
                    return self
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise AssertionError(self.log.read_text())

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(TIMEOUT)

    def call(
        self, method: str, path: str, body: bytes = b"", kind: str = "application/json"
    ) -> tuple[int, bytes]:
        headers = {"Content-Type": kind}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def upload(self, content: bytes, kind: str = "image/jpeg") -> tuple[int, dict[str, Any]]:
        status, body = self.call("POST", "/_matrix/media/v3/upload?filename=a.jpg", content, kind)
        return status, json.loads(body)

    def refuses(self, content: bytes, kind: str = "image/jpeg") -> bool:
        status, body = self.upload(content, kind)
        if status == 200:
            assert body["content_uri"].startswith(f"mxc://{self.name}/")
            return False
        assert (status, body["error"]) == (400, "Bad content"), (status, body)
        return True

    def fetch(self, uri: str) -> tuple[int, bytes]:
        """What a client gets for an mxc:// address."""
        return self.call("GET", f"/_matrix/client/v1/media/download/{uri.removeprefix('mxc://')}")

    def files(self) -> list[Path]:
        """What lies in the media store."""
        return [path for path in (self.folder / "media").rglob("*") if path.is_file()]

    def _register(self, name: str) -> str:
        nonce = json.loads(self.call("GET", "/_synapse/admin/v1/register")[1])["nonce"]
        mac = hmac.new(_SECRET.encode(), f"{nonce}\0{name}\0secret\0admin".encode(), hashlib.sha1)
        wanted = {
            "nonce": nonce,
            "username": name,
            "password": "secret",
            "admin": True,
            "mac": mac.hexdigest(),
        }
        status, body = self.call("POST", "/_synapse/admin/v1/register", json.dumps(wanted).encode())
        assert status == 200, body
        return str(json.loads(body)["access_token"])


def certify(certificate: Path, key: Path) -> None:
    """A certificate that nobody vouches for, and its key."""
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    begins = datetime.now(UTC) - timedelta(hours=1)
    signed = (
        x509.CertificateBuilder(name, name, made.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=2))
        .sign(made, hashes.SHA256())
    )
    form = serialization.Encoding.PEM
    certificate.write_bytes(signed.public_bytes(form))
    plain = (form, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key.write_bytes(made.private_bytes(*plain))
