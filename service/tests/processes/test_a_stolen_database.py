"""A thief of the database, as a file or as a dump, finds no hash, no receipt, no link from a case."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from running import run_script

CASES = 12


@pytest.fixture(scope="module")
def stolen(
    own_database: dict[str, str], request: pytest.FixtureRequest
) -> Iterator[tuple[list[dict[str, Any]], Theft]]:
    """(what the cases really are, what the thief has)."""
    cases = run_script(own_database, "seed", str(CASES))
    if "REPIT_DATABASE_URL" in own_database:
        _, folder = request.getfixturevalue("postgresql")
        theft: Theft = PostgresTheft(own_database["REPIT_DATABASE_URL"], folder)
    else:
        theft = SqliteTheft(Path(own_database["REPIT_DATA"]))
    yield cases, theft
    theft.connection.close()


class Theft:
    """Bytes as they lie on the disk, and rows as a query gives them."""

    connection: Any

    def everything(self) -> Iterator[bytes]:
        raise NotImplementedError

    def rows(self, table: str) -> list[dict[str, Any]]:
        raise NotImplementedError

    def tables(self) -> list[str]:
        raise NotImplementedError


class SqliteTheft(Theft):
    def __init__(self, folder: Path) -> None:
        self.files = list(folder.glob("*.sqlite3*"))
        self.connection = sqlite3.connect(folder / "hotline.sqlite3")
        self.connection.row_factory = sqlite3.Row

    def everything(self) -> Iterator[bytes]:
        for file in self.files:
            yield file.read_bytes()

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self.connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608

    def tables(self) -> list[str]:
        return [
            row[0] for row in self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]


class PostgresTheft(Theft):
    def __init__(self, address: str, folder: Path) -> None:
        self.connection = psycopg.connect(address, autocommit=True, row_factory=psycopg.rows.dict_row)
        self.connection.execute("CHECKPOINT")
        [row] = self.connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        self.files = [*(folder / "base" / str(row["oid"])).iterdir(), *(folder / "pg_wal").iterdir()]

    def everything(self) -> Iterator[bytes]:
        for file in self.files:
            if file.is_file():
                yield file.read_bytes().rstrip(bytes(1))
        for table in self.tables():
            with self.connection.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
                yield b"".join(bytes(piece) for piece in copy)

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.connection.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608

    def tables(self) -> list[str]:
        found = self.connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        ).fetchall()
        return [row["tablename"] for row in found]


def forms(value: bytes) -> list[bytes]:
    """A secret as it might be written: raw, hexadecimal, Base 64 at each of its three alignments, in text."""
    shifted = [base64.b64encode(bytes(shift) + value)[4 * (shift > 0) + shift :][:20] for shift in range(3)]
    windows = [value[i : i + 8] for i in (0, 8, 16, 24)]
    hexed = value.hex().encode()
    return [*windows, hexed[:16], hexed[-16:], hexed.upper()[:16], *shifted, repr(list(value))[1:40].encode()]


def test_no_hash_and_no_receipt_can_be_read(stolen: tuple[list[dict[str, Any]], Theft]):
    cases, theft = stolen
    sought: list[bytes] = []
    for case in cases:
        for value in case["hashes"]:
            sought += forms(bytes.fromhex(value))
        for part in (case["number"], case["secret"]):
            plain = part.replace("-", "")
            sought += [part.encode(), plain.encode(), plain.lower().encode()]
    size = 0
    for content in theft.everything():
        size += len(content)
        found = [needle for needle in sought if needle in content]
        assert not found, f"{len(found)} of {len(sought)} secrets lie open"
    assert size > 10_000


def test_a_hash_laid_open_would_be_found(stolen: tuple[list[dict[str, Any]], Theft]):
    cases, _ = stolen
    value = bytes.fromhex(cases[0]["hashes"][0])
    for written in (
        value,
        value.hex().encode(),
        value.hex().upper().encode(),
        base64.b64encode(b"xx" + value),
    ):
        assert any(needle in b"before " + written + b" after" for needle in forms(value))


def test_no_value_of_a_case_leads_to_an_item(stolen: tuple[list[dict[str, Any]], Theft]):
    _, theft = stolen
    in_cases = [row for table in theft.tables() if table.startswith("cases_") for row in theft.rows(table)]
    in_bank = [row for table in theft.tables() if table.startswith("bank_") for row in theft.rows(table)]
    assert len(in_cases) == CASES + CASES * 3 // 2 and in_bank

    def told(rows: list[dict[str, Any]]) -> set[object]:
        values = {bytes(v) if isinstance(v, memoryview) else v for row in rows for v in row.values()}
        # Small numbers and words are everywhere; what links is what occurs in few places.
        return {v for v in values if isinstance(v, bytes | str) or (isinstance(v, int) and abs(v) > 10_000)}

    assert not told(in_cases) & told(in_bank)
    tokens = [row["token"].encode() for row in theft.rows("bank_item")]
    for row in in_cases:
        for value in row.values():
            raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            assert not any(token in raw for token in tokens)


def test_neither_keys_nor_times_of_cases_follow_those_of_items(stolen: tuple[list[dict[str, Any]], Theft]):
    _, theft = stolen
    for table in ("cases_case", "cases_caseitem", "bank_item", "bank_itemhash"):
        keys = [row["id"] for row in theft.rows(table)]
        assert max(keys) > 2**40, f"{table} counts its rows"
    days = {str(row["opened_on"]) for row in theft.rows("cases_case")}
    assert all(len(day) == 10 for day in days)
    links = theft.rows("cases_caseitem")
    assert len({len(bytes(row["sealed"])) for row in links}) == 1, (
        "the length of a link shows what became of it"
    )


def test_the_same_hash_in_two_cases_leaves_no_equal_value_in_their_rows(
    stolen: tuple[list[dict[str, Any]], Theft],
):
    _, theft = stolen
    for table, column in (("cases_caseitem", "sealed"), ("cases_case", "sealed_key"), ("cases_case", "salt")):
        values = [bytes(row[column]) for row in theft.rows(table)]
        assert len(set(values)) == len(values)
    assert json.dumps([row["opened_on"] for row in theft.rows("cases_case")], default=str)
