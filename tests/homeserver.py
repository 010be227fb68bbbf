"""A real Synapse with the module, as its operator starts it: a process of its own, on SQLite."""

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
from pathlib import Path
from typing import Any

import yaml

from installation import PATIENCE, bare_environment, free_port

SYNAPSE = [sys.executable, "-m", "synapse.app.homeserver"]
_SECRET = "for tests only"


class Homeserver:
    """`start` it with an option for the module; `upload` says what became of a file."""

    def __init__(self, folder: Path, module: dict[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.folder, self.log = folder, folder / "homeserver.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.config = folder / "homeserver.yaml"
        self.config.write_text(yaml.safe_dump({**self._plain(), **self._with(module)}))
        seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
        (folder / "signing.key").write_text(f"ed25519 a_test {seed}\n")
        self.token = ""

    def _plain(self) -> dict[str, Any]:
        return {
            "server_name": "matrix.example",
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

    @staticmethod
    def _with(module: dict[str, Any]) -> dict[str, Any]:
        return {"modules": [{"module": "repit_synapse.Gate", "config": module}]}

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
        until = time.monotonic() + PATIENCE
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
            self.process.wait(PATIENCE)

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
        status, said = self.upload(content, kind)
        if status == 200:
            assert said["content_uri"].startswith("mxc://matrix.example/")
            return False
        assert (status, said["error"]) == (400, "Bad content"), (status, said)
        return True

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
