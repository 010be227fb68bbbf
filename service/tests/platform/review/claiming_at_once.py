"""Eight people ask for work in the same moment, then eight object to one refusal, in threads of one process.
Prints what each got, and how many reviews and objections there are of it, as JSON.

Run as a program, on a database of its own.
"""

import json
import sys
import threading
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from repit.demo import installations  # noqa: E402

installations.set_up("gate")

from django.db import connection  # noqa: E402
from review_rows import decision  # noqa: E402

from repit.foundation.staff import members  # noqa: E402
from repit.foundation.staff.models import Member  # noqa: E402
from repit.platform.gate.models import Decision  # noqa: E402
from repit.platform.review import objections, queue  # noqa: E402
from repit.platform.review.models import Appeal, Part, Review  # noqa: E402

made = queue._review


def made_slowly(decision: Decision) -> Review:
    """Whoever takes decisions in is still at it when the others ask."""
    time.sleep(0.05)
    return made(decision)


queue._review = made_slowly
PEOPLE = 8
for number in range(PEOPLE):
    members.add(f"member {number}", ["moderator"], actor="test")
    decision()
got: list[int] = []
gate = threading.Barrier(PEOPLE)


def ask(member: Member) -> None:
    gate.wait()
    try:
        taken = queue.take(member)
        got.append(taken.pk if taken else 0)
    finally:
        connection.close()


threads = [threading.Thread(target=ask, args=(member,)) for member in Member.objects.all()]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
refused = decision("possible", outcome="block")


def object_to() -> None:
    gate.wait()
    try:
        objections.object_to(refused, "That is my dog.")
    finally:
        connection.close()


again = [threading.Thread(target=object_to) for _ in range(PEOPLE)]
for thread in again:
    thread.start()
for thread in again:
    thread.join()
noted = Appeal.objects.filter(decision=refused).count(), Part.objects.filter(decision=refused).count()
sys.stdout.write(json.dumps([got, noted]))
