"""A gate's staff area with a filled desk, served by itself: no decoders, no feed.

Run as a program with a port; fills the database, prints what the walk needs as one line of JSON, then serves.
Second factors are set up as the pages would do it; the pages themselves are walked by the test.
"""

import io
import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

from repit.workers import serving, starting  # noqa: E402

starting.set_up("gate")
starting.ready_database()

from django.conf import settings  # noqa: E402
from PIL import Image  # noqa: E402
from review_rows import decision  # noqa: E402
from staff_people import PASSWORD, Someone  # noqa: E402

from repit.foundation.staff import letting_in, members  # noqa: E402
from repit.gate.review import deciding, media, queue  # noqa: E402
from repit.gate.review.models import Review  # noqa: E402

settings.ALLOWED_HOSTS.append("testserver")


def shapes() -> bytes:
    out = io.BytesIO()
    Image.radial_gradient("L").resize((480, 360)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def person(*roles: str, name: str) -> Someone:
    return Someone(*roles, name=name).enrol().with_app()


def cookie(who: Someone) -> str:
    return who.client.cookies["repit_staff"].value


people = {
    "moderator": person("moderator", name="Ada"),
    "second moderator": person("moderator", name="Bo"),
    "senior": person("senior", name="Cléo"),
    "supervisor": person("supervisor", name="Dominique"),
}
refuse = deciding.Answer("refuse", "law-fr-226-2-1", "C'est la même image, avec un bord.")
decision("altered", item="first")
taken = queue.take(people["second moderator"].member)
deciding.decide(people["second moderator"].member, taken.name, refuse)
record = taken.name
deciding.object_to(Review.objects.get(name=record), "C'est mon chien, pas une personne.")
for tier, changes in (
    ("standard", {}),
    ("possible", {"state": "disputed", "confirmations": 3}),
    ("", {}),
    ("orientation", {"kind": "deepfake", "turned": "mirrored"}),
):
    row = decision(tier, **changes)
    media.hold(row.name, shapes())
decision("orientation", item="stopped")
queue.take_in()
stopped = queue.take_named(people["senior"].member, Review.objects.get(decision__item="stopped").name)
deciding.decide(people["senior"].member, stopped.name, deciding.Answer("refer"))
held = decision("exact")
media.hold(held.name, shapes())
queue.take_in()
queue.take(people["second moderator"].member)
enrolling = members.add("Émile", ["moderator"], actor="test")
unused = members.add("Gaël", ["moderator"], actor="test")
begun = Someone("moderator", name="Fanny").enrol()
sys.stdout.write(
    json.dumps(
        {
            "cookies": {role: cookie(who) for role, who in people.items()},
            "begun": cookie(begun),
            "enrolling": enrolling,
            "unused": unused,
            "letting_in": letting_in.give("Fanny", actor="test"),
            "record": record,
            "password": PASSWORD,
            "secret": people["moderator"].secret,
        }
    )
    + "\n"
)
sys.stdout.flush()
serving.serve("127.0.0.1", int(sys.argv[1]))
