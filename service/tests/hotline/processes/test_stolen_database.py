"""A thief of database, disk, backup or log finds nothing of fifty cases, nor what links them."""

from __future__ import annotations

import base64
import io
import json
import re
import secrets
import shutil
import sqlite3
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import installations
import psycopg
import pytest
import zstandard
from nacl.bindings import crypto_scalarmult_base
from needles import PIECE, Needles, forms
from running import Hotline, environment, run_script
from terminal import Refused, typed

from repit.foundation import sealed_file
from repit.foundation.errors import SealBroken

CASES = 50


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


def sought_in(cases: list[dict[str, Any]]) -> list[bytes]:
    """Every secret of the cases, in every form it might have."""
    sought: list[bytes] = []
    for case in cases:
        for value in case["hashes"]:
            sought += forms(bytes.fromhex(value))
        for code in case["codes"]:
            for part in code:
                plain = part.replace("-", "").replace(" ", "")
                sought += [part.encode(), plain.encode(), plain.lower().encode()]
        for text in case["texts"]:
            raw = text.encode()
            sought += [raw, raw.hex().encode(), *(f for f in forms(raw)[4:] if len(f) >= 16)]
            sought += [text.encode("utf-16-le"), urllib.parse.quote(text, safe="").encode()]
    return sought


def test_nothing_of_a_case_can_be_read(stolen: tuple[list[dict[str, Any]], Theft]):
    cases, theft = stolen
    assert len(cases) == CASES and all(case["read"] for case in cases)
    sought = Needles(sought_in(cases))
    size = 0
    for content in theft.everything():
        size += len(content)
        assert not sought.found_in(content)
    assert size > 10_000


def test_the_disk_of_the_application_tells_nothing_either(
    stolen: tuple[list[dict[str, Any]], Theft], own_database: dict[str, str]
):
    cases, _ = stolen
    files = [path for path in Path(own_database["REPIT_DATA"]).rglob("*") if path.is_file()]
    keys = [path for path in files if path.parent.name == "case-keys"]
    assert [(path.name, path.stat().st_mtime_ns) for path in keys] == [("case-keys", 0)]
    sought = Needles(sought_in(cases))
    for path in files:
        assert not sought.found_in(path.read_bytes()), path.name


class Backup(NamedTuple):
    env: dict[str, str]
    private: bytes
    folder: Path


@pytest.fixture(scope="module")
def backup(
    stolen: tuple[list[dict[str, Any]], Theft],
    own_database: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Backup:
    """A backup and a copy of the case keys, made by the commands, with an offline key made by one too."""
    folder = tmp_path_factory.mktemp("backup")
    printed = repit(own_database, "offline-key", str(folder / "offline"))
    [public] = re.findall(r"REPIT_OFFLINE_KEY=([0-9a-f]{64})", printed)
    env = dict(own_database, REPIT_OFFLINE_KEY=public)
    copies = ("--case-keys", str(folder / "keys"), "--bank-keys", str(folder / "bank"))
    repit(env, "backup", str(folder / "rows"), *copies)
    return Backup(env, bytes.fromhex((folder / "offline").read_text()), folder)


def test_a_backup_tells_nothing_even_to_whoever_opens_it(
    stolen: tuple[list[dict[str, Any]], Theft], backup: Backup
):
    sought = Needles(sought_in(stolen[0]))
    for name in ("rows", "keys", "bank"):
        file = backup.folder / name
        inside = opened(file, backup.private)
        assert file.stat().st_mode & 0o077 == 0 and len(inside) > 10_000
        assert not sought.found_in(file.read_bytes()) and not sought.found_in(inside)
    rows = opened(backup.folder / "rows", backup.private)
    operator_key = (Path(backup.env["REPIT_DATA"]) / "operator.key").read_bytes()
    assert b'"cases.record"' in rows and operator_key not in rows
    assert b'"cases.session"' not in rows and b'"kept.kept"' not in rows
    raw = (Path(backup.env["REPIT_DATA"]) / "case-keys" / "case-keys").read_bytes()
    keys = [raw[at : at + 32] for at in range(0, len(raw), 32 * 64)]
    banked = Path(backup.env["REPIT_DATA"]) / "bank-keys"
    keys += [path.read_bytes()[:32] for path in banked.iterdir() if path.stat().st_size]
    assert not Needles([form for key in keys if any(key) for form in forms(key)]).found_in(rows)


def test_what_was_backed_up_comes_back_and_works(
    stolen: tuple[list[dict[str, Any]], Theft],
    backup: Backup,
    tmp_path: Path,
    request: pytest.FixtureRequest,
):
    env, _, folder = backup
    other = dict(env, REPIT_DATA=str(tmp_path / "other"))
    Path(other["REPIT_DATA"]).mkdir()
    shutil.copy(Path(env["REPIT_DATA"]) / "operator.key", other["REPIT_DATA"])
    if "REPIT_DATABASE_URL" in env:
        address, _ = request.getfixturevalue("postgresql")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE DATABASE restored")
        other["REPIT_DATABASE_URL"] = address.replace("/postgres?", "/restored?")
    installations.made(other, "hotline")
    options = ("--offline-key", str(folder / "offline"), "--case-keys", str(folder / "keys"))
    options += ("--bank-keys", str(folder / "bank"))
    repit(other, "restore", str(folder / "rows"), *options)
    with pytest.raises(Refused):
        repit(other, "restore", str(folder / "rows"), *options)
    case = stolen[0][7]
    # Reads the thread, writes one message, opens one more case: counters go on after what was restored.
    assert run_script(other, "read", *case["codes"][0][:2]) == [*case["read"], "after"]


def test_a_file_that_was_cut_or_changed_is_refused(tmp_path: Path):
    private = secrets.token_bytes(32)
    public = crypto_scalarmult_base(private)
    for length in (0, 1, sealed_file.PIECE, 3 * sealed_file.PIECE + 5):
        content = secrets.token_bytes(length)
        sealed = io.BytesIO()
        sealed_file.write(sealed, [content[:7], content[7:]], public)
        whole = sealed.getvalue()
        assert b"".join(sealed_file.read(io.BytesIO(whole), private)) == content
        middle = len(whole) // 2
        changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        for spoilt in (whole[:-1], whole[:middle], whole + b"x", changed, b"", content):
            with pytest.raises(SealBroken):
                list(sealed_file.read(io.BytesIO(spoilt), private))
        with pytest.raises(SealBroken):
            list(sealed_file.read(io.BytesIO(whole), secrets.token_bytes(32)))


def opened(file: Path, private: bytes) -> bytes:
    with file.open("rb") as sealed:
        packed = b"".join(sealed_file.read(sealed, private))
    return zstandard.ZstdDecompressor().decompressobj().decompress(packed)


def repit(env: dict[str, str], *arguments: str) -> str:
    return typed(env, *arguments, check=True).stdout


def test_what_is_logged_at_the_most_talkative_tells_nothing(
    start_hotline: Callable[[dict[str, str]], Hotline], tmp_path: Path
):
    hotline = start_hotline({**environment(tmp_path / "data"), "REPIT_LOG_LEVEL": "DEBUG"})
    value, text = secrets.token_hex(32), f"words {secrets.token_hex(8)}"
    receipt = hotline.open_case(value)
    jar = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    form = {"number": receipt["number"], "words": " ".join(receipt["words"]["fr"])}
    shown = jar.open(f"{hotline.base_url}/fr/revenir/", urllib.parse.urlencode(form).encode()).read().decode()
    [token] = set(re.findall(r'name="form" value="([^"]+)"', shown))
    for path in ("messages", "adresses", "aides"):
        fields = {"form": token, "text": text, "where": text, "label": text, "rights": "locations"}
        jar.open(f"{hotline.base_url}/fr/suivi/{path}/", urllib.parse.urlencode(fields).encode()).read()
    form["words"] = "not these words at all"
    for body in (urllib.parse.urlencode(form).encode(), b"%ff=%00&text=" + text.encode()):
        with pytest.raises(urllib.error.HTTPError):
            jar.open(f"{hotline.base_url}/fr/revenir/", body)
    hotline.call("POST", "/api/v1/cases", {"items": [text]})
    hotline.kill()
    log = b"".join(hotline.log)
    case = {
        "hashes": [value],
        "codes": [[receipt["number"], receipt["secret"], *(" ".join(w) for w in receipt["words"].values())]],
        "texts": [text, token],
    }
    assert b"Hotline" in log and not Needles(sought_in([case])).found_in(log)


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
        assert Needles(forms(value)).found_in(b"x" * (PIECE - 9) + written + b" after")


def test_no_value_of_a_case_leads_to_an_item(stolen: tuple[list[dict[str, Any]], Theft]):
    _, theft = stolen
    in_cases = [row for table in theft.tables() if table.startswith("cases_") for row in theft.rows(table)]
    in_bank = [row for table in theft.tables() if table.startswith("bank_") for row in theft.rows(table)]
    assert len(in_cases) > CASES * 20 and in_bank
    assert linkable(in_cases) & linkable(in_bank) <= PLAIN_WORDS
    tokens = [row["token"].encode() for row in theft.rows("bank_item")]
    for row in in_cases:
        for value in row.values():
            raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            assert not any(token in raw for token in tokens)


def test_no_value_of_a_case_leads_to_another_case(stolen: tuple[list[dict[str, Any]], Theft]):
    """Not through the caseworker, the hash or the address that they share."""
    _, theft = stolen
    found: dict[object, set[int]] = {}
    tables = [table for table in theft.tables() if table.startswith("cases_")]
    for table in tables:
        for row in theft.rows(table):
            case = row["id"] if table == "cases_case" else row.get("case_id")
            for value in linkable([row]) - {case} if case is not None else ():
                found.setdefault(value, set()).add(case)
    assert len(found) > CASES * 20
    words = {v for v in found if isinstance(v, str) and not re.fullmatch("[0-9a-f]{16}", v)}
    assert words <= PLAIN_WORDS, words - PLAIN_WORDS
    assert not [value for value, cases in found.items() if len(cases) > 1 and value not in words]


PLAIN_WORDS = {
    *(
        "new",
        "in-hand",
        "waiting",
        "closed",
        "kept",
        "person",
        "helper",
        "slip",
        "caseworker",
        "desk",
        "clock",
    ),
    *("protection", "locations", "thread", "private", "share", "log"),
    *("open", "done", "dropped"),
    "",
}


def linkable(rows: list[dict[str, Any]]) -> set[object]:
    """What could link two rows: small numbers and days are everywhere, the rest is in few places."""
    values = {bytes(v) if isinstance(v, memoryview) else v for row in rows for v in row.values()}
    found = {v for v in values if isinstance(v, bytes | str) or (isinstance(v, int) and abs(v) > 10_000)}
    return {v for v in found if not (isinstance(v, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", v)) and v != b""}


def test_neither_keys_nor_times_of_cases_follow_those_of_items(stolen: tuple[list[dict[str, Any]], Theft]):
    _, theft = stolen
    for table in (
        "cases_case",
        "cases_record",
        "cases_accesscode",
        "cases_grant",
        "bank_item",
        "bank_itemhash",
    ):
        keys = [row["id"] for row in theft.rows(table)]
        assert max(keys) > 2**40, f"{table} counts its rows"
    days = {str(row["opened_on"]) for row in theft.rows("cases_case")}
    assert all(len(day) == 10 for day in days)
    rooms = [(row["case_id"], len(bytes(row["sealed"]))) for row in theft.rows("cases_record")]
    links = [case for case, length in rooms if length > 8_000]
    assert len(links) == len(set(links)) == CASES, "one record a case, of one length, holds all links"
    assert len({len(bytes(row["sealed"])) for row in theft.rows("cases_grant")}) == 1


def test_the_same_hash_in_two_cases_leaves_no_equal_value_in_their_rows(
    stolen: tuple[list[dict[str, Any]], Theft],
):
    _, theft = stolen
    for table, column in (
        ("cases_record", "sealed"),
        ("cases_grant", "sealed"),
        ("cases_accesscode", "salt"),
    ):
        values = [bytes(row[column]) for row in theft.rows(table)]
        assert len(set(values)) == len(values)
    assert json.dumps([row["opened_on"] for row in theft.rows("cases_case")], default=str)
