"""A hotline with one caseworker and two hundred cases, served by itself.

Run as a program with a port; prints what the walk needs as one line of JSON, then serves.
"""

import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from repit.demo import installations  # noqa: E402

installations.set_up("hotline")

from desk_people import PASSPHRASE, caseworker  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import transaction  # noqa: E402
from many_cases import filled  # noqa: E402

from repit.foundation.process import serving  # noqa: E402
from repit.foundation.process.front.rules import of_pages  # noqa: E402
from repit.hotline.cases import caseworkers, desk, worklist  # noqa: E402

settings.ALLOWED_HOSTS.append("testserver")
ana = caseworker("Ana", founds=True)
ana.client.get("/staff/cases/desk/")  # what was told is told once
keys = caseworkers.unlock("Ana", PASSPHRASE)
with transaction.atomic():
    pressing = filled(keys, desk.unlock(keys), 150, 50)
found = {
    "cookie": ana.client.cookies["repit_staff"].value,
    "label": worklist.label(pressing),
    "case": pressing,
}
sys.stdout.write(json.dumps(found) + "\n")
sys.stdout.flush()
serving.serve("127.0.0.1", int(sys.argv[1]), of_pages())
