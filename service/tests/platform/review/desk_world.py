"""A gate's staff area with a filled desk, served by itself: no decoders, no feed.

Run as a program with a port; fills the database, prints what the walk needs as one line of JSON, then serves.
Second factors are set up as the pages would do it; the pages themselves are walked by the test.
"""

import io
import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from repit.demo import installations  # noqa: E402

installations.set_up("gate")

from django.conf import settings  # noqa: E402
from PIL import Image  # noqa: E402
from review_rows import decision  # noqa: E402
from staff_people import PASSWORD, Someone  # noqa: E402

from repit.foundation.process import serving  # noqa: E402
from repit.foundation.process.front.rules import of_pages  # noqa: E402
from repit.foundation.staff import letting_in, members  # noqa: E402
from repit.platform.gate.pictures import Signature  # noqa: E402
from repit.platform.review import deciding, media, objections, questions, queue, wellbeing  # noqa: E402
from repit.platform.review.models import Review  # noqa: E402

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
    "third moderator": person("moderator", name="Gil"),
    "fourth moderator": person("moderator", name="Joan"),
}
# So that a walk on a busy machine has its time to undo.
wellbeing.set_undo_seconds(people["moderator"].member, 100)
refuse = deciding.Answer("refuse", "law-fr-226-2-1", "C'est la même image, avec un bord.")
decision("altered", item="first")
taken = queue.take(people["second moderator"].member)
deciding.decide(people["second moderator"].member, taken.name, refuse)
record = taken.name
objections.object_to(Review.objects.get(name=record).decision, "C'est mon chien, pas une personne.")
for tier, changes in (
    ("standard", {}),
    ("possible", {"state": "disputed", "confirmations": 3}),
    ("", {}),
    ("orientation", {"kind": "deepfake", "turned": "mirrored", "proportion": 0.5625}),
):
    row = decision(tier, **changes)
    media.hold(row.name, shapes())
decision("orientation", item="stopped")
queue.take_in()
stopped = queue.take_named(people["senior"].member, Review.objects.get(decision__item="stopped").name)
deciding.decide(people["senior"].member, stopped.name, deciding.Answer("refer"))


def asked(item: str) -> str:
    """A question about a known picture, with an objection; the review's name."""
    row = decision("standard", item=item, outcome="block")
    media.hold(row.name, shapes())
    name = objections.object_to(row, "Tout le monde connaît cette image.").name
    questions.compared(row.name, {item: 87}, Signature(bytes(32), bytes(128)))
    return name


let_go = asked("meme")
for who in ("moderator", "senior"):
    queue.take_named(people[who].member, let_go)
    deciding.decide(people[who].member, let_go, deciding.Answer("allow", "", "Une publicité.", picture=True))
question = asked("known")
held = decision("exact")
media.hold(held.name, shapes())
queue.take_in()
queue.take(people["second moderator"].member)
queue.take_named(people["third moderator"].member, question)
SEGMENTS = [
    {"upload": [12_400, 41_000], "known": [3_000, 45_900], "speed": 1.5},
    {"upload": [55_000, 71_250], "known": [60_000, 76_250], "speed": -1.0},
]
decision("altered", item="film", distance=None, parts=[], segments=SEGMENTS, duration=95_000, scenes=14)
queue.take_in()
film = queue.take_named(
    people["fourth moderator"].member, Review.objects.get(decision__item="film").name
).name
refused = decision("standard", item="refused", outcome="block").name
answered = decision("possible", outcome="block")
for words, who in (("C’est mon chien.", "Hugo"), ("Regardez encore : c’est mon chien.", "Inès")):
    objected = objections.object_to(answered, words)
    while objected.state != "decided":
        reader = person("senior", name=f"{who} {objected.state}").member
        objected = deciding.decide(reader, queue.take_named(reader, objected.name).name, refuse)
objections.object_to(answered, "Une dernière fois.")
# What walks decide, in whatever order they come, without an empty queue for the next.
for _ in range(8):
    media.hold(decision("possible").name, shapes())
queue.take_in()
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
            "refused": refused,
            "answered": answered.name,
            "waits": held.name,
            "stopped": stopped.decision_id,
            "question": question,
            "film": film,
            "password": PASSWORD,
            "secret": people["moderator"].secret,
        }
    )
    + "\n"
)
sys.stdout.flush()
serving.serve("127.0.0.1", int(sys.argv[1]), of_pages())
