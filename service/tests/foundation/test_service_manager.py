"""The service manager is told, once, that a process answers (sd_notify(3))."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from repit.foundation.process.manager import tell_that_it_answers


@pytest.mark.parametrize("kind", ["a file", "a name in the kernel"])
def test_the_manager_is_told_that_the_process_answers_and_children_are_not_given_its_address(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(tmp_path / "notify") if kind == "a file" else f"\0repit-{tmp_path.name}-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", address.replace("\0", "@"))
        tell_that_it_answers()
        assert manager.recv(100) == b"READY=1"
    assert "NOTIFY_SOCKET" not in os.environ


@pytest.mark.parametrize("address", ["", "/nowhere/notify"])
def test_without_a_manager_that_listens_the_process_goes_on(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    tell_that_it_answers()
