"""`repit-scan --altered`: a known picture is found again after it was cropped, mirrored or framed."""

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image, ImageOps
from skimage import data

from repit_engine import Hash, Limits
from repit_engine.anchors import query_family
from repit_engine.cli.scan_altered import scan_altered
from repit_engine.cli.scan_bank import load_families
from repit_engine.cli.scan_child import LookingChild, from_bytes, look_here, to_bytes
from repit_engine.cli.scan_items import Item
from repit_engine.search import RingSegment
from repit_engine.snapshot import write_snapshot
from repit_engine.types import NotHashable

SCAN = [sys.executable, "-m", "repit_engine.cli.scan"]
HASH = [sys.executable, "-m", "repit_engine.cli.hash"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*SCAN, *map(str, arguments)], capture_output=True, check=False)


def rows_of(path: Path) -> dict[str, dict[str, Any]]:
    return {Path(row["file"]).name: row for row in map(json.loads, path.read_text().splitlines())}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a platform holds already: copies of the cat, and pictures of other things."""
    folder = tmp_path_factory.mktemp("stored")
    cat = Image.fromarray(data.chelsea())
    wide, high = cat.size
    copies = {
        "same": cat,
        "crop": cat.crop((wide // 10, high // 12, wide, high)),
        "mirror": ImageOps.mirror(cat),
        "border": ImageOps.expand(cat, 60, (20, 20, 20)),
        "other": Image.fromarray(data.coffee()),
        "blank": Image.new("RGB", (300, 200), (90, 90, 90)),
    }
    for name, picture in copies.items():
        picture.save(folder / f"{name}.png")
    (folder / "text.png").write_text("no picture")
    return folder


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two families as `repit-hash` prints them; the cat's is on line 2."""
    folder = tmp_path_factory.mktemp("bank")
    Image.fromarray(data.rocket()).save(folder / "1.png")
    Image.fromarray(data.chelsea()).save(folder / "2.png")
    done = subprocess.run(
        [*HASH, "--json", "--family", "1.png", "2.png"], cwd=folder, capture_output=True, check=True
    )
    (folder / "bank.jsonl").write_bytes(done.stdout)
    return folder / "bank.jsonl"


def test_a_crop_a_mirror_and_a_border_are_found_with_their_tier(
    stored: Path, bank: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rows.jsonl"
    done = run(stored, "--against", bank, "--altered", "--out", out, "--workers", "2")
    assert done.returncode == 0, done.stderr
    rows = rows_of(out)
    assert rows["same.png"]["tier"] == "standard"
    assert rows["same.png"]["matches"] == [{"id": 2, "item": "2.png", "distance": 0}]
    for name in ("crop.png", "mirror.png", "border.png"):
        row = rows[name]
        assert row["matches"] == []
        assert (row["item"], row["item_id"]) == ("2.png", 2)
        assert row["tier"] in ("anchored", "two-votes")
        assert row["strength"] == "block"
        assert row["distances"] == sorted(row["distances"])
        assert 0 <= row["expected_false"] <= 1e-3
    for name in ("other.png", "blank.png", "text.png"):
        row = rows[name]
        assert (row["tier"], row["strength"], row["item"], row["also"]) == (None, None, None, [])
        assert row["distances"] == row["matches"] == []
        assert row["expected_false"] is None
    assert rows["text.png"]["reason"] == "not-a-picture"


def test_parquet_holds_the_same_columns(stored: Path, bank: Path, tmp_path: Path) -> None:
    lines, table = tmp_path / "rows.jsonl", tmp_path / "rows.parquet"
    for out in (lines, table):
        assert run(stored, "--against", bank, "--altered", "--out", out).returncode == 0
    plain = rows_of(lines)
    assert {Path(row["file"]).name: row for row in pq.read_table(table).to_pylist()} == plain


def test_without_altered_the_same_bank_is_a_list_of_standard_hashes(
    stored: Path, bank: Path, tmp_path: Path
) -> None:
    assert run(stored, "--against", bank, "--out", tmp_path / "rows.jsonl").returncode == 0
    rows = rows_of(tmp_path / "rows.jsonl")
    assert {name: row["item"] for name, row in rows.items() if row["matches"]} == {"same.png": "2.png"}
    assert "tier" not in rows["same.png"]


def test_a_bank_of_one_hash_a_picture_still_finds_a_mirror(stored: Path, bank: Path, tmp_path: Path) -> None:
    hashes = [json.loads(line)["hash"] for line in bank.read_text().splitlines()]
    (tmp_path / "bank.txt").write_text("".join(f"{text}\n" for text in hashes))
    rows = np.stack([Hash.from_hex(text).row() for text in hashes])
    write_snapshot(tmp_path / "bank.snapshot", RingSegment.build(np.array([1, 2], np.uint64), rows))
    items = [Item(str(stored / f"{name}.png")) for name in ("mirror", "border", "other")]
    found = []
    for name in ("bank.txt", "bank.snapshot"):
        found.append(scan_altered(items, Limits(), load_families(tmp_path / name, 31, 10)))
    assert found[0] == found[1]
    assert [row["item"] for row in found[0]] == ["2", "2", None]
    assert [row["item_id"] for row in found[0]] == [2, 2, None]


def test_a_killed_scan_goes_on_and_ends_with_the_same_rows(stored: Path, bank: Path, tmp_path: Path) -> None:
    names = [str(stored / f"{name}.png") for name in ("crop", "other", "mirror", "blank")] * 50
    (tmp_path / "listing").write_text("\n".join(names))
    out, found = tmp_path / "rows.jsonl", tmp_path / "rows.jsonl.journal" / "rows.jsonl"
    arguments = ["--listing", str(tmp_path / "listing"), "--against", str(bank), "--altered"]
    arguments += ["--out", str(out), "--workers", "2"]
    rng, kills = random.Random(3), 0
    for _ in range(2):
        grown = rng.randrange(100, 20_000) + (found.stat().st_size if found.exists() else 0)
        running = subprocess.Popen([*SCAN, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while running.poll() is None and not (found.exists() and found.stat().st_size > grown):
            time.sleep(0.005)
        running.send_signal(signal.SIGKILL)
        kills += running.wait() == -signal.SIGKILL
    assert kills
    assert run(*(name for name in arguments if name != "--altered")).returncode == 2
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["file"] for row in rows] == names
    assert all(row == rows[number % 4] for number, row in enumerate(rows))
    assert [row["item"] for row in rows[:4]] == ["2.png", None, "2.png", None]


def test_a_child_looks_as_this_process_does(stored: Path) -> None:
    path = stored / "crop.png"
    here = look_here(path)
    with LookingChild() as child:
        for source in (path, path.read_bytes()):
            there = child.look(source)
            assert not isinstance(here, NotHashable)
            assert not isinstance(there, NotHashable)
            assert there.hashed == here.hashed
            assert list(map(to_bytes, there.looks)) == list(map(to_bytes, here.looks))
        refused = child.look(stored / "text.png")
        assert isinstance(refused, NotHashable)
        assert refused.reason == "not-a-picture"


def test_looks_that_a_child_made_up_are_refused() -> None:
    honest = to_bytes(query_family(data.chelsea()[..., 0].copy()))
    assert to_bytes(from_bytes(honest)) == honest
    row = len(honest) // len(from_bytes(honest))
    for made_up in (
        honest[:-1],
        honest + b"\0" * row * 3000,
        honest[: row - 1] + b"\xff",
        honest[: row - 3] + b"\xff" + honest[row - 2 : row],
        honest[:32] + b"\xff" * 32 + honest[64:row],
    ):
        with pytest.raises(ValueError, match=r"^$"):
            from_bytes(made_up)


@pytest.mark.parametrize(
    "line", ["{", "{}", '{"hash": "zz", "quality": 80}', '{"hash": 7}', "[]", "0" * 63, '{"hash": "00"}']
)
def test_a_line_that_is_no_item_ends_with_2_and_its_number(line: str, stored: Path, tmp_path: Path) -> None:
    (tmp_path / "bank.jsonl").write_text(f"# bank\n{line}\n")
    done = run(stored, "--against", tmp_path / "bank.jsonl", "--altered", "--out", tmp_path / "rows.jsonl")
    assert done.returncode == 2
    assert b"Line 2" in done.stderr


def test_altered_without_items_ends_with_2(stored: Path, tmp_path: Path) -> None:
    assert run(stored, "--altered", "--out", tmp_path / "rows.jsonl").returncode == 2
