"""What was sealed under the operator's key alone is sealed under each item's own, some items at a time.

A migration that is cut goes on where it was. What lay there before is overwritten (SQLite) or written anew
(PostgreSQL); backups from before still open with the operator's key alone: delete them.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from repit.hotline.bank import sealed
from repit.hotline.bank.lookups import Lookup
from repit.hotline.bank.states import LIVE
from repit.hotline.bank.types import Submission
from repit.foundation.hashes import Hash
from repit.foundation.clock import now
from repit.foundation.ids import token
from repit.foundation.key_pool import KEY_BYTES, KeyPool
from repit.foundation.sealing import Digester, Place, keyed_digest, operator, operator_and

_TOGETHER = 200


def seal_anew(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    files = {name: KeyPool(_folder() / name, 2 if name == "items" else 1) for name in _FILES}
    items = apps.get_model("bank", "Item").objects
    if not items.filter(slot__isnull=False).exists():
        for file in files.values():
            file.begin()
    lookup, done = _lookup(apps, files["lookups"]), False
    for batch in _batches(items.filter(slot__isnull=True).exclude(state="erased")):
        with transaction.atomic():
            apps.get_model("bank", "Feed").objects.select_for_update().get(pk=1)
            slots = files["items"].draw(
                len(batch),
                lambda some: set(items.filter(slot__in=some).values_list("slot", flat=True)),
            )
            for item, slot, raw in zip(batch, slots, files["items"].read(slots), strict=True):
                _one(apps, item, slot, (raw[:KEY_BYTES], raw[KEY_BYTES:]), lookup)
        done = True
    if done and editor.connection.vendor == "postgresql" and not editor.connection.in_atomic_block:
        with editor.connection.cursor() as cursor:
            for table in ("bank_itemhash", "bank_stake", "bank_nearby", "bank_root", "bank_item"):
                cursor.execute(f"VACUUM (FULL) {table}")


_FILES = ("items", "letters", "lookups")


def _folder() -> Path:
    return Path(settings.REPIT_BANK_KEYS)


def _batches(rows: Any) -> Iterator[list[Any]]:
    after = 0
    while batch := list(rows.filter(id__gt=after).order_by("id")[:_TOGETHER]):
        yield batch
        after = batch[-1].id


def _lookup(apps: Apps, file: KeyPool) -> Lookup:
    model = apps.get_model("bank", "LookupKey")
    row = model.objects.order_by("-id").first()
    if row is None:
        [slot] = file.draw(1, lambda _some: ())
        row = model.objects.create(slot=slot, begun_on=now().date())
    return Lookup(row.id, Digester(file.read([row.slot])[0]))


def _one(apps: Apps, item: Any, slot: int, pair: tuple[bytes, bytes], lookup: Lookup) -> None:
    hashes, before = [], operator("bank hash")
    for row in apps.get_model("bank", "ItemHash").objects.filter(item=item):
        place = Place(
            "bank_itemhash", f"{item.token}/{row.id}", f"{row.algorithm}.{row.role}.{row.quality}"
        )
        hash_ = Hash(row.algorithm, row.role, before.open(row.sealed, place), row.quality)
        named = sealed.is_named(item.media, row.algorithm, row.role, row.publishable)
        row.sealed = operator_and("bank hash", pair[0 if named else 1]).seal(hash_.value, place)
        row.digest = sealed.found_by(hash_, lookup)
        row.save(update_fields=["sealed", "digest"])
        hashes.append(hash_)
    lives = item.state in LIVE
    _names(apps, item, pair, lookup, hashes if lives else [])
    # By these nothing is found any more (0121 drops them).
    apps.get_model("bank", "Nearby").objects.filter(item=item).delete()
    item.fingerprint, item.slot, item.found_by = b"", slot, lookup.number
    item.parts = sealed.parts(item.media, hashes)
    item.forget_on = now().date() if item.state == "withdrawn" else None
    if lives:
        whole = Submission(item.media, item.kind, tuple(hashes))
        item.fingerprint = sealed.fingerprint(whole, lookup)
    item.save(update_fields=["fingerprint", "slot", "found_by", "parts", "forget_on"])


def _names(
    apps: Apps, item: Any, pair: tuple[bytes, bytes], lookup: Lookup, hashes: list[Hash]
) -> None:
    """Partners' names for a record, as `hotline.bank.names` has them. No hashes: the item is withdrawn."""
    said = sorted(f"{s.algorithm}.{s.role}.{s.quality}".encode() + s.value for s in hashes)
    for stake in apps.get_model("bank", "Stake").objects.filter(item=item):
        place = Place("bank_stake", f"{stake.source}/{bytes(stake.name).hex()}", "name")
        name = operator("stake").open(stake.sealed_name, place)
        place = Place("bank_stake", f"{item.token}/{stake.source}", "name")
        stake.sealed_name = operator_and("bank hash", pair[0]).seal(name, place)
        if hashes:
            stake.name = lookup.digest("stake name", stake.source.encode(), name)
            rest = repr(((item.media, item.kind), stake.doubted, [], [])).encode()
            stake.mark = Digester(pair[1]).digest("stake mark", rest, *said)
        else:
            stake.name = keyed_digest("name of what was withdrawn", stake.source.encode(), name)
            stake.mark = b""
        stake.save(update_fields=["name", "sealed_name", "mark"])
        for root in apps.get_model("bank", "Root").objects.filter(stake=stake, installation=stake.source):
            root.token = token()
            root.save(update_fields=["token"])


class Migration(migrations.Migration):
    dependencies = [("bank", "0110_keys_of_items")]
    # Each batch is a transaction of its own.
    atomic = False
    operations = [migrations.RunPython(seal_anew, migrations.RunPython.noop)]
