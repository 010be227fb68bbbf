"""Someone at a gate's review desk, in a process of its own: at_the_desk.py DECISION OUTCOME …"""

import secrets
import sys

from repit.workers import starting

starting.set_up("gate")

from repit.foundation.staff import members  # noqa: E402
from repit.foundation.staff.models import Member  # noqa: E402
from repit.gate.review import deciding, queue  # noqa: E402
from repit.gate.review.models import Review  # noqa: E402

name = f"member {secrets.token_hex(4)}"
members.add(name, ["moderator"], actor="test")
member = Member.objects.get(name=name)
queue.take_in()
for decision, outcome in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    taken = queue.take_named(member, Review.objects.get(decision_id=decision).name)
    deciding.decide(member, taken.name, deciding.Answer(outcome, "terms-intimate", "Seen."))
