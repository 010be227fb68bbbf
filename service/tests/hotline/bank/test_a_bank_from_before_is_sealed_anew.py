"""A bank from before items had keys of their own is sealed anew, cut off or not, and does what it did."""

from __future__ import annotations

import hashlib
import importlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from thief import Loot, keys_in

from repit.foundation.clock import now
from repit.foundation.hashes import Hash
from repit.foundation.ids import random_key, token
from repit.foundation.models import AuditHead
from repit.foundation.sealing import Place, keyed_digest, operator
from repit.hotline.bank import carrying, feed, items, partner_records
from repit.hotline.bank.models import Feed, Item, Root, Stake
from repit.hotline.bank.partner_records import Told
from repit.hotline.bank.types import Submission

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE = [("bank", "0022_match_reports_are_forgotten")]


def migrated(to: list[tuple[str, str]]) -> Any:
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    return executor.loader.project_state(to).apps


@pytest.fixture
def before() -> Iterator[Any]:
    """The models of then, over tables of then. Afterwards all is as it is now."""
    latest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] == "bank"]
    apps = migrated(BEFORE)
    apps.get_model("bank", "Feed").objects.get_or_create(pk=1)
    AuditHead.objects.get_or_create(pk=1)
    yield apps
    migrated(latest)
    emptied()


def emptied() -> None:
    """SQLite is emptied by DELETE after each such test, which tables that only grow refuse."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE name LIKE '%_no_delete'")
        for name, table, statement in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - a table of ours
            cursor.execute(statement)


def as_it_was_sealed(
    apps: Any, values: list[bytes], state: str = "active", name: str = "", own: int = 1
) -> str:
    """An item with these hashes, the first of the whole, as the code of then wrote it."""
    item = apps.get_model("bank", "Item").objects.create(
        id=random_key(),
        token=token(),
        media="picture",
        kind="intimate",
        origin="repit",
        state=state,
        told=True,
        confirmations=0 if state == "withdrawn" else 1,
        own=0 if state == "withdrawn" else own,
        root="" if state == "withdrawn" or not own else token(),
        fingerprint=hashlib.blake2b(b"".join(values), digest_size=32).digest(),
    )
    for number, value in enumerate(values):
        role = "anchored" if number else "whole"
        row = apps.get_model("bank", "ItemHash")(
            id=random_key(), item=item, algorithm="pdq", role=role, quality=90, publishable=True
        )
        row.digest = keyed_digest("bank hash", b"pdq", value)
        place = Place("bank_itemhash", f"{item.token}/{row.id}", f"pdq.{role}.90")
        row.sealed = operator("bank hash").seal(value, place)
        row.save()
    if name:
        digest = keyed_digest("stake name", b"file/list", name.encode())
        place = Place("bank_stake", f"file/list/{digest.hex()}", "name")
        sealed = operator("stake").seal(name.encode(), place)
        stake = apps.get_model("bank", "Stake").objects.create(
            item=item, source="file/list", name=digest, sealed_name=sealed, mark=bytes(32)
        )
        apps.get_model("bank", "Root").objects.create(
            stake=stake, installation="file/list", token=digest.hex()
        )
    return str(item.token)


def rows(table: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names():
            return []
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - a table of ours
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def picture(values: list[bytes]) -> Submission:
    hashes = [Hash("pdq", "anchored" if n else "whole", value, 90) for n, value in enumerate(values)]
    return Submission("picture", "intimate", tuple(hashes))


def test_what_was_sealed_under_one_key_for_all_has_keys_of_its_own_and_does_what_it_did(
    before: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    families = [[secrets.token_bytes(32) for _ in range(3)] for _ in range(5)]
    names = [as_it_was_sealed(before, values) for values in families[:3]]
    told = Told(f"pdq:{families[3][0].hex()}", picture(families[3]))
    by_partner = as_it_was_sealed(before, families[3], name=told.name, own=0)
    gone_by_partner = Told(f"pdq:{families[4][0].hex()}", picture(families[4]))
    gone = as_it_was_sealed(before, families[4], "withdrawn", name=gone_by_partner.name)
    assert set(families[0]) <= set(Loot().take(rows).opened(settings.REPIT_OPERATOR_KEY, ()))

    class Cut(Exception):
        pass

    latest = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] == "bank"]
    with monkeypatch.context() as patched:
        step = importlib.import_module("repit.hotline.bank.migrations.0111_seal_under_keys_of_items")
        real, done = step._one, 0

        def one(*more: Any) -> None:
            nonlocal done
            done += 1
            if done == 3:
                raise Cut
            real(*more)

        patched.setattr(step, "_TOGETHER", 1)
        patched.setattr(step, "_one", one)
        with pytest.raises(Cut):
            migrated(latest)
    assert before.get_model("bank", "Item").objects.count() == 5
    migrated(latest)

    loot = Loot().take(rows)
    assert not set(loot.opened(settings.REPIT_OPERATOR_KEY, ())), (
        "with the operator's key alone nothing opens"
    )
    left = keys_in(Path(settings.REPIT_BANK_KEYS))
    assert {value for values in families for value in values} <= set(
        loot.opened(settings.REPIT_OPERATOR_KEY, left)
    )
    assert not loot.recognised(settings.REPIT_OPERATOR_KEY, (), [values[0] for values in families])
    assert {one.item: [s.value for s in one.hashes] for one in feed.everything()}.keys() == {
        *names,
        by_partner,
    }
    assert {frozenset(s.value for s in one.hashes) for one in feed.everything()} == {
        frozenset(values) for values in families[:4]
    }

    assert items.submit(picture(families[0]), actor="person", publish=True).item == names[0]
    assert partner_records.take("file/list", [told], publish=True) == 0, "said before"
    assert partner_records.take("file/list", [gone_by_partner], publish=True) == 0, "withdrawn before"
    assert partner_records.names_of("file/list", by_partner) == [told.name]
    assert not Root.objects.filter(token=keyed_digest("stake name", b"file/list", told.name.encode()).hex())
    carrying.let_go([names[2]], actor="person")
    assert items.states([names[2], gone]) == {names[2]: "withdrawn", gone: "withdrawn"}
    assert Item.objects.get(token=gone).forget_on == now().date()
    assert Stake.objects.count() == 2 and Feed.objects.count() == 1
