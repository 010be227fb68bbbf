"""What stands in examples/ is run as printed, each platform against a real gate: the sandbox.

A copy of the canary is refused with words for its sender, an innocent picture is kept, a drawing is held;
without an answer each decides as its comment says.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image
from skimage import data

from installation import REPIT, TIMEOUT, bare_environment, eventually, request
from repit.demo.ports import free_port
from repit.demo.sandbox import KEY

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
CANARY = (ROOT / "docs" / "canary.png").read_bytes()
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle r="20"/></svg>'
LONGEST: Final = 15
DECISION: Final = 22
PASTED = {
    "flask": "flask/app.py",
    "django": "django/app.py",
    "express": "express/app.js",
    "php": "php/upload.php",
    "curl": "curl/upload.sh",
}
SORRY = "someone has asked that it stay private"
NOBODY = "127.0.0.1:9"  # discard: nobody listens there


def coffee() -> bytes:
    out = io.BytesIO()
    Image.fromarray(data.coffee()).save(out, "JPEG", quality=95)
    return out.getvalue()


INNOCENT = coffee()


@dataclass
class Answer:
    status: int
    text: str


class Platform:
    """One example, running; what it kept."""

    def __init__(self, name: str, folder: Path, gate: str) -> None:
        self.name, self.kept = name, folder / "kept"
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.file = EXAMPLES / PASTED[name]
        self.env = {
            **bare_environment(),
            "GATE_URL": gate,
            "GATE_KEY": KEY,
            "KEPT": str(self.kept),
            "PORT": str(self.port),
            "NODE_PATH": str(ROOT / "browser" / "node_modules"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if self.name == "curl":
            return
        port = str(self.port)
        node = Path(sys.executable).parent / "node"
        command = {
            "flask": [sys.executable, "-m", "flask", "--app", str(self.file), "run", "--port", port],
            "django": [sys.executable, str(self.file), "runserver", "--noreload", port],
            "express": [str(node), str(self.file)],
            "php": ["php", "-S", f"127.0.0.1:{port}", str(self.file)],
        }[self.name]
        assert shutil.which(command[0]), f"{command[0]} is missing: run tools/test-parts as root"
        quiet = subprocess.DEVNULL
        # A group of its own: a small program starts the Node of the environment, and would not take it along.
        self.process = subprocess.Popen(
            command, env=self.env, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
        )
        assert eventually(self._answers), f"{self.name} did not start"

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.base}/", timeout=10) as page:  # noqa: S310 - ours
                return bool(page.status == 200)
        except OSError:
            return False

    def upload(self, content: bytes) -> Answer:
        """As a browser sends what was chosen in the form; for a shell, as somebody types it."""
        if self.name == "curl":
            sent = self.kept.parent / "sent"
            sent.write_bytes(content)
            command = ["bash", str(self.file), str(sent), "account"]
            done = subprocess.run(command, env=self.env, capture_output=True, timeout=60, check=False)
            return Answer({0: 200, 1: 451}[done.returncode], done.stdout.decode())
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        with browser.open(f"{self.base}/", timeout=30) as page:
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
        fields = {"csrfmiddlewaretoken": token[1]} if token else {}
        body, kind = _form(content, fields)
        path = "/" if self.name == "php" else "/upload"
        asked = urllib.request.Request(self.base + path, body, {"Content-Type": kind})  # noqa: S310 - ours
        try:
            with browser.open(asked, timeout=60) as answer:
                return Answer(answer.status, answer.read().decode())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return Answer(refusal.code, refusal.read().decode())

    def holds(self) -> list[dict[str, Any]]:
        """Of each upload that it has: the content, whether it is held back, the decision."""
        if self.name == "curl":
            return self._of_a_shell()
        log = self.kept / "uploads.jsonl"
        rows = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [{**row, "content": (self.kept / row["file"]).read_bytes()} for row in rows]

    def _of_a_shell(self) -> list[dict[str, Any]]:
        rows = []
        for file in self.kept.glob("*"):
            if file.suffix == ".json" or not file.stat().st_size:
                continue
            text = file.with_suffix(".json")
            decision = json.loads(text.read_text())["decision"] if text.exists() else None
            rows.append({"held": file.suffix == ".held", "decision": decision, "content": file.read_bytes()})
        return rows

    def end(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(TIMEOUT)


def _form(content: bytes, fields: dict[str, str]) -> tuple[bytes, str]:
    mark = "a boundary of a browser".replace(" ", "-")
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="picture.jpg"'
    parts.append(f"--{mark}\r\n{head}\r\nContent-Type: image/jpeg\r\n\r\n".encode() + content)
    return b"".join(parts) + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


@contextlib.contextmanager
def running(name: str, folder: Path, gate: str) -> Iterator[Platform]:
    platform = Platform(name, folder, gate)
    try:
        platform.start()
        yield platform
    finally:
        platform.end()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    """The address of a gate that `repit sandbox` starts."""
    port = free_port()
    process = subprocess.Popen(
        [*REPIT, "sandbox", "--port", str(port)], env=bare_environment(), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line.decode()
        if "Ctrl-C" in text:
            break
    try:
        assert f"key: {KEY}" in text, text
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        rest, _ = process.communicate(timeout=TIMEOUT)
        [canary] = re.findall(r"@(\S+/canary\.png)", text + rest.decode())
        assert process.returncode == 0
        assert not Path(canary).parent.exists()


@pytest.mark.parametrize("name", PASTED)
def test_a_known_picture_is_refused_another_kept_and_a_drawing_held(
    name: str, sandbox: str, tmp_path: Path
) -> None:
    with running(name, tmp_path, sandbox) as platform:
        refused = platform.upload(CANARY)
        assert refused.status == 451 and SORRY in refused.text
        assert len(refused.text.split()[-1]) == DECISION
        assert platform.holds() == []
        assert platform.upload(INNOCENT).text.strip() == "Thank you."
        [kept] = platform.holds()
        assert (kept["held"], kept["content"]) == (False, INNOCENT)
        assert "Somebody looks at it first" in platform.upload(DRAWING).text
        [held] = [row for row in platform.holds() if row["content"] == DRAWING]
        assert held["held"] and len(held["decision"]) == DECISION
        status, review = request(f"{sandbox}/v1/reviews/{held['decision']}", key=KEY)
        assert (status, review["outcome"]) == (200, None)


@pytest.mark.parametrize("name", PASTED)
def test_without_a_gate_everything_is_held(name: str, tmp_path: Path) -> None:
    with running(name, tmp_path, f"http://{NOBODY}") as platform:
        text = platform.upload(INNOCENT)
        assert text.status == 200 and "Somebody looks at it first" in text.text
        [kept] = platform.holds()
        assert (kept["held"], kept["decision"], kept["content"]) == (True, None, INNOCENT)


def test_a_gate_that_never_answers_is_not_waited_for_and_everything_is_held(tmp_path: Path) -> None:
    def held(name: str) -> bool:
        (tmp_path / name).mkdir()
        with running(name, tmp_path / name, silent) as platform:
            platform.upload(INNOCENT)
            return [row["held"] for row in platform.holds()] == [True]

    with _silent() as silent, ThreadPoolExecutor(len(PASTED)) as at_once:
        assert dict(zip(PASTED, at_once.map(held, PASTED), strict=True)) == dict.fromkeys(PASTED, True)


@contextlib.contextmanager
def _silent() -> Iterator[str]:
    """The address of something that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken: list[socket.socket] = []

        def take() -> None:
            with contextlib.suppress(OSError):
                while True:
                    taken.append(listening.accept()[0])

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)
        for connection in taken:
            connection.close()


def test_what_one_pastes_is_shorter_than_fifteen_lines_of_code() -> None:
    for name, file in PASTED.items():
        pasted = (
            (EXAMPLES / file).read_text().split("--- paste from here ---\n")[1].split("--- to here ---")[0]
        )
        code = [line for line in pasted.splitlines() if line.strip() and not re.match(r"\s*(#|//)", line)]
        assert 0 < len(code) < LONGEST, name
        assert "fail closed" in pasted and "open" in pasted, name


def test_every_example_is_run() -> None:
    found = {path.parent.name for path in EXAMPLES.glob("*/*")}
    assert found == set(PASTED)


def test_the_sandbox_has_the_canary_of_the_documents() -> None:
    assert files("repit.demo").joinpath("canary.png").read_bytes() == CANARY


def test_the_sandbox_says_so_where_its_port_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [*REPIT, "sandbox", "--port", str(taken.getsockname()[1])]
        done = subprocess.run(command, env=bare_environment(), capture_output=True, timeout=60, check=False)
    assert done.returncode == 1 and b"--port" in done.stderr
