"""How allauth works here: no sign-up, no mail, secrets sealed, no address kept.

In: allauth's questions. Out: our answers. Next: allauth (`ACCOUNT_ADAPTER`, `MFA_ADAPTER`).
"""

import base64
import secrets
from hashlib import blake2b
from typing import Any, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest

from repit.foundation.sealing import Place, operator
from repit.foundation.staff.sessions import SessionStore

_SALT: Final = secrets.token_bytes(32)
_PLACE: Final = Place("mfa_authenticator", "secret", "data")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Members are added on the command line; nothing is ever mailed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def send_mail(self, *_: Any, **__: Any) -> None:
        """There is no address to write to."""

    def post_login(self, request: HttpRequest, user: Any, **rest: Any) -> Any:
        """Use the occasion to clear away sessions that have ended."""
        SessionStore.clear_expired()
        return super().post_login(request, user, **rest)

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a visitor comes from, as a digest under a salt of this process: enough to count attempts by.

        Behind a proxy the last forwarded address is the one that the proxy itself saw.
        """
        forwarded = request.headers.get("X-Forwarded-For", "") if request.is_secure() else ""
        source = forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR") or "unknown"
        return blake2b(source.encode(), key=_SALT, digest_size=16).hexdigest()


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: sealed at rest, and never less than one."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(operator("second factor").seal(text.encode(), _PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return operator("second factor").open(base64.b64decode(encrypted_text), _PLACE).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def _get_site_name(self) -> str:
        return "Répit"
