"""Passkey forms that refuse nonsense instead of failing on it.

In: what a browser says of a passkey, or what anyone sends in its place. Out: allauth's answer, or a complaint
on the page. Next: allauth (`MFA_FORMS`). Its own forms take the JSON apart without looking, so that a missing
member ends in status 500.
"""

from collections.abc import Callable
from typing import Any, Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as theirs

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
