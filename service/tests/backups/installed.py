"""What tests of backups do inside an installation, in a process of its own. Run as a program.

Usage: installed.py ROLE, and one of `DOES` with what it needs. Prints one JSON value.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[1] / "platform" / "review")]

from repit.demo import installations  # noqa: E402
from repit.foundation.process import starting  # noqa: E402

ROLE, WHAT, *REST = sys.argv[1:]
if WHAT == "rows":
    installations.set_up(ROLE)
else:
    starting.set_up(ROLE)
OLDER = ("mfa", "0001_initial")
"""An app of which every version that we ship has later migrations: one adds columns, one a constraint."""

from allauth.mfa.models import Authenticator  # noqa: E402
from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django.db.migrations.recorder import MigrationRecorder  # noqa: E402
from staff_people import Someone  # noqa: E402

from repit.foundation import audit  # noqa: E402
from repit.foundation.backups import parts, restoring, tables  # noqa: E402
from repit.foundation.clock import now  # noqa: E402
from repit.foundation.process.acting import private_key  # noqa: E402

settings.ALLOWED_HOSTS.append("testserver")


def rows() -> None:
    """Something in the tables of this role, as it comes in."""
    if apps.is_installed("repit.platform.review"):
        of_a_gate()
    Someone("administrator", name="Ève").enrol().with_app()


def of_a_gate() -> None:
    from review_rows import decision  # noqa: PLC0415

    from repit.platform.gate.models import Decision, DecisionCount, MatchTally  # noqa: PLC0415
    from repit.platform.review import deciding, objections, queue  # noqa: PLC0415
    from repit.platform.review.models import AskedItem, Review  # noqa: PLC0415

    ada, bo = (Someone("moderator", name=name).enrol().with_app().member for name in ("Ada", "Bo"))
    decision("altered", item="first")
    decision("altered", item="second")
    for who in (ada, bo):
        taken = queue.take(who)
        deciding.decide(
            who, taken.name, deciding.Answer("refuse", "law-fr-226-2-1", "Déjà vue : « la même ».")
        )
    review = Review.objects.exclude(state="waiting").order_by("pk").first()
    objections.object_to(review.decision, "C'est mon chien — pas une personne. \u202eodd\u202c 🐕")
    at = now() - timedelta(microseconds=1)
    DecisionCount.objects.create(hour=at, channel="api", outcome="allow", rule="nothing", count=2**40)
    MatchTally.objects.create(item="first", count=3, begins=at)
    AskedItem.objects.create(item=secrets.token_urlsafe(16), exchange="repit", day=at.date())
    Decision.objects.filter(item="first").update(at=at)


def digests() -> dict[str, Any]:
    """Of each table: how many rows, and a digest over all of them; without those that are in no backup."""
    found = {}
    for model in tables.present().tables:
        digest, count = hashlib.sha256(), -1
        for line in tables.lines(model):
            digest.update(_in_one_form(line) + b"\n")
            count += 1
        found[model._meta.label_lower] = [count, digest.hexdigest()]
    return found


def _in_one_form(line: str) -> bytes:
    """PostgreSQL writes the members of an object in an order of its own, and numbers in its own way."""
    cells = json.loads(line)
    if isinstance(cells, list):
        cells = [json.loads(cell) if str(cell).startswith(("{", "[")) else cell for cell in cells]
    return json.dumps(cells, sort_keys=True).encode()


def left_out() -> dict[str, int]:
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label_lower in parts.left_out():
            found[model._meta.label_lower] = model._base_manager.count()
    return found


def older() -> None:
    """An empty database of the form before."""
    leaves = [key for key in MigrationExecutor(connection).loader.graph.leaf_nodes() if key[0] != OLDER[0]]
    MigrationExecutor(connection).migrate([*leaves, OLDER])


def behind() -> list[int]:
    """The same database in the form before; the members with a second factor."""
    MigrationExecutor(connection).migrate([OLDER])
    return list(Authenticator.objects.values_list("user_id", flat=True))


def applied() -> list[str]:
    return [name for app, name in tables.present().migrations if app == OLDER[0]]


def opens(number: str, secret: str) -> bool:
    """Whether a receipt opens its case, with everything in it that is read."""
    from repit.hotline.cases import access_codes, service  # noqa: PLC0415

    return service.view(access_codes.enter(number, secret)).state == "new"


def later() -> None:
    """A migration that this code does not have, as a newer version leaves it."""
    MigrationRecorder(connection).record_applied("bank", "0077_later")


def refill(file: str, offline: str, *copies: str) -> int:
    """As the version before restores: into its own form, which it does not bring up to date."""
    given = {name: Path(path) for name, path in (copy.split("=", 1) for copy in copies)}
    return restoring.restore(Path(file), ROLE, private_key(Path(offline)), given).rows


DOES = {
    "rows": rows,
    "tables": digests,
    "left-out": left_out,
    "older": older,
    "behind": behind,
    "applied": applied,
    "later": later,
    "opens": opens,
    "refill": refill,
    "verified": lambda: audit.examine().broken,
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(DOES[WHAT](*REST)))
