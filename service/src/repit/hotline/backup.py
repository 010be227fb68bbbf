"""Backups that expose nothing, and restoring them.

In: the database, the file of case keys, the hotline's offline key. Out: sealed files; an empty database
filled again. Next: `repit backup`, `repit restore`.

A backup holds every row as it lies sealed in the database, and is itself sealed to the offline key: the
machine that makes backups cannot open them. The operator's key, the case keys and the bank's keys are never
in it. These two go into files of their own, of which only the newest copy is kept: whoever erases a case, or
withdraws an item, relies on it. What was erased since a backup is erased again as soon as that is put back.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final

import zstandard
from django.apps import apps
from django.conf import settings
from django.core import serializers
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from repit.foundation import key_copies, sealed_file
from repit.foundation.errors import InputRefused, SettingsRefused, Text
from repit.foundation.keyfile import write_once
from repit.hotline.bank import erasing, keys, proving, turning
from repit.hotline.cases.vault import FILE as CASE_KEYS
from repit.hotline.cases.waiting_desk import FILE as DESK_KEYS
from repit.hotline.feeds import erasure

_FORM: Final = "repit backup 1"
_LEFT_OUT: Final = frozenset(
    {"cases.session", "kept.kept", "sessions.session", "limits.count", "limits.salt", "limits.spent"}
)
_AT_ONCE: Final = 500


def make(database: Path, case_keys: Path | None, bank_keys: Path | None = None) -> int:
    """Write a backup (and a copy of the case keys, and of the bank's keys); how many rows.

    Raises `SettingsRefused`, `InputRefused`.
    """
    public: bytes = settings.REPIT_OFFLINE_KEY
    if not public:
        raise SettingsRefused(
            Text(
                "There is no offline key to seal a backup to.", "Il n'y a pas de clé hors ligne pour sceller."
            ),
            Text(
                "Make one with `repit offline-key FILE`, and set REPIT_OFFLINE_KEY.",
                "Créez-la avec `repit offline-key FICHIER`, puis réglez REPIT_OFFLINE_KEY.",
            ),
        )
    counted = _Counted()
    with _consistent():
        _write(database, _packed(_lines(counted)), public)
    if case_keys is not None:
        _write(case_keys, _packed(_keys()), public, replaces=True)
    if bank_keys is not None:
        _write(bank_keys, _packed(_keys_of_the_bank()), public, replaces=True)
    return counted.rows


def restore(database: Path, case_keys: Path | None, private: bytes, bank_keys: Path | None = None) -> int:
    """Fill an empty, migrated database, and erase anew what was erased since; how many rows.

    The bank's keys that are in their place stay there if they belong to these rows; else their copy is put
    there. Raises `InputRefused`, `SealBroken`, `SettingsRefused`.
    """
    lines = _unpacked(database, private)
    head = json.loads(next(lines, "{}"))
    if head.get("form") != _FORM or head.get("migrations") != _migrations():
        raise InputRefused(
            Text("This backup is from another version.", "Cette sauvegarde vient d'une autre version."),
            Text("Restore it with the version that made it.", "Restaurez-la avec la version qui l'a faite."),
        )
    if any(apps.get_model(label).objects.exists() for label in ("bank.Item", "cases.Case")):
        raise InputRefused(
            Text("This database is not empty.", "Cette base n'est pas vide."),
            Text("Restore into a new one.", "Restaurez dans une base neuve."),
        )
    rows = 0
    with transaction.atomic():
        for model in _models():
            model._base_manager.all().delete()
        for model, group in groupby(_objects(lines), key=type):
            while batch := list(islice(group, _AT_ONCE)):
                rows += len(model._base_manager.bulk_create(batch))
        _count_on()
        try:
            proving.prove()
        except SettingsRefused:
            if bank_keys is None:
                raise
            _restore_keys_of_the_bank(bank_keys, private)
            proving.prove()
    _catch_up()
    if case_keys is not None:
        _restore_keys(case_keys, private)
    return rows


def _catch_up() -> None:
    """What was withdrawn or destroyed since the backup was made goes again, whoever reads first."""
    erasing.lost()
    while erasure.begin():
        pass
    if turning.begin_if_due():
        while turning.carry_over():
            pass


class _Counted:
    rows = 0


def _models() -> list[type[models.Model]]:
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and model._meta.label_lower not in _LEFT_OUT]


def _migrations() -> list[list[str]]:
    return sorted([app, name] for app, name in MigrationRecorder(connection).applied_migrations())


def _lines(counted: _Counted) -> Iterator[str]:
    yield json.dumps({"form": _FORM, "migrations": _migrations()})
    for model in _models():
        for row in model._base_manager.order_by("pk").iterator(chunk_size=_AT_ONCE):
            counted.rows += 1
            yield serializers.serialize("jsonl", [row]).strip()


def _objects(lines: Iterable[str]) -> Iterator[models.Model]:
    for line in lines:
        [found] = serializers.deserialize("jsonl", line)
        if found.m2m_data:
            raise InputRefused(Text("This backup cannot be read.", "Cette sauvegarde est illisible."))
        yield found.object


def _keys() -> Iterator[str]:
    yield json.dumps({"form": f"{_FORM} case keys"})
    for name in (CASE_KEYS, DESK_KEYS):
        file = Path(settings.REPIT_CASE_KEYS) / name
        if file.is_file():
            yield json.dumps([file.name, file.read_bytes().hex()])


def _keys_of_the_bank() -> Iterator[str]:
    yield json.dumps({"form": f"{_FORM} bank keys"})
    for piece in key_copies.pieces(Path(settings.REPIT_BANK_KEYS)):
        yield json.dumps(piece)


def _restore_keys_of_the_bank(file: Path, private: bytes) -> None:
    lines = _unpacked(file, private)
    if json.loads(next(lines, "{}")).get("form") != f"{_FORM} bank keys":
        raise InputRefused(
            Text("This file holds no keys of a bank.", "Ce fichier ne contient pas de clés de banque.")
        )
    pieces = (json.loads(line) for line in lines)
    known = ((name, digits) for name, digits in pieces if name in keys.FILES)
    key_copies.put_back(Path(settings.REPIT_BANK_KEYS), known)


def _restore_keys(file: Path, private: bytes) -> None:
    folder = Path(settings.REPIT_CASE_KEYS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = _unpacked(file, private)
    if json.loads(next(lines, "{}")).get("form") != f"{_FORM} case keys":
        raise InputRefused(Text("This file holds no case keys.", "Ce fichier ne contient pas de clés."))
    for line in lines:
        name, raw = json.loads(line)
        if name not in (CASE_KEYS, DESK_KEYS):
            raise InputRefused(Text("This file holds no case keys.", "Ce fichier ne contient pas de clés."))
        if not (folder / name).exists():
            write_once(folder / name, bytes.fromhex(raw))


def _packed(lines: Iterable[str]) -> Iterator[bytes]:
    squeeze = zstandard.ZstdCompressor(level=6).compressobj()
    for line in lines:
        yield squeeze.compress(line.encode() + b"\n")
    yield squeeze.flush()


def _unpacked(file: Path, private: bytes) -> Iterator[str]:
    grow = zstandard.ZstdDecompressor().decompressobj()
    held = b""
    with file.open("rb") as sealed:
        for piece in sealed_file.read(sealed, private):
            *whole, held = (held + grow.decompress(piece)).split(b"\n")
            for line in whole:
                yield line.decode()


def _write(path: Path, pieces: Iterable[bytes], public: bytes, *, replaces: bool = False) -> None:
    if path.exists() and not replaces:
        raise InputRefused(
            Text("There is a file of that name.", "Un fichier porte déjà ce nom."),
            Text("Choose another name.", "Choisissez un autre nom."),
        )
    draft = path.with_name(f".{path.name}.new")
    with draft.open("wb") as file:
        os.chmod(draft, 0o600)  # noqa: PTH101 - the path may be a link; the open file is ours
        sealed_file.write(file, pieces, public)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


@contextmanager
def _consistent() -> Iterator[None]:
    """One moment of the database, while others go on writing."""
    if connection.vendor == "sqlite":
        # Not `atomic`, which would take the write lock for as long as the backup lasts.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _count_on() -> None:
    """Let counters go on after the highest number restored."""
    found: list[Any] = _models()
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), found):
            cursor.execute(statement)
