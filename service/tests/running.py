"""Real processes for tests: a hotline as its operator starts it, and scripts that use the service's rooms."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import installations
from terminal import typed

from repit.demo.ports import free_port

HERE = Path(__file__).resolve().parent
REPIT = [sys.executable, "-m", "repit.cli"]
TIMEOUT = 120.0


def environment(data: Path, database_url: str = "") -> dict[str, str]:
    """The environment of an installation of its own."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("REPIT_", "DJANGO_"))}
    # Each item at once: what the wait is for has tests of its own.
    own = {**clean, "REPIT_DATA": str(data), "REPIT_LANGUAGE": "en", "REPIT_SPREAD_SECONDS": "0"}
    return {**own, "REPIT_DATABASE_URL": database_url} if database_url else own


def run_script(env: dict[str, str], *arguments: str) -> Any:
    """Run `scripts.py` to its end; what it printed, as JSON."""
    out = typed(env, *arguments, program=HERE / "scripts.py", check=True).stdout
    return json.loads(out) if out.strip() else None


def start_script(env: dict[str, str], *arguments: str) -> Script:
    return Script(env, *arguments)


class Script:
    def __init__(self, env: dict[str, str], *arguments: str) -> None:
        command = [sys.executable, str(HERE / "scripts.py"), *arguments]
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def result(self) -> Any:
        out, err = self.process.communicate(timeout=TIMEOUT * 4)
        if self.process.returncode:
            raise AssertionError(err.decode())
        return json.loads(out) if out.strip() else None


def random_pdq() -> str:
    return secrets.token_hex(32)


def case_body(*hashes: str, quality: int = 90) -> dict[str, Any]:
    """The body that opens a case of one picture for each hash."""
    return {
        "items": [
            {
                "media": "picture",
                "kind": "intimate",
                "hashes": [{"algorithm": "pdq", "role": "whole", "value": value, "quality": quality}],
            }
            for value in hashes
        ]
    }


class Hotline:
    """`repit hotline` in a process of its own, on a port of its own."""

    role = "hotline"
    program = REPIT

    def __init__(self, env: dict[str, str], port: int | None = None, *, wait: bool = True) -> None:
        self.env = env
        self.port = port or free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.allow = [f"127.0.0.1:{self.port}"]
        installations.made(env, self.role)
        command = [*self.program, self.role, "--port", str(self.port)]
        self.process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.log: list[bytes] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if wait:
            self._wait()

    def _read(self) -> None:
        if self.process.stdout is not None:
            self.log.extend(self.process.stdout)

    def _wait(self) -> None:
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            try:
                if self.call("GET", "/ready")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        self.kill()
        raise AssertionError(b"".join(self.log).decode())

    def call(self, method: str, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        """(status, JSON) of one request."""
        shown = {"x-functions-key": key} if "/stopncii/" in path else {"Authorization": f"Bearer {key}"}
        headers = {"Content-Type": "application/json", **(shown if key else {})}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base_url + path, data=data, headers=headers, method=method)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                raw, status = answer.read(), answer.status
        except urllib.error.HTTPError as error:
            with error:
                raw, status = error.read(), error.code
        return status, json.loads(raw) if raw else None

    def open_case(self, *hashes: str, quality: int = 90) -> dict[str, Any]:
        status, receipt = self.call("POST", "/api/v1/cases", case_body(*hashes, quality=quality))
        if status != 201:
            raise OSError(f"refused with {status}")
        return receipt

    def withdraw(self, receipt: dict[str, Any]) -> dict[str, Any]:
        body = {"number": receipt["number"], "secret": receipt["secret"], "items": "all"}
        status, answer = self.call("POST", "/api/v1/cases/withdraw", body)
        if status != 200:
            raise OSError(f"refused with {status}")
        return answer

    def add_subscriber(self, name: str, *options: str) -> str:
        return self.operate("subscriber", "add", name, "--key-only", *options).strip()

    def operate(self, *command: str) -> str:
        """What `repit` says when the operator gives this command."""
        return typed(self.env, *command, check=True).stdout

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(TIMEOUT)

    def kill(self) -> None:
        """End it as the kernel would, and wait until nobody listens there any more."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(TIMEOUT)
        self._reader.join(TIMEOUT)
        if self.process.stdout is not None:
            self.process.stdout.close()


class Gate(Hotline):
    """`repit gate`, which follows a hotline."""

    role = "gate"

    def __init__(self, followed: Hotline, data: Path, **settings: str) -> None:
        key = followed.add_subscriber(f"gate {secrets.token_hex(3)}", "--anchored")
        follow = {
            "REPIT_GATE_FEED_URL": followed.base_url,
            "REPIT_GATE_FEED_KEY": key,
            "REPIT_OUTBOUND_ALLOW": ",".join(followed.allow),
            "REPIT_GATE_WORKERS": "1",
        }
        own = environment(data)
        own.pop("REPIT_SPREAD_SECONDS")
        super().__init__({**own, **follow, **settings})
