"""The two real processes, on free ports of this machine, in a folder that goes away.

In: a folder. Out: running `repit hotline` and `repit gate`, ended with the block that began them, and by the
kernel should this process be killed. Next: `story`.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from repit.demo import installations
from repit.demo.ports import free_port
from repit.foundation.errors import PeerFailed, RepitError, Text, Unavailable
from repit.foundation.outbound import Outbound

START_SECONDS: Final = 300.0
"""The first start on a slow or busy machine compiles every kernel; a process that ends is noticed at once."""
STOP_SECONDS: Final = 5.0
_LOOPBACK: Final = "127.0.0.1"
_PR_SET_PDEATHSIG: Final = 1


class NotStarted(Unavailable):
    code = "demo-not-started"
    message = Text(
        "A process of the demonstration did not start.", "Un processus de la démonstration n’a pas démarré."
    )
    next_step = Text(
        "Look whether memory and disk have room; report it if it stays.",
        "Regardez s’il reste de la mémoire et de la place ; signalez-le si cela dure.",
    )


@dataclass(frozen=True, slots=True)
class Service:
    """One running process and where it answers."""

    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def peer(self) -> str:
        return f"{_LOOPBACK}:{self.port}"

    @property
    def address(self) -> str:
        return f"http://{self.peer}"

    def client(self) -> Outbound:
        """A way to it; close it."""
        return Outbound(self.address, allow={self.peer})


@contextmanager
def hotline(folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Service]:
    """`repit hotline` with its data below the folder, ready; `more`: further settings."""
    # Items come at moments of their own: within a second here, so that nobody waits long.
    with _running("hotline", folder, {"REPIT_SPREAD_SECONDS": "1", **(more or {})}) as service:
        yield service


@contextmanager
def gate(folder: Path, followed: Service, more: Mapping[str, str] | None = None) -> Iterator[Service]:
    """`repit gate`, subscribed to the hotline, ready; `more`: further settings."""
    key = subscribe(folder / "hotline", "demo-platform")
    settings = {
        "REPIT_GATE_FEED_URL": followed.address,
        "REPIT_GATE_FEED_KEY": key,
        "REPIT_OUTBOUND_ALLOW": followed.peer,
        **(more or {}),
    }
    with _running("gate", folder, settings) as service:
        yield service


@contextmanager
def gate_of_a_list(folder: Path, known: Path, port: int, more: Mapping[str, str]) -> Iterator[Service]:
    """`repit gate` that holds a file's hashes and follows no hotline, ready; `more`: further settings."""
    installations.made(_environment({"REPIT_DATA": str(folder / "gate"), **more}), "gate")
    _operate(folder / "gate", "exchange", "add", "file", "sandbox", "--address", str(known))
    with _running("gate", folder, more, port) as service:
        yield service


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("REPIT_", "DJANGO_"))}
    return {**outer, **settings}


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "repit.cli", *words]


def subscribe(data: Path, name: str) -> str:
    """Issue a key as an operator would; anchored hashes included. Raises `NotStarted`."""
    return _operate(data, "subscriber", "add", name, "--anchored", "--key-only")


def _operate(data: Path, *words: str) -> str:
    """What `repit` says when an operator gives this command. Raises `NotStarted`."""
    done = subprocess.run(  # noqa: S603 - our own command
        _command(*words),
        env=_environment({"REPIT_DATA": str(data)}),
        capture_output=True,
        timeout=START_SECONDS,
        check=False,
    )
    if done.returncode:
        raise NotStarted(detail=" ".join(words[:2]))
    return done.stdout.decode().strip()


@contextmanager
def _running(role: str, folder: Path, settings: Mapping[str, str], port: int = 0) -> Iterator[Service]:
    data, port, parent = folder / role, port or free_port(), os.getpid()
    environ = _environment({"REPIT_DATA": str(data), "REPIT_LOG_LEVEL": "WARNING", **settings})
    installations.made(environ, role)
    libc = ctypes.CDLL(None)

    def bound() -> None:
        """In the child: end with the demonstration, even if that is killed (prctl(2))."""
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    with (folder / f"{role}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            _command(role, "--host", _LOOPBACK, "--port", str(port)),
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C reaches the demonstration alone, which then ends them
            preexec_fn=bound,  # noqa: PLW1509 - no other thread runs yet
        )
    service = Service(port, process)
    try:
        _until_ready(service)
        yield service
    finally:
        _end(process)


def _until_ready(service: Service) -> None:
    limit = time.monotonic() + START_SECONDS
    with service.client() as client:
        while time.monotonic() < limit:
            if service.process.poll() is not None:
                raise NotStarted(detail="it ended at once")
            try:
                if client.get("/ready", seconds=5).status == 200:
                    return
            except PeerFailed:
                pass
            except RepitError:
                raise NotStarted from None
            time.sleep(0.05)
    raise NotStarted(detail="not ready in time")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
