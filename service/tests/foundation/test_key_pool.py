"""The file of keys that are made in advance and wiped one by one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repit.foundation.errors import SettingsRefused
from repit.foundation.key_pool import FIRST, KEY_BYTES, KeyPool


def none(slots: Sequence[int]) -> Collection[int]:
    return ()


def begun(path: Path, keys: int = 1) -> KeyPool:
    pool = KeyPool(path, keys)
    pool.begin()
    return pool


def test_taking_keys_writes_nothing(tmp_path: Path):
    pool = begun(tmp_path / "keys")
    pool.draw(1, none)
    before = (tmp_path / "keys").stat()
    for _ in range(50):
        pool.read(pool.draw(3, none))
    after = (tmp_path / "keys").stat()
    assert (after.st_ctime_ns, after.st_mtime_ns, after.st_size) == (
        before.st_ctime_ns,
        before.st_mtime_ns,
        before.st_size,
    )
    assert after.st_mtime_ns == 0, "growing and wiping leave no time of theirs"


def test_no_two_takers_get_one_slot_and_the_pool_is_never_more_than_half_full(tmp_path: Path):
    pool, taken = begun(tmp_path / "keys"), set[int]()
    for count in [1, 700, 5_000, 3, 64] * 3:
        fresh = pool.draw(count, lambda slots: taken & set(slots))
        assert len(set(fresh)) == count
        assert not taken & set(fresh)
        taken.update(fresh)
    assert (tmp_path / "keys").stat().st_size >= 3 * len(taken) * KEY_BYTES // 2
    assert len({bytes(key) for key in pool.read(sorted(taken))}) == len(taken)


def test_which_slot_is_taken_next_follows_no_order(tmp_path: Path):
    pool, taken = begun(tmp_path / "keys"), list[int]()

    def used(slots: Sequence[int]) -> Collection[int]:
        return set(taken) & set(slots)

    for _ in range(400):
        taken += pool.draw(1, used)
    rising = sum(slot < other for slot, other in pairwise(taken))
    assert 140 < rising < 260, "a coin thrown 399 times: ten standard deviations would be outside"


def test_a_slot_with_a_wiped_key_is_never_drawn_again(tmp_path: Path):
    pool = begun(tmp_path / "keys", keys=4)
    slots = pool.draw(FIRST // 4, none)
    pool.wipe(slots[:190])
    pool.wipe(slots[:200], 2, 1)
    pool.wipe(slots[:190])
    assert not any(any(raw) for raw in pool.read(slots[:190]))
    assert all(any(raw) for raw in pool.read(slots[190:]))
    for _ in range(30):
        assert not set(slots[:200]) & set(pool.draw(20, none))


@given(st.integers(0, 3), st.integers(1, 4))
def test_part_of_a_slot_can_be_wiped(tmp_path_factory: pytest.TempPathFactory, first: int, keys: int):
    if first + keys > 4:
        return
    pool = begun(tmp_path_factory.mktemp("pool") / "keys", keys=4)
    [slot] = pool.draw(1, none)
    [before] = pool.read([slot])
    pool.wipe([slot], first, keys)
    [after] = pool.read([slot])
    begin, end = first * KEY_BYTES, (first + keys) * KEY_BYTES
    assert after == before[:begin] + bytes(end - begin) + before[end:]


def test_a_missing_or_foreign_file_is_told_and_never_made_by_reading(tmp_path: Path):
    pool = KeyPool(tmp_path / "keys")
    with pytest.raises(SettingsRefused, match=f"file of keys {tmp_path / 'keys'} is missing"):
        pool.read([3])
    with pytest.raises(SettingsRefused):
        pool.draw(1, none)
    assert not (tmp_path / "keys").exists()
    assert not pool.holds(3)
    pool.begin()
    pool.draw(1, none)
    pool.begin()
    assert pool.holds(3)
    with pytest.raises(SettingsRefused):
        pool.read([10_000_000])
    with pytest.raises(SettingsRefused):
        pool.wipe([10_000_000])


def test_a_growth_that_was_cut_off_leaves_no_half_slot(tmp_path: Path):
    pool = begun(tmp_path / "keys")
    [slot] = pool.draw(1, none)
    [key] = pool.read([slot])
    with (tmp_path / "keys").open("ab") as file:
        file.write(b"torn")
    everything = set(range(FIRST))
    fresh = pool.draw(5, lambda slots: everything & set(slots))
    assert (tmp_path / "keys").stat().st_size % KEY_BYTES == 0
    assert min(fresh) >= FIRST
    assert pool.read([slot]) == [key]


def test_only_the_owner_reads_the_file(tmp_path: Path):
    begun(tmp_path / "deep" / "keys").draw(1, none)
    assert (tmp_path / "deep" / "keys").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "deep").stat().st_mode & 0o777 == 0o700


GROWING = """
import sys
from pathlib import Path
from repit.foundation.key_pool import KeyPool
pool, taken = KeyPool(Path(sys.argv[1])), set()
pool.begin()
for _ in range(40):
    taken.update(pool.draw(97, lambda slots: taken & set(slots)))
    pool.wipe([taken.pop()])
print(sum(not any(raw) for raw in pool.read(sorted(taken))))
"""


def test_several_processes_draw_grow_and_wipe_at_once(tmp_path: Path):
    path = tmp_path / "keys"
    others = [
        subprocess.Popen([sys.executable, "-c", GROWING, str(path)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    outputs = [other.communicate(timeout=120)[0].strip() for other in others]
    assert all(other.returncode == 0 for other in others)
    # They know nothing of each other's rows, so each may hold a slot that another has wiped, but not more.
    assert all(int(count) <= 3 * 40 for count in outputs)
    raw = path.read_bytes()
    assert len(raw) % KEY_BYTES == 0
    assert sum(not any(raw[at : at + KEY_BYTES]) for at in range(0, len(raw), KEY_BYTES)) <= 4 * 40
    assert path.stat().st_mtime_ns == 0
