"""Keys move from a file each into one file; kinds of records are no longer readable; nor what a case
protects.

Of the rows that lie sealed for the persons themselves nothing changes: their links, one row each, are drawn
together when they come back (`hotline.cases.links`).
"""

import contextlib
import os
from pathlib import Path

from django.conf import settings
from django.db import migrations, transaction

from repit.foundation.key_pool import KEY_BYTES, KeyPool
from repit.foundation.sealing import Place, keyed_digest, operator_and

_ROOMS = 4
_KINDS = ("link", "place", "wishes", "message", "task", "checklist", "helper", "way-back")


def move_keys(apps, schema_editor):
    """A case whose file is gone was erased and not yet deleted: it gets a slot of zeros."""
    cases = apps.get_model("cases", "Case").objects
    if not cases.exists():
        return
    folder = Path(settings.REPIT_CASE_KEYS)
    pool = KeyPool(folder / "case-keys", _ROOMS)
    pool.begin()
    taken, files = set(), []
    for case in cases.order_by("pk"):
        path = folder / keyed_digest("case key file", str(case.pk).encode())[:20].hex()
        raw = path.read_bytes() if path.is_file() else bytes(_ROOMS * KEY_BYTES)
        [slot] = pool.draw(1, lambda slots: taken & set(slots))
        taken.add(slot)
        pool.put(slot, raw)
        sealed = b""
        if any(raw[:KEY_BYTES]):
            sealer = operator_and("case protection", raw[:KEY_BYTES])
            keeps = b"\x01" if case.keeps_protection else b"\x00"
            sealed = sealer.seal(keeps, Place("cases_case", str(case.pk), "sealed"))
        cases.filter(pk=case.pk).update(slot=slot, sealed=sealed)
        files.append(path)
    transaction.on_commit(lambda: _remove(files))


def _remove(files):
    for path in files:
        with contextlib.suppress(FileNotFoundError):
            with path.open("r+b") as file:
                file.write(bytes(_ROOMS * KEY_BYTES))
                os.fsync(file.fileno())
            path.unlink()


def mark_kinds(apps, schema_editor):
    records = apps.get_model("cases", "Record").objects
    for case_id in list(apps.get_model("cases", "Case").objects.values_list("pk", flat=True)):
        for kind in _KINDS:
            mark = keyed_digest("case record kind", str(case_id).encode(), kind.encode()).hex()[:16]
            records.filter(case_id=case_id, mark=kind).update(mark=mark)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0076_room_for_slots'),
    ]

    # Rows alone: PostgreSQL alters no table in the transaction that has written to it.
    operations = [
        migrations.RunPython(move_keys, migrations.RunPython.noop),
        migrations.RunPython(mark_kinds, migrations.RunPython.noop),
    ]
