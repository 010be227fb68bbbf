"""Run in a process of its own: cases as an older version left them, then brought up to date.

Prints what their persons find afterwards, as JSON. The rows are written by today's code in the form of then
(a row for each link, kinds in clear, a file of keys for each case), since the old code is not here any more.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from pathlib import Path
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "repit.settings.hotline"
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from repit.foundation.errors import NotFound  # noqa: E402
from repit.foundation.hashes import Hash  # noqa: E402
from repit.foundation.sealing import keyed_digest  # noqa: E402
from repit.hotline.bank.types import Submission  # noqa: E402
from repit.hotline.cases import access_codes, closing, key_file, links, records, service, thread, vault  # noqa: E402
from repit.hotline.cases.models import Case, CaseStep, Door, Grant, Look, Record, Room, Task  # noqa: E402

THEN = "0075_desk"
KINDS: tuple[records.RecordKind, ...] = ("link", "place", "wishes", "message")
TABLES = (Case, Door, Room, Grant, Record, Task, CaseStep, Look)


def main() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    counted = itertools.count(1)
    records.random_key = lambda: next(counted)  # versions were small numbers
    receipts = [opened(number) for number in (1, 3, 2)]
    kept = access_codes.enter(receipts[1].number, receipts[1].secret)
    closing.erase_now(kept, keep_protection=True)
    erased = access_codes.enter(receipts[2].number, receipts[2].secret)
    take_down(erased.case_id)
    call_command("migrate", "cases", verbosity=0, interactive=False)
    found: dict[str, Any] = {"files": sorted(path.name for path in Path(settings.REPIT_CASE_KEYS).iterdir())}
    key_file.check()
    for receipt in receipts:
        try:
            file = access_codes.enter(receipt.number, receipt.secret)
            view = service.view(file)
        except NotFound:
            found.setdefault("seen", []).append(None)
            continue
        assert view.status is not None
        items = [item.state for item in view.status.items]
        words = [message.text for message in thread.read(file)] if view.state != "kept" else None
        found.setdefault("seen", []).append([view.state, items, words])
        service.take_back(file, [1])
        with file.turn() as turn:
            assert not turn.read("protection", "link") and len(turn.read("protection", "links")) == 1
    closing.finish_erasures()
    found["left"] = Case.objects.count()
    sys.stdout.write(json.dumps(found))


def opened(items: int) -> service.Receipt:
    receipt = service.open_case(
        [
            Submission("picture", "intimate", (Hash("pdq", "whole", os.urandom(32), 90),))
            for _ in range(items)
        ],
        seen_at=["https://forum.example/1"],
    )
    file = access_codes.enter(receipt.number, receipt.secret)
    thread.write(file, f"words {items}")
    with file.turn() as turn:
        held = links.of(turn)
        turn.drop(turn.read("protection", "links"))
        for link in held:
            value = {"item": link.item, "media": link.media, "kind": link.kind, "back": link.back}
            turn.add("protection", "link", value)
    return receipt


def take_down(erased: int) -> None:
    """Put everything into the tables and files of then; the keys of one case are gone already."""
    folder = Path(settings.REPIT_CASE_KEYS)
    rows = {model: list(model.objects.values()) for model in TABLES}
    keys = {row["id"]: vault.pool().read([row["slot"]])[0] for row in rows[Case]}
    marks = {(row["id"], records.mark(row["id"], kind)): kind for row in rows[Case] for kind in KINDS}
    for model in reversed(TABLES):
        model.objects.all().delete()
    (folder / vault.FILE).unlink()
    call_command("migrate", "cases", THEN, verbosity=0, interactive=False)
    then = MigrationExecutor(connection).loader.project_state([("cases", THEN)]).apps
    for model in TABLES:
        before = then.get_model("cases", model.__name__)
        known = {field.attname for field in before._meta.concrete_fields}
        for row in rows[model]:
            old = {name: value for name, value in row.items() if name in known}
            if model is Case:
                old["keeps_protection"] = True
            if model is Record:
                old["kind"] = marks[row["case_id"], row["mark"]]
            before.objects.create(**old)
    for case_id, raw in keys.items():
        name = keyed_digest("case key file", str(case_id).encode())[:20].hex()
        if case_id != erased:
            (folder / name).write_bytes(raw)


if __name__ == "__main__":
    main()
