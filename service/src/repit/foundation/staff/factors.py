"""Second factors: whose they are, which one a code belongs to, and that a code works once.

In: a member, a code as typed. Out: the factor it belongs to, with the code used up; or None. Next: `forms`.

What an authenticator app and we share stands sealed in the database under its member (`adapters`), so that a
secret copied to another member's row does not open. An app's code is the number of a half minute under that
secret: each such number is taken once (RFC 6238, section 5.2), in all processes together. allauth's own mark
is kept in one process's memory, from which it can be pushed out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Final

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt

from repit.foundation.clock import now
from repit.foundation.limits import once
from repit.foundation.staff.models import Member

_WHOSE: Final[ContextVar[int | None]] = ContextVar("whose second factor", default=None)


@contextmanager
def of(member: Member) -> Iterator[None]:
    """Within the block, what allauth seals or opens is this member's."""
    before = _WHOSE.set(member.pk)
    try:
        yield
    finally:
        _WHOSE.reset(before)


def whose() -> int | None:
    """The member of the block we are in."""
    return _WHOSE.get()


def used(member: Member, code: str) -> Authenticator | None:
    """The factor whose code this is; it is used up now."""
    found = Authenticator.objects.filter(user=member).exclude(type=Authenticator.Type.WEBAUTHN)
    with of(member):
        for authenticator in found.order_by("-type"):  # the app, then the codes on paper
            if authenticator.type == Authenticator.Type.TOTP:
                good = spend(member, decrypt(authenticator.data["secret"]), code)
            else:
                good = authenticator.wrap().validate_code(code)
            if good:
                return authenticator
    return None


def spend(member: Member, secret: str, code: str) -> bool:
    """Whether an app with this secret shows that code about now and nobody used it before; it is used now."""
    step = _step(secret, code)
    if step is None:
        return False
    lasts = timedelta(seconds=app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 2))
    return once.spend(
        "code of an app", str(member.pk).encode(), secret.encode(), str(step).encode(), lasts=lasts
    )


def _step(secret: str, code: str) -> int | None:
    tolerance = app_settings.TOTP_TOLERANCE
    present = int(now().timestamp()) // app_settings.TOTP_PERIOD
    for step in range(present - tolerance, present + tolerance + 1):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, step))):
            return step
    return None
