"""A decision that was pressed, then a process killed as it takes effect, in a step that is asked for.

Run as a program, on a database of its own: `press`; `die STEP SECONDS`, which ends as by a kill within the
transaction or right after it; `settle SECONDS`, which prints what there is in the end, as JSON.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from repit.demo import installations  # noqa: E402

installations.set_up("gate")

from review_rows import decision  # noqa: E402

from repit.foundation import clock  # noqa: E402
from repit.foundation.staff import members  # noqa: E402
from repit.foundation.staff.models import Member  # noqa: E402
from repit.platform.review import media, opinions, queue, undoing  # noqa: E402
from repit.platform.review.deciding import Answer  # noqa: E402
from repit.platform.review.models import OutgoingOpinion, PendingDecision, Review, Statement, Step  # noqa: E402

REFUSE = Answer("refuse", "terms-intimate", "It is the picture.")
STEPS: dict[str, tuple[Any, str]] = {
    "within": (opinions, "note"),
    "after": (media, "forget"),
}


def press() -> None:
    members.add("Ada", ["moderator"], actor="test")
    decision("altered", item="item-1")
    member = Member.objects.get()
    taken = queue.take(member)
    undoing.press(member, taken.name if taken else "", REFUSE)


def die(step: str) -> None:
    room, name = STEPS[step]
    setattr(room, name, lambda *_: os._exit(9))
    settle(float(sys.argv[3]))


def settle(seconds: float) -> int:
    moment = clock.now() + timedelta(seconds=seconds)
    with clock.at(lambda: moment):
        return undoing.settle()


if sys.argv[1] == "press":
    press()
elif sys.argv[1] == "die":
    die(sys.argv[2])
else:
    settle(float(sys.argv[2]))
    tables = (Statement, OutgoingOpinion, PendingDecision)
    found = {
        "outcome": Review.objects.get().outcome,
        "decided": Step.objects.exclude(outcome="").count(),
        **{table.__name__: table.objects.count() for table in tables},
    }
    sys.stdout.write(json.dumps(found))
