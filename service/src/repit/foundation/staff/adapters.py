"""How allauth works here: no sign-up, no mail, secrets sealed, tries counted by us.

In: allauth's questions. Out: our answers. Next: allauth (`ACCOUNT_ADAPTER`, `MFA_ADAPTER`).
"""

import base64
from typing import Any, ClassVar, Final

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, gettext, gettext_lazy

from repit.foundation.errors import SealBroken
from repit.foundation.sealing import Place, Sealer, operator
from repit.foundation.staff import factors, guessing
from repit.foundation.staff.guessing import HeldBack

_USE: Final = "second factor"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Members are added on the command line; nothing is ever mailed."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy("The user name or the password isn’t right."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def send_mail(self, *_: Any, **__: Any) -> None:
        """There is no address to write to."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Whose password this is, if it is; a try is counted before it is made. Raises `ValidationError`."""
        try:
            guess = guessing.begin("password", request, credentials.get("username", ""))
        except HeldBack as refused:
            raise as_complaint(refused) from None
        member = super().authenticate(request, **credentials)
        if member is not None:
            guess.was_right()
        return member

    def pre_login(self, request: HttpRequest, user: Any, **rest: Any) -> HttpResponse | None:
        """Whoever has no second factor sets one up in the session that their link began, and signs in by no
        other way: else a password alone would do, for whoever came first."""
        if is_mfa_enabled(user, [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]):
            answer: HttpResponse | None = super().pre_login(request, user, **rest)
            return answer
        messages.error(
            request,
            gettext("No second factor was set up in time. Ask your administrator for a new link."),
        )
        return HttpResponseRedirect(reverse("account_login"))

    def get_client_ip(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """allauth counts nothing here (settings.staff), so it need not know where anyone comes from."""
        return "unknown"


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: sealed at rest for their member, and never less than one."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(_sealer().seal(text.encode(), secret_place(_whose()))).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _sealer().open(base64.b64decode(encrypted_text), secret_place(_whose())).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user=authenticator.user).exclude(pk=authenticator.pk)
        return bool(others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists())

    def _get_site_name(self) -> str:
        return "Répit"


def as_complaint(refused: HeldBack) -> ValidationError:
    """The same as a complaint on a form."""
    return ValidationError(" ".join(refused.shown(get_language())), code=refused.code)


def secret_place(member: int) -> Place:
    """Where the secret of a member's second factor stands: in no other member's row does it open."""
    return Place("mfa_authenticator", f"member {member}", "data")


def _sealer() -> Sealer:
    return operator(_USE)


def _whose() -> int:
    """The member whose secret allauth is at. Raises `SealBroken` where nobody said so."""
    member = factors.whose()
    if member is None and context.request is not None:
        member = context.request.user.pk
    if member is None:
        raise SealBroken(detail="a second factor of nobody")
    return member
