"""An upgrade and the way back: the backup that the migration's message asks for works before it, and brings
the version before back as it was, with what came since lost, and noticed by those who follow."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable

import pytest
from operated import Install
from running import Hotline

from repit.exchanges.repit.client import FeedClient
from repit.foundation.errors import FeedGap

Start = Callable[[dict[str, str]], Hotline]
pytestmark = pytest.mark.timeout(1800)


def follow(hotline: Hotline, key: str, settings: object) -> FeedClient:
    settings.REPIT_OUTBOUND_ALLOW = frozenset(hotline.allow)
    return FeedClient(hotline.base_url, key)


@pytest.mark.parametrize("server", [False, True], ids=["sqlite", "postgresql"])
def test_back_to_the_version_before(
    install: Install, start_hotline: Start, settings: object, server: bool
) -> None:
    home = install("hotline", postgresql=server)
    home.does("rows")
    home.make_offline_key()
    hotline = start_hotline(home.env)
    stays, lost = secrets.token_hex(32), [secrets.token_hex(32) for _ in range(3)]
    receipt = hotline.open_case(stays)
    key = hotline.add_subscriber("forum")
    follower = follow(hotline, key, settings)
    first, entries = follower.snapshot()
    assert len(list(entries)) == first == 1
    feed, followed = hotline.call("GET", "/ready")[1]["feed_id"], follower.feed_id
    assert hotline.terminate() == 0
    follower.close()

    # New code on the form before: the backup works, and changes nothing.
    [member] = home.does("behind")
    made = home.back_up("before")
    assert home.does("applied") == ["0001_initial"]
    assert made["rows"] == sum(rows for rows, _ in home.does("tables").values())

    # The upgrade, and what comes after it.
    home.repit("migrate")
    assert len(home.does("applied")) > 1
    hotline = start_hotline(home.env)
    for value in lost:
        hotline.open_case(value)
    follower = follow(hotline, key, settings)
    page = follower.changes(first, 0)
    assert len(page.changes) == 3
    ahead = page.through
    assert hotline.terminate() == 0
    follower.close()
    newer = home.back_up("after")
    assert newer["rows"] > made["rows"]

    # The way back: an empty database of the form before, and the backup of it.
    back = install("hotline", like=home, postgresql=server)
    back.does("older")
    offline, copies = str(home.folder / "offline"), home.copies()
    given = [f"{option[2:]}={path}" for option, path in zip(copies[::2], copies[1::2], strict=True)]
    assert back.does("refill", str(home.folder / "before"), offline, *given) == made["rows"]
    assert back.does("applied") == ["0001_initial"] and back.does("verified") is None
    assert back.does("behind") == [member]

    # It goes on, and whoever follows notices, be it ahead of it, or overtaken meanwhile.
    back.repit("migrate")
    hotline = start_hotline(back.env)
    assert back.does("opens", receipt["number"], receipt["secret"]), "receipts open"
    assert hotline.call("GET", "/ready")[1]["feed_id"] == feed, "the feed keeps its name"
    new = [secrets.token_hex(32) for _ in range(5)]
    for value in new:
        hotline.open_case(value)
    follower = follow(hotline, key, settings)
    follower.feed_id = followed
    for position in (first, ahead):
        with pytest.raises(FeedGap):
            follower.changes(position, 0)
    sequence, entries = follower.snapshot()
    held = {hash_.value.hex() for entry in entries for hash_ in entry.hashes}
    assert held == {stays, *new}, "what came after the backup is lost, and nothing else"
    assert not follower.changes(sequence, 0).changes
    hotline.open_case(secrets.token_hex(32))
    assert len(follower.changes(sequence, 0).changes) == 1
    follower.close()


def test_neither_a_newer_database_nor_a_newer_backup_is_taken_for_an_older_one(install: Install) -> None:
    home = install("hotline")
    home.does("rows")
    home.make_offline_key()
    home.back_up("new")
    back = install("hotline", like=home)
    back.does("older")
    words = back.restoring("new")
    given = [
        f"{option[2:]}={path}" for option, path in zip(home.copies()[::2], home.copies()[1::2], strict=True)
    ]
    with pytest.raises(AssertionError, match="made by Répit"):
        back.does("refill", words[1], words[3], *given)
    home.does("later")
    sentence = home.refused("backup", str(home.folder / "never"))
    assert "A newer version of Répit has changed this database" in sentence
    assert json.loads((home.data / "last-backup.json").read_text())["rows"]
