"""The attack drill's own machinery; the attack itself is `make drill NAME=attack`."""

from __future__ import annotations

import asyncio
import threading

import pytest
from drills.attack import opponents, visitors
from drills.attack.opponents import Opponents
from drills.attack.pictures import bomb
from drills.attack.visitors import Tally

from repit_engine.picture.cost import cost_of
from repit_engine.picture.formats import Format

KINDS = {
    "bomb",
    "long poll",
    "page",
    "unfinished ICAP",
    "unfinished body",
    "unfinished head",
    "unread snapshot",
    "upload",
}


def test_the_bomb_is_small_and_large() -> None:
    assert len(bomb()) < 120_000
    assert cost_of(bomb(), Format.PNG) == 10_900**2


def test_every_opponent_comes_and_notes_what_it_was_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BODIES", "HEADS", "POLLS", "UNREAD", "ICAP", "FLOODERS", "CALLERS"):
        monkeypatch.setattr(opponents, name, 2)

    async def busy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(64)
        writer.write(b"HTTP/1.1 503 Busy\r\n\r\n")
        writer.close()

    async def attacked() -> Opponents:
        server = await asyncio.start_server(busy, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        attackers, over = Opponents(port, port, port, "key", 1), asyncio.Event()
        attack = asyncio.ensure_future(attackers.attack(over))
        async with asyncio.timeout(120):
            while {finding.split(":")[0] for finding in attackers.seen} != KINDS:
                await asyncio.sleep(0.01)
        over.set()
        await attack
        server.close()
        return attackers

    seen = asyncio.run(attacked()).seen
    answered = {f"{kind}: 503" for kind in KINDS}
    assert answered & set(seen)
    assert {finding.split(": ")[1] for finding in seen} <= {
        "503",
        "ended by the other side",
        "ended without an answer",
    }


def test_what_visitors_were_answered_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    tally, over = Tally(), threading.Event()
    answers = iter(["busy", "refused", "refused", "allow although known"])

    def checked(_port: int, _data: bytes, _sender: str) -> str:
        answer = next(answers)
        if answer.startswith("allow"):
            over.set()
        return answer

    monkeypatch.setattr(visitors, "_checked", checked)
    monkeypatch.setattr(over, "wait", lambda _seconds: over.is_set())
    visitors.uploads(tally, 1, lambda: b"x", "banked", over)
    assert tally.answers["banked"] == {"refused": 2, "allow although known": 1}
    assert tally.share("banked", "refused") == pytest.approx(2 / 3)
    assert tally.first == 1  # the other had to come back
