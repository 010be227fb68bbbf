"""A bank as an earlier version left it, brought into its present form: bank_of_before.py near-duplicates.

In a process and a database of its own. Writes one JSON value.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from repit.foundation.process import starting

starting.set_up("hotline")
starting.migrate()

from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402

from repit.foundation.clock import now  # noqa: E402
from repit.foundation.sealing import Place, keyed_digest, operator  # noqa: E402
from repit.hotline.bank import feed  # noqa: E402
from repit.hotline.bank.models import Change, Item, Transition  # noqa: E402


def back_to(name: str) -> Any:
    """The tables of before, empty, and their models."""
    executor = MigrationExecutor(connection)
    executor.migrate([("bank", name)])
    return executor.loader.project_state([("bank", name)]).apps


def forward() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def near_duplicates() -> Any:
    """One that is served, one in doubt, one not served yet; each with another served through it."""
    apps = back_to("0022_match_reports_are_forgotten")
    line = apps.get_model("bank", "Feed").objects.get(pk=1)
    for number, state in enumerate(("active", "disputed", "received")):
        told = state != "received"
        lead = row(apps, f"lead {state}", number, state=state, told=told, own=1, confirmations=2)
        row(apps, f"joined {state}", 10 + number, lead=lead, own=1, confirmations=1)
        if told:
            line.sequence += 1
            apps.get_model("bank", "Change").objects.create(sequence=line.sequence, item=lead, at=now())
    line.save()
    forward()
    items = Item.objects.order_by("token").values_list("token", "state", "told", "own", "confirmations")
    told_of = {one.item: len(one.hashes) for one in feed.everything()}
    numbers = list(Change.objects.order_by("sequence").values_list("sequence", flat=True))
    steps = Transition.objects.order_by("id").values_list("item__token", "after", "actor")
    gapless = numbers == list(range(1, feed.head().sequence + 1))
    return {"items": list(items), "served": told_of, "gapless": gapless, "steps": list(steps)}


def row(apps: Any, token: str, number: int, **fields: Any) -> Any:
    made = apps.get_model("bank", "Item").objects.create(
        id=number + 1,
        token=token,
        media="picture",
        kind="intimate",
        origin="here",
        fingerprint=bytes([number]) * 32,
        **fields,
    )
    value = bytes([number]) * 32
    place = Place("bank_itemhash", f"{token}/{number + 1}", "pdq.whole.90")
    apps.get_model("bank", "ItemHash").objects.create(
        id=number + 1,
        item=made,
        algorithm="pdq",
        role="whole",
        quality=90,
        publishable=True,
        sealed=operator("bank hash").seal(value, place),
        digest=keyed_digest("bank hash", b"pdq", value),
    )
    return made


WORK = {"near-duplicates": near_duplicates}

if __name__ == "__main__":
    json.dump(WORK[sys.argv[1]](), sys.stdout)
