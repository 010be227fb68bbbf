"""Processes write at once while a client pages through FetchHashes: nothing hides, on both databases."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from running import Hotline, start_script

WRITERS, ITEMS, SIZE = 2, 12, 5


def fetch(hotline: Hotline, key: str, start: int, token: str) -> dict[str, Any]:
    path = f"/exchange/stopncii/v1/FetchHashes?startTimestamp={start}&pageSize={SIZE}&nextPageToken={token}"
    request = urllib.request.Request(hotline.base_url + path, headers={"x-functions-key": key})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.loads(answer.read())


def test_a_client_that_reads_while_others_write_ends_equal_to_the_bank(
    own_database: dict[str, str], start_hotline: Callable[[dict[str, str]], Hotline]
):
    hotline = start_hotline(own_database)
    key = hotline.add_subscriber("reader")
    writers = [start_script(own_database, "write", f"writer {n}", str(ITEMS)) for n in range(WRITERS)]
    held: dict[str, str] = {}
    start, token, checkpoint, finished = 10, "", 10, 0
    until = time.monotonic() + 120
    while finished < 2 and time.monotonic() < until:
        quiet = all(writer.process.poll() is not None for writer in writers)
        page = fetch(hotline, key, start, token)
        assert page["nextSetTimestamp"] >= checkpoint
        held.update({record["hashValue"]: record["hashStatus"] for record in page["hashRecords"]})
        checkpoint, token = page["nextSetTimestamp"], page["nextPageToken"] or ""
        if not token:
            start = checkpoint
            finished += quiet
    written = sum(len(writer.result()) for writer in writers)
    withdrawn = WRITERS * len(range(0, ITEMS, 4))
    active = sum(status == "Active" for status in held.values())
    assert (written, active) == (WRITERS * ITEMS, WRITERS * ITEMS - withdrawn + 2)  # and two canaries
