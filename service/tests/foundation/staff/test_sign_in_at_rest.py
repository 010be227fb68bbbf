"""A thief of the database, its log and files reads no secret of a sign-in, even while one is set up."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from running import TIMEOUT

PROGRAM = Path(__file__).with_name("totp_enrolment.py")
BASE64 = re.compile(rb"[A-Za-z0-9_+/-]{40,}=*")


def files_of(env: dict[str, str], postgresql: Path) -> Iterator[bytes]:
    """Everything that lies on the disk: tables, and the log that is written ahead of them."""
    if "REPIT_DATABASE_URL" not in env:
        found = list(Path(env["REPIT_DATA"]).glob("*.sqlite3*"))
        assert any(file.name.endswith("-wal") and file.stat().st_size for file in found)
        yield from (file.read_bytes() for file in found)
        return
    with psycopg.connect(env["REPIT_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        assert row
        with connection.cursor().copy("COPY django_session TO STDOUT") as copy:
            yield b"".join(bytes(piece) for piece in copy)
    for folder in (postgresql / "base" / str(row[0]), postgresql / "pg_wal"):
        yield from (file.read_bytes().rstrip(bytes(1)) for file in folder.iterdir() if file.is_file())


def read(raw: bytes) -> bytes:
    """What stands there, as it stands, and taken out of Base 64 and of what zlib packed."""
    found = [raw]
    for run in set(BASE64.findall(raw)):
        for start in range(4):
            piece = run[start:].rstrip(b"=")
            piece = piece[: len(piece) - len(piece) % 4]
            opened = base64.b64decode(piece, altchars=b"-_" if b"-" in run or b"_" in run else b"+/")
            found.append(opened)
            try:
                found.append(zlib.decompressobj().decompress(opened))
            except zlib.error:
                continue
    return b"\n".join(found)


def test_the_reader_of_the_next_test_reads_what_django_writes_into_a_session() -> None:
    session_data = json.dumps({"mfa.totp.secret": "JBSWY3DPEHPK3PXP"}).encode()
    for value in (session_data, zlib.compress(session_data * 9)):
        raw = b"\x00\x17." + base64.urlsafe_b64encode(value).rstrip(b"=") + b":1abcde:signature\x00"
        assert b"JBSWY3DPEHPK3PXP" in read(raw)


def test_no_secret_of_a_second_factor_and_no_session_stands_readable_while_an_app_is_set_up(
    own_database: dict[str, str], postgresql: tuple[str, Path]
) -> None:
    pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout"), subprocess.PIPE)
    process = subprocess.Popen([sys.executable, str(PROGRAM)], env=own_database, **pipes)
    assert process.stdout
    line = process.stdout.readline()
    assert line, "the process ended; its reason stands above"
    held = json.loads(line)
    assert held["done"] and len(held["codes"]) == 10 and len(set(held["keys"])) >= 1
    assert held["addresses"] == 0  # allauth keeps no address of its own accord, either
    seen = b"\n".join(read(raw) for raw in files_of(own_database, postgresql[1]))
    process.communicate(b"\n", timeout=TIMEOUT)
    assert b"staff enrolled" in seen
    secret = held["secret"]
    sought = [secret, *held["codes"], *held["keys"], "words of the form", "account_authentication_methods"]
    assert [needle for needle in sought if needle.encode() in seen] == []
    assert base64.b32decode(secret) not in seen
