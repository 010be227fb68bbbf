"""A gate's index and its desk around a restore. Run as a program: alone it fills both, `follow` takes a
snapshot in which one of the two items is left; prints how far the index store had come, and who is asked."""

import json
import sys

from repit.foundation.process import starting

starting.set_up("gate")
starting.ready_database()

from repit.foundation.clock import now  # noqa: E402
from repit.platform import assembly  # noqa: E402
from repit.platform.gate.entries import KnownEntry  # noqa: E402
from repit.platform.gate.index_store import Position  # noqa: E402
from repit.platform.loops.follow_feed import Follower  # noqa: E402
from repit.platform.review.models import AskedItem  # noqa: E402


def entry(name: str) -> KnownEntry:
    return KnownEntry(name, "active", "picture", "intimate", "a-hotline", 1, ())


gate = assembly.assemble()
if sys.argv[1:] == ["follow"]:
    before = gate.store.position()
    gate.take_snapshot("feed", 9, [entry("kept")], None)
    Follower(gate, "http://127.0.0.1:9", "key")._tell_the_desk_what_is_left()
    asked = sorted(AskedItem.objects.values_list("item", flat=True))
    sys.stdout.write(json.dumps({"position": before and before.sequence, "asked": asked}))
else:
    AskedItem.objects.all().delete()
    for name in ("kept", "withdrawn since"):
        AskedItem.objects.create(item=name, exchange="repit", day=now().date())
    gate.store.replace_all([entry("kept")], Position("feed", 9))
gate.pool.close()
gate.store.close()
gate.index.close()
