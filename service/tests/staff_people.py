"""Members of staff for tests: signed in as a browser would be, with password and second factor."""

import secrets

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from repit.foundation.clock import now
from repit.foundation.staff import factors, members
from repit.foundation.staff.models import Member

PASSWORD = "quatre mots sans lien entre eux"


def code_of(secret: str, later: int = 0) -> str:
    """The six digits that an app with this secret shows now, or `later` half minutes from now.

    Each is taken once; those of the next half minute are taken, too.
    """
    return format_hotp_value(hotp_value(secret, int(now().timestamp()) // 30 + later))


class Someone:
    """A member with a browser of their own."""

    def __init__(self, *roles: str, name: str = "") -> None:
        self.name = name or f"member {secrets.token_hex(4)}"
        self.client = Client()
        self.link = f"/staff/enrol/{members.add(self.name, roles, actor='test')}/"
        self.secret = "JBSWY3DPEHPK3PXP"

    @property
    def member(self) -> Member:
        return Member.objects.get(name=self.name)

    def enrol(self) -> "Someone":
        answer = self.client.post(self.link, {"password": PASSWORD, "again": PASSWORD})
        assert answer.status_code == 302, answer.content.decode()
        return self

    def with_app(self) -> "Someone":
        member = self.member
        with factors.of(member):
            TOTP.activate(member, self.secret)
        return self
