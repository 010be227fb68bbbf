"""A hotline with people and cases, served by itself.

Run as a program with a port; fills the database through the pages and the rooms, prints what the walk needs
as one line of JSON, then serves.
"""

import json
import secrets
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from repit.demo import installations  # noqa: E402

installations.set_up("hotline")

from desk_people import PASSPHRASE, caseworker, file_of, person, receipt  # noqa: E402
from django.conf import settings  # noqa: E402
from staff_people import PASSWORD, Someone  # noqa: E402
from video_items import video  # noqa: E402

from repit.foundation import clock  # noqa: E402
from repit.foundation.clock import now  # noqa: E402
from repit.foundation.hashes import Hash  # noqa: E402
from repit.foundation.process import serving  # noqa: E402
from repit.foundation.process.front.rules import of_pages  # noqa: E402
from repit.hotline.bank import floods, items  # noqa: E402
from repit.hotline.bank.types import Submission  # noqa: E402
from repit.hotline.cases import (  # noqa: E402
    casework,
    caseworkers,
    checklist,
    closing,
    desk,
    helpers,
    service,
    tasks,
    thread,
    worklist,
)
from repit.hotline.cases.casefile import Casefile  # noqa: E402
from repit.hotline.cases.models import Case, Task  # noqa: E402
from repit.hotline.feeds import caps, keys, opinions, subscribers  # noqa: E402

settings.ALLOWED_HOSTS.append("testserver")


def cookie(who: Someone) -> str:
    return who.client.cookies["repit_staff"].value


ana = caseworker("Ana", founds=True)
ana.client.get("/staff/cases/desk/")  # what was told is told once
bea = caseworker("Béatrice")
cleo = caseworker("Cléo")
ana.client.post("/staff/cases/desk/change/", {"what": "admit", "who": "Cléo"})
ana.client.get("/staff/cases/desk/")
supervisor = person("supervisor", name="Dominique")
newcomer = person("caseworker", name="Noé")
arriving = person("caseworker", name="Noa")  # begins, and is not as before afterwards
beginner = caseworker("Éli")
locked = caseworker("Lou")
locked.client.post("/staff/cases/lock/")
at_desk = desk.unlock(caseworkers.unlock("Ana", PASSPHRASE))
hers = caseworkers.unlock("Béatrice", PASSPHRASE)

new = receipt(seen_at=["https://forum.example/sujet/4711"])
thread.write(file_of(new), "Bonjour. Mon ex a publié des photos de moi.\n\nQue puis-je faire ?")
old = receipt(seen_at=["https://images.example/galerie?page=3", "compte @quelquun sur un réseau"])
service.add_items(file_of(old), [video(1), video(2, 0)])
Case.objects.filter(pk=file_of(old).case_id).update(opened_on=now().date() - timedelta(days=2))

busy = receipt(seen_at=["https://tube.example/v/ab12", "groupe « photos » sur une messagerie"])
theirs = file_of(busy)
service.add_items(theirs, [video(3), video(4, 0)])
thread.write(theirs, "Il me menace de tout envoyer à ma famille.")
helpers.add(theirs, "sœur", ["locations"])
casework.assign(at_desk, theirs.case_id, "Béatrice")
mine = Casefile(theirs.case_id, hers)
thread.write(mine, "Nous avons votre dossier. Ce n'est pas votre faute. Ne payez rien.")
thread.write(theirs, "Merci. J'ai peur ce soir.")
checklist.set_danger(mine, danger=True)
checklist.mark(mine, "safe", "done")
checklist.mark(mine, "accounts", "not-needed")
tasks.add(mine, tasks.New("answer", "Signalement à l'hébergeur, référence 31", now() + timedelta(hours=5), 1))
done = tasks.add(mine, tasks.New("evidence", "Page et date notées", now() + timedelta(hours=2), 1))
tasks.move(mine, done, "done")
with clock.at(lambda: clock._wall() - timedelta(hours=30)):
    tasks.add(mine, tasks.New("write", "Rappeler demain matin", now() + timedelta(hours=4)))
Task.objects.filter(number=3).update(due_on=now().date() - timedelta(days=1))

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><svg onload=alert(3)>"
quiet = receipt(seen_at=[HOSTILE])
thread.write(file_of(quiet), HOSTILE)
casework.assign(at_desk, file_of(quiet).case_id, "Béatrice")
calm = Casefile(file_of(quiet).case_id, hers)
thread.write(calm, f"Bonjour, dites-nous ce que vous souhaitez. {HOSTILE}")
tasks.add(calm, tasks.New("answer", HOSTILE, now() + timedelta(days=20), 1))

ended = file_of(receipt()).case_id
casework.assign(at_desk, ended, "Cléo")
closing.close(Casefile(ended, caseworkers.unlock("Cléo", PASSPHRASE)))


def banked() -> str:
    """An item of the bank."""
    hash_ = Hash("pdq", "whole", secrets.token_bytes(32), 90)
    return items.submit(Submission("picture", "intimate", (hash_,)), actor="test", publish=True).item


famous, waiting = banked(), banked()
clip = items.submit(video(5), actor="test", publish=True).item
for name in ("forum", "images", "vidéo"):
    who = keys.recognise(subscribers.add(name, sees_anchored=True))
    subscribers.set_people(name, name != "vidéo")
    floods.report(name, {famous: 70, waiting: 3}, now() - timedelta(hours=1), now())
    opinions.give(who, [famous], "not_blocked" if name == "forum" else "blocked", ["mème"])
items.dispute(
    waiting, actor="platforms’ people", reason="not blocked by moderators of 3 parties, blocked by those of 0"
)
with suppress(caps.MovedTooMuch):
    caps.spend(who, "not_blocked", 1_000)

sys.stdout.write(
    json.dumps(
        {
            "cookies": {
                "ana": cookie(ana),
                "bea": cookie(bea),
                "cleo": cookie(cleo),
                "supervisor": cookie(supervisor),
                "newcomer": cookie(newcomer),
                "arriving": cookie(arriving),
                "locked": cookie(locked),
                "beginner": cookie(beginner),
            },
            "new": file_of(new).case_id,
            "old": file_of(old).case_id,
            "busy": theirs.case_id,
            "hostile": calm.case_id,
            "famous": famous,
            "clip": clip,
            "codes": {
                name: [code.number, " ".join(code.words("fr")), " ".join(code.words("en"))]
                for name, code in (("new", new), ("old", old), ("hostile", quiet))
            },
            "label": worklist.label(file_of(new).case_id),
            "password": PASSWORD,
            "passphrase": PASSPHRASE,
            "secret": ana.secret,
        }
    )
    + "\n"
)
sys.stdout.flush()
serving.serve("127.0.0.1", int(sys.argv[1]), of_pages())
