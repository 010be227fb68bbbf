"""What `repit-scan` writes is read by DuckDB, Polars and pandas as they are, whatever files are called."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest
from scans import hex_of, picture, scan

NAMES = [
    "plain.jpg",
    "café.jpg",
    "new\nline.jpg",
    "quo\"te's.jpg",
    "back\\slash.jpg",
    "tab\tand, comma; semicolon.jpg",
    " lead and trail ",
    "\u202egpj.left-to-right.jpg",
    "صورة.jpg",
    "😀🏳️‍🌈.jpg",
    "\u2028line\u2029.jpg",
    "\x01\x1f.jpg",
    "null",
    '"tier": null',
    "x" * 251 + ".jpg",
    b"caf\xe9.jpg",
    b"\xff\xfe.jpg",
    b"\xed\xa0\x80.jpg",
]


def duck(path: Path) -> list[dict[str, Any]]:
    found = duckdb.read_json(str(path)) if path.suffix == ".jsonl" else duckdb.read_parquet(str(path))
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def polars(path: Path) -> list[dict[str, Any]]:
    return (pl.read_ndjson if path.suffix == ".jsonl" else pl.read_parquet)(path).to_dicts()


def pandas(path: Path) -> list[dict[str, Any]]:
    frame = pd.read_json(path, lines=True) if path.suffix == ".jsonl" else pd.read_parquet(path)
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


READERS = pytest.mark.parametrize("read", [duck, polars, pandas])


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Names of every kind; what matches and what is refused comes late, after 25,000 that do neither."""
    folder = tmp_path_factory.mktemp("names")
    stored = folder / "stored"
    stored.mkdir()
    for name in NAMES:
        (Path(os.fsdecode(os.fsencode(stored) + b"/" + os.fsencode(name)))).write_bytes(picture(1))
    (folder / "bank.jsonl").write_text(
        json.dumps({"file": "the \u202eone 😀", "hash": hex_of(picture(1)), "quality": 100}) + "\n"
    )
    (folder / "text").write_text("no picture")
    for form in ("jsonl", "parquet"):
        done = scan(
            folder / "text", stored, "--against", folder / "bank.jsonl", "--out", folder / f"few.{form}"
        )
        assert done.returncode == 0, done.stderr
    return folder


@READERS
@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_every_name_is_read_and_its_bytes_are_had_back(
    read: Callable[[Path], list[dict[str, Any]]], form: str, results: Path
) -> None:
    rows = read(results / f"few.{form}")
    known = {
        base64.b64decode(row["file_base64"]) if row["file_base64"] else row["file"].encode() for row in rows
    }
    stored = os.fsencode(results / "stored")
    assert known == {stored + b"/" + os.fsencode(name) for name in NAMES} | {os.fsencode(results / "text")}
    for row in rows:
        assert row["item"] == ("the \u202eone 😀" if row["hash"] else None)
        assert row["reason"] == (None if row["hash"] else "not-a-picture")
        assert [dict(match) for match in row["matches"]] == (
            [{"id": 1, "item": "the \u202eone 😀", "distance": 0}] if row["hash"] else []
        )


LATE = """
import json, sys
from pathlib import Path
from repit_engine.cli.scan_sinks import SCHEMA, as_json_lines
folder = Path(sys.argv[1])
first, *others = [json.loads(line) for line in (folder / "few.jsonl").read_text().splitlines()]
first, match = sorted([first, others[0]], key=lambda row: bool(row["item"]))
plain = match | {"item": None, "item_id": None, "matches": []}
with (folder / "late.rows").open("w") as rows:
    for row in [plain] * 25_000 + [first, match, plain]:
        rows.write(json.dumps(row) + "\\n")
as_json_lines(folder / "late.rows", SCHEMA, folder / "late.jsonl")
"""


@READERS
def test_what_is_first_met_late_is_neither_lost_nor_refused(
    read: Callable[[Path], list[dict[str, Any]]], results: Path
) -> None:
    """Readers learn from the first rows what a column holds: DuckDB from 20,480, Polars from 100."""
    subprocess.run([sys.executable, "-c", LATE, str(results)], check=True)
    rows = read(results / "late.jsonl")
    assert len(rows) == 25_003
    assert [row["item"] for row in rows if row["item"]] == ["the \u202eone 😀"]
    assert [row["reason"] for row in rows if row["reason"]] == ["not-a-picture"]
    assert [len(row["matches"]) for row in rows if len(row["matches"])] == [1]


def test_a_listing_of_find_print0_holds_names_with_line_ends(results: Path, tmp_path: Path) -> None:
    find = subprocess.run(
        [shutil.which("find") or "find", results / "stored", "-type", "f", "-print0"],
        capture_output=True,
        check=True,
    )
    done = scan("--listing", "-", "--out", tmp_path / "rows.jsonl", "--json", input=find.stdout)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outcomes"] == {"hashed": len(NAMES)}
