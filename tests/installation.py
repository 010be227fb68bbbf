"""A hotline and gates as their operators start them, for whole-system stories."""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

import installations
from terminal import bare_environment, typed

from repit.demo.device import submission
from repit.demo.pictures import original, uploads
from repit.demo.ports import free_port

REPIT = [sys.executable, "-m", "repit.cli"]
TIMEOUT = 90.0


def eventually(true: Callable[[], bool], seconds: float = TIMEOUT) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return False


def request(
    url: str,
    body: bytes | None = None,
    kind: str = "application/json",
    key: str = "",
    *,
    seconds: float = 30,
) -> tuple[int, Any]:
    """(status, JSON). Raises `OSError` while nobody answers, and where nothing comes for so many seconds."""
    headers = {"Content-Type": kind, **({"Authorization": f"Bearer {key}"} if key else {})}
    asked = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310 - ours
    try:
        with urllib.request.urlopen(asked, timeout=seconds) as answer:  # noqa: S310 - ours
            status, raw = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, raw = error.code, error.read()
    except (ValueError, EOFError, HTTPException) as error:  # a connection cut in the middle of an answer
        raise OSError from error
    return status, json.loads(raw) if raw else None


class Service:
    """One process on a port of its own, started, killed and started again."""

    role = ""

    def __init__(self, data: Path, **settings: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.env = {**bare_environment(), "REPIT_DATA": str(data), "REPIT_LOG_LEVEL": "ERROR", **settings}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        installations.made(self.env, self.role)
        self.process = subprocess.Popen(
            [*REPIT, self.role, "--port", str(self.port)],
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def ready(self) -> Service:
        if not eventually(self.answers):
            raise AssertionError(f"{self.role} did not become ready")
        return self

    def answers(self) -> bool:
        try:
            return request(f"{self.base}/ready")[0] == 200
        except OSError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(TIMEOUT)

    def terminate(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(TIMEOUT)


class Hotline(Service):
    role = "hotline"

    def subscribe(self, name: str, *grants: str) -> str:
        installations.made(self.env, self.role)
        return typed(self.env, "subscriber", "add", name, *grants, "--key-only", check=True).stdout.strip()

    def open_case(self, *hashes: str) -> dict[str, Any]:
        """The receipt. Raises `OSError` unless the case was acknowledged."""
        return self.open_case_of(
            *(
                {
                    "media": "picture",
                    "kind": "intimate",
                    "hashes": [{"algorithm": "pdq", "role": "whole", "value": hash_, "quality": 90}],
                }
                for hash_ in hashes
            )
        )

    def open_case_of(self, *items: dict[str, Any]) -> dict[str, Any]:
        """The receipt for items as a device writes them. Raises `OSError` unless it was acknowledged."""
        status, receipt = request(f"{self.base}/api/v1/cases", json.dumps({"items": list(items)}).encode())
        if status != 201:
            raise OSError(f"status {status}")
        return receipt

    def withdraw(self, receipt: dict[str, Any]) -> None:
        body = {"number": receipt["number"], "secret": receipt["secret"], "items": "all"}
        status, _ = request(f"{self.base}/api/v1/cases/withdraw", json.dumps(body).encode())
        if status != 200:
            raise OSError(f"status {status}")


class Gate(Service):
    """A gate that is patient with a busy machine."""

    role = "gate"
    key = ""
    """With which a platform asks it."""

    def __init__(self, data: Path, hotline: Hotline, key: str) -> None:
        super().__init__(
            data,
            REPIT_GATE_FEED_URL=hotline.base,
            REPIT_GATE_FEED_KEY=key,
            REPIT_OUTBOUND_ALLOW=f"127.0.0.1:{hotline.port}",
            REPIT_GATE_WORKERS="1",
            REPIT_GATE_BUDGET_MS="20000",
            REPIT_GATE_VIDEO_WAIT_SECONDS="25",
        )

    def refuses(self, hash_: str) -> bool:
        body = json.dumps({"hashes": [{"algorithm": "pdq", "value": hash_}]}).encode()
        status, _ = request(f"{self.base}/v1/refuse", body, key=self.key)
        assert status in (200, 451), status
        return status == 451

    def verdict(self, content: bytes) -> tuple[str, str | None]:
        """What becomes of an upload, and the strongest tier of the evidence."""
        status, answer = request(f"{self.base}/v1/check", content, "image/jpeg")
        assert status == 200, status
        return answer["verdict"], answer["evidence"][0]["tier"] if answer["evidence"] else None

    def report(self) -> dict[str, Any]:
        return request(f"{self.base}/v1/ready")[1]


class Banked:
    """A picture that the hotline has and the gate refuses; `sent`: what is made of it, by name."""

    def __init__(self, gate: Gate, hotline: Hotline) -> None:
        self.picture = original(None)
        self.sent: dict[str, Any] = {
            upload.name.en: upload.data for upload in uploads(self.picture, ours=True)
        }
        self._hotline, self._receipt = hotline, hotline.open_case_of(submission(self.picture))
        self._withdrawn = False
        if not eventually(lambda: gate.verdict(self.picture)[0] == "block"):
            self.withdraw()
            raise AssertionError("the gate does not refuse what was banked")

    def withdraw(self) -> None:
        """Nobody protects it any more; may be repeated."""
        if not self._withdrawn:
            self._hotline.withdraw(self._receipt)
            self._withdrawn = True


class GateWithChannels(Gate):
    """A gate that also speaks as ClamAV and in ICAP."""

    def __init__(self, data: Path, hotline: Hotline, key: str) -> None:
        super().__init__(data, hotline, key)
        self.hotline = hotline
        self.clamd, self.icap = free_port(), free_port()
        self.env |= {
            "REPIT_GATE_CLAMD": f"127.0.0.1:{self.clamd}",
            "REPIT_GATE_ICAP": f"127.0.0.1:{self.icap}",
        }


def random_hash() -> str:
    return secrets.token_hex(32)
