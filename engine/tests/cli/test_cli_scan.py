"""`repit-scan`: every file one row, in order, whatever kills it."""

import os
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from odd_files import png
from odd_files.catalogue import DECOY, SCENE
from odd_files.scenes import saved
from scans import picture, rows_of, scan

from repit_engine import Hash, Hashed, Limits, hash_file, hash_picture
from repit_engine.cli.scan_batch import Against, scan_batch
from repit_engine.cli.scan_items import Item, items_of_tar, items_of_zip
from repit_engine.search import FlatIndex, RingSegment
from repit_engine.snapshot import write_snapshot


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    for number in range(40):
        below = folder / f"{number // 10}"
        below.mkdir(exist_ok=True)
        (below / f"{number:03}.jpg").write_bytes(picture(number))
    (folder / "1" / "text.txt").write_text("no picture")
    (folder / "2" / "cut.jpg").write_bytes(picture(99)[:400])
    return folder


@pytest.fixture(scope="module")
def bank(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bank") / "bank.txt"
    lines = ["# two of the archive, one of nobody"]
    for number in (7, 31):
        outcome = hash_picture(picture(number))
        assert isinstance(outcome, Hashed)
        lines.append(f"{outcome.hash.hex},item {number}")
    path.write_text("\n".join([*lines, "ff00" * 16]) + "\n")
    return path


def test_a_scan_gives_one_row_a_file_in_order_with_its_matches(
    archive: Path, bank: Path, tmp_path: Path
) -> None:
    out = tmp_path / "rows.jsonl"
    done = scan(archive, "--against", bank, "--out", out, "--workers", "2")
    assert done.returncode == 0, done.stderr
    rows = rows_of(out)
    assert [row["file"] for row in rows] == sorted(str(path) for path in archive.rglob("*.*"))
    assert {Path(row["file"]).name: row["matches"] for row in rows if row["matches"]} == {
        "007.jpg": [{"id": 2, "item": "item 7", "distance": 0}],
        "031.jpg": [{"id": 3, "item": "item 31", "distance": 0}],
    }
    assert {Path(row["file"]).name: row["reason"] for row in rows if row["reason"]} == {
        "text.txt": "not-a-picture",
        "cut.jpg": "damaged-picture",
    }
    assert not (tmp_path / "rows.jsonl.journal").exists()


def test_parquet_holds_the_same_rows(archive: Path, bank: Path, tmp_path: Path) -> None:
    lines, table = tmp_path / "rows.jsonl", tmp_path / "rows.parquet"
    for out in (lines, table):
        assert scan(archive, "--against", bank, "--out", out).returncode == 0
    assert pq.read_table(table).to_pylist() == rows_of(lines)


def test_a_snapshot_is_searched_as_a_list_is(archive: Path, bank: Path, tmp_path: Path) -> None:
    hashes = [line[:64] for line in bank.read_text().splitlines() if not line.startswith("#")]
    rows = np.stack([Hash.from_hex(text).row() for text in hashes])
    snapshot = tmp_path / "bank.snapshot"
    write_snapshot(snapshot, RingSegment.build(np.array([2, 3, 4], np.uint64), rows))
    (tmp_path / "nameless.txt").write_text("# two of the archive\n" + "".join(f"{text}\n" for text in hashes))
    for name, hashes_file in (("list.jsonl", tmp_path / "nameless.txt"), ("snapshot.jsonl", snapshot)):
        assert scan(archive / "0", "--against", hashes_file, "--out", tmp_path / name).returncode == 0
    assert rows_of(tmp_path / "list.jsonl") == rows_of(tmp_path / "snapshot.jsonl")


def test_archives_and_listings_are_read_in_place(archive: Path, tmp_path: Path) -> None:
    files = sorted(archive.rglob("*.jpg"))[:6]
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for file in files:
            tar.add(file, file.name)
    for name, method in (("a.zip", zipfile.ZIP_DEFLATED), ("b.zip", zipfile.ZIP_STORED)):
        with zipfile.ZipFile(tmp_path / name, "w", method) as packed:
            for file in files:
                packed.write(file, file.name)
    (tmp_path / "listing").write_text("".join(f"{file}\n" for file in files))
    sources = (tmp_path / "a.tar", tmp_path / "a.zip", tmp_path / "b.zip", "--listing", tmp_path / "listing")
    assert scan(*sources, "--out", tmp_path / "rows.jsonl").returncode == 0
    hashes = [row["hash"] for row in rows_of(tmp_path / "rows.jsonl")]
    assert len(hashes) == 24
    assert hashes[:6] == hashes[6:12] == hashes[12:18] == hashes[18:]
    assert all(hashes)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--out", "rows.csv", "."],
        ["--out", "rows.jsonl"],
        ["--out", "rows.jsonl", "absent"],
        ["--out", "rows.jsonl", "archive.tar.gz"],
        ["--out", "rows.jsonl", "broken.zip"],
        ["--out", "rows.jsonl", ".", "--against", "broken.zip"],
        ["--out", "rows.jsonl", ".", "--radius", "300"],
        ["--out", "complete.jsonl", "."],
    ],
)
def test_a_mistake_on_the_command_line_ends_with_2(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("archive.tar.gz", "broken.zip", "complete.jsonl"):
        (tmp_path / name).write_text("no archive, no hash")
    monkeypatch.chdir(tmp_path)
    assert scan(*arguments).returncode == 2


def test_a_batch_is_a_pure_function_of_its_items(archive: Path) -> None:
    items = [Item(str(path)) for path in sorted(archive.rglob("*.*"))[:12]]
    outcome = hash_file(items[3].path)
    assert isinstance(outcome, Hashed)
    index = FlatIndex()
    index.add(np.array([70, 71, 72], np.uint64), np.stack([outcome.hash.row()] * 3))
    against = Against(index, radius=0, max_matches=2)
    rows = scan_batch(items, Limits(), against)
    assert rows == scan_batch(items, Limits(), against)
    assert [len(row["matches"]) for row in rows] == [0, 0, 0, 2, *[0] * 8]
    assert rows[3]["more_matches"]
    assert [row["hash"] for row in scan_batch(items)] == [row["hash"] for row in rows]


def test_a_bomb_in_a_zip_is_cut_at_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb.bmp", b"BM" + bytes(50_000_000))
    (item,) = items_of_zip(path)
    source = item.source(1000)
    assert isinstance(source, bytes)
    assert len(source) == 1001
    assert scan_batch([item], Limits(bytes=1000))[0]["reason"] == "too-many-bytes"


def test_an_archive_that_changed_under_the_scan_costs_rows_not_the_scan(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.jpg", picture(1))
    items = list(items_of_zip(path))
    path.write_bytes(b"PK\3\4" + bytes(10))
    assert scan_batch(items)[0]["reason"] == "unreadable-file"
    path.write_bytes(b"PK\3\4" + bytes(26) + b"\xff" * 3000)
    assert scan_batch(items)[0]["reason"] == "unreadable-file"
    path.unlink()
    assert scan_batch(items)[0]["reason"] == "unreadable-file"


def test_a_tar_lists_its_files_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(picture(1))
    (tmp_path / "link").symlink_to(tmp_path / "a.jpg")
    os.mkfifo(tmp_path / "pipe")
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for name in ("a.jpg", "link", "pipe"):
            tar.add(tmp_path / name, name)
    assert [item.member for item in items_of_tar(tmp_path / "a.tar")] == ["a.jpg"]


def test_a_match_on_any_view_of_a_file_counts(tmp_path: Path) -> None:
    """The decoy is what most of the file's time shows; the scene is seen for a moment."""
    (tmp_path / "moving.png").write_bytes(png.animated([(DECOY, 900), (SCENE, 400), (DECOY, 900)]))
    outcome = hash_picture(saved(SCENE, "PNG"))
    assert isinstance(outcome, Hashed)
    bank = tmp_path / "bank.txt"
    bank.write_text(f"{outcome.hash.hex}\n")
    for more in ((), ("--altered",)):
        out = tmp_path / f"rows{len(more)}.jsonl"
        done = scan(tmp_path / "moving.png", "--against", bank, "--out", out, *more)
        assert done.returncode == 0, done.stderr
        (row,) = rows_of(out)
        assert row["hash"] != outcome.hash.hex
        assert row["matches"] == [{"id": 1, "item": "1", "distance": 0}]
        assert row["others"] == [outcome.hash.hex]
