"""A hotline and a gate in one process, with chance that is the same each time a story is told."""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import machines
import pytest
from argon2.low_level import hash_secret_raw
from in_process import HOTLINE, InProcess
from pytest_django import Settings as SettingsWrapper
from staff_people import Someone
from story_world import NEIGHBOURS, ROLES, SPREAD, World, issued

from repit.foundation import clock, outbound_http
from repit.hotline.bank import admitting, carrying, incoming, letters
from repit.hotline.bank.partners import write
from repit.hotline.cases import keys
from repit.hotline.feeds import subscribers
from repit.hotline.feeds.keys import recognise, rotate
from repit.platform.gate import decisions
from repit.platform.gate.altered import AlteredCopies


@pytest.fixture
def always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, moments and orders by chance are drawn from what Hypothesis begins anew with every story."""
    for module in (incoming, admitting, write):
        monkeypatch.setattr(module, "token", machines.token)
    monkeypatch.setattr(incoming, "random_key", machines.random_key)
    monkeypatch.setattr(carrying, "token", issued)
    monkeypatch.setattr(secrets, "SystemRandom", lambda: random)
    later = lambda: clock.now() + timedelta(seconds=SPREAD * random.random())  # noqa: E731
    monkeypatch.setattr(letters, "soon", later)


@pytest.fixture
def world(
    someone: Callable[..., Someone],
    settings: SettingsWrapper,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    always_the_same: None,
) -> World:
    # How dear a guess is changes nothing of what is told; and only bare hashes are judged.
    cheap = {"time_cost": 1, "memory_cost": 8}
    monkeypatch.setattr(keys, "hash_secret_raw", lambda *a, **cost: hash_secret_raw(*a, **{**cost, **cheap}))
    monkeypatch.setattr(AlteredCopies, "warm_up", lambda _: None)
    # Decisions are written within the story's own transaction, which no connection may be closed in.
    monkeypatch.setattr(decisions, "close_old_connections", lambda: None)
    monkeypatch.setattr(outbound_http, "VettedTransport", InProcess)
    subscribers.add("a platform", sees_anchored=True)
    subscribers.set_people("a platform", True)
    key = rotate("a platform")
    settings.REPIT_SPREAD_SECONDS = SPREAD
    settings.REPIT_GATE_FEED_URL, settings.REPIT_GATE_FEED_KEY = HOTLINE, key
    settings.REPIT_GATE_DESK_KEY = rotate("a platform", desk=True)
    neighbours = []
    for name in NEIGHBOURS:
        subscribers.add(name, sees_anchored=True)
        subscribers.set_people(name, True)
        neighbours.append(recognise(rotate(name, desk=True), "repit", opinions=True))
    return World([someone(role).member for role in ROLES], key, tmp_path / "gate", neighbours)
