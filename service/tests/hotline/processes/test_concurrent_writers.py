"""Concurrent writers never hide a change behind a checkpoint, on either database."""

from __future__ import annotations

from running import start_script


def test_a_follower_sees_every_change_of_two_writers_once_and_in_order(own_database: dict[str, str]):
    each = 40
    changes = 2 * (each + each // 4)
    follower = start_script(own_database, "follow", str(changes))
    writers = [start_script(own_database, "write", who, str(each)) for who in ("one", "other")]
    names = [name for writer in writers for name in writer.result()]
    seen = follower.result()
    assert [sequence for sequence, _, _ in seen] == list(range(1, changes + 1))
    assert {item for _, item, _ in seen} == set(names) and len(set(names)) == 2 * each
    last = {item: state for _, item, state in seen}
    assert [last[name] for name in names] == [
        "withdrawn" if n % each % 4 == 0 else "active" for n in range(2 * each)
    ]
