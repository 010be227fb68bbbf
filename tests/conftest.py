"""Whole systems for stories: whatever a story starts is gone when it ends."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from installation import Gate, Hotline, Service


@pytest.fixture
def running() -> Iterator[Callable[[Service], Service]]:
    """Start a service and wait until it is ready."""
    started: list[Service] = []

    def start(service: Service) -> Service:
        started.append(service)
        service.start()
        return service.ready()

    yield start
    for service in reversed(started):
        service.kill()


@pytest.fixture
def hotline(tmp_path: Path, running: Callable[[Service], Service]) -> Hotline:
    service = Hotline(tmp_path / "hotline")
    running(service)
    return service


@pytest.fixture
def gate(tmp_path: Path, hotline: Hotline, running: Callable[[Service], Service]) -> Gate:
    service = Gate(tmp_path / "gate", hotline, hotline.subscribe("platform"))
    running(service)
    return service
