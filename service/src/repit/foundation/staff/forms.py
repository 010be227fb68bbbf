"""Forms of the sign-in: passkeys that refuse nonsense instead of failing on it, codes that work once.

In: what a browser says of a passkey, or what anyone sends in its place; a code or password as typed. Out:
allauth's answer, or a complaint on the page. Next: allauth (`MFA_FORMS`, `ACCOUNT_FORMS`). Its own passkey
forms take the JSON apart without looking, so that a missing member ends in status 500.
"""

from collections.abc import Callable
from typing import Any, Final

from allauth.account.forms import ChangePasswordForm as TheirChangePasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as theirs
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from repit.foundation import audit
from repit.foundation.staff import factors, guessing
from repit.foundation.staff.adapters import as_complaint
from repit.foundation.staff.guessing import Guess, HeldBack, What
from repit.foundation.staff.models import Member, fresh

_NONSENSE: Final = (LookupError, TypeError, ValueError, AttributeError, AssertionError)


def _careful(clean: Callable[[], Any]) -> Any:
    try:
        return clean()
    except _NONSENSE:
        raise get_adapter().validation_error("incorrect_code") from None


class LoginForm(theirs.LoginWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Any:
        return _careful(super().clean_credential)


class AuthenticateForm(theirs.AuthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Any:
        return _careful(super().clean_credential)


class ReauthenticateForm(theirs.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    def clean_credential(self) -> Any:
        return _careful(super().clean_credential)


class AddForm(theirs.AddWebAuthnForm):  # type: ignore[misc]
    def clean(self) -> Any:
        return _careful(super().clean)


class CodeForm(codes.AuthenticateForm):  # type: ignore[misc]
    """A code beside the right password."""

    def clean_code(self) -> str:
        return _used(self)


class CodeAgainForm(codes.ReauthenticateForm):  # type: ignore[misc]
    """A code from someone who is signed in, before something that matters."""

    def clean_code(self) -> str:
        return _used(self)


class NewAppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new app: it does not work a second time either."""

    def clean_code(self) -> str:
        code: str = super().clean_code()
        if not factors.spend(fresh(self.user), self.secret, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class ChangePasswordForm(TheirChangePasswordForm):  # type: ignore[misc]
    """Whoever finds the page open guesses at the old password no more often than at the sign-in."""

    def clean_oldpassword(self) -> str:
        guess = _guess("password", fresh(self.user))
        old: str = super().clean_oldpassword()
        guess.was_right()
        return old


def _used(form: Any) -> str:
    member = fresh(form.user)
    guess = _guess("code", member)
    code: str = form.cleaned_data["code"]
    found = factors.used(member, code)
    if found is None:
        # The password was right: someone may have it who should not.
        audit.record(member.name, "second factor refused", member.name)
        raise ValidationError(gettext("This code is wrong, or was used before. Wait for the next one."))
    guess.was_right()
    form.authenticator = found
    return code


def _guess(what: What, member: Member) -> Guess:
    try:
        return guessing.begin(what, context.request, member.name)
    except HeldBack as refused:
        raise as_complaint(refused) from None
