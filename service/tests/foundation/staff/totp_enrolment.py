"""A member sets up an app on a database that is really written. Prints what must stay unreadable."""

import json
import re
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2])]

from repit.demo import installations  # noqa: E402

installations.set_up("hotline")

from allauth.account.models import EmailAddress  # noqa: E402
from allauth.mfa.models import Authenticator  # noqa: E402
from django.conf import settings  # noqa: E402
from staff_people import PASSWORD, Someone, code_of  # noqa: E402

settings.ALLOWED_HOSTS.append("testserver")
ACTIVATE, CODES = "/staff/second-factor/totp/activate/", "/staff/second-factor/recovery-codes/"
who = Someone("moderator", name="ana").enrol()
page = who.client.get(ACTIVATE).content.decode()
[secret] = re.findall(r"<code>([A-Z2-7]{32})</code>", page)
keys = [who.client.cookies["repit_staff"].value]
# A while later the page is sent, and allauth asks first who it is: it keeps the whole request meanwhile.
session = who.client.session
session["account_authentication_methods"] = [
    {**method, "at": method["at"] - 3600} for method in session["account_authentication_methods"]
]
session.save()
answer = who.client.post(ACTIVATE, {"code": code_of(secret), "note": "words of the form"})
if "reauthenticate" not in answer.headers.get("Location", ""):
    raise AssertionError(answer.status_code)
who.client.post(answer.headers["Location"], {"password": PASSWORD, "next": ACTIVATE})
keys.append(who.client.cookies["repit_staff"].value)
found = re.findall(r"<code>(\d{8})</code>", who.client.get(CODES).content.decode())
sys.stdout.write(
    json.dumps(
        {
            "secret": secret,
            "keys": keys,
            "codes": found,
            "done": Authenticator.objects.filter(type="totp").exists(),
            "addresses": EmailAddress.objects.count(),
        }
    )
    + "\n"
)
sys.stdout.flush()
sys.stdin.readline()  # the log of SQLite stays as it is while someone is connected
