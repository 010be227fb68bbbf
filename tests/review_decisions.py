"""People at a gate's review desk, in a process of its own: review_decisions.py DECISION OUTCOME …

OUTCOME `free` lets the picture itself go. As many people look as it takes.
"""

import secrets
import sys

from repit.demo import installations

installations.set_up("gate")

from repit.foundation.staff import members  # noqa: E402
from repit.foundation.staff.models import Member  # noqa: E402
from repit.platform.review import deciding, queue  # noqa: E402


def someone() -> Member:
    name = f"member {secrets.token_hex(4)}"
    members.add(name, ["senior"], actor="test")
    return Member.objects.get(name=name)


queue.take_in()
for decision, outcome in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
    answer = deciding.Answer(
        "allow" if outcome == "free" else outcome, "terms-intimate", "Seen.", picture=outcome == "free"
    )
    review = queue.review_of(decision)
    if review is None:
        raise SystemExit("nobody is asked about it")
    while review.state != "decided":
        member = someone()
        review = deciding.decide(member, queue.take_named(member, review.name).name, answer)
