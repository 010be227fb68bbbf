"""Who may open a page on cases: signed in, in the role, with their keys unlocked.

In: requests that the staff area let in. Out: views that get a `Holder`; others are asked to unlock. Next: the
desk's pages. The keys lie sealed in the session, under the session's own key, which only the browser has
(`hotline.cases.unlocked`); the session gets a new key with them, so one that was known before is worth
nothing.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ClassVar, Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from repit.foundation import audit
from repit.foundation.errors import NotFound, RequestRefused, Text
from repit.foundation.limits.counting import DAY, Limit, Rate
from repit.foundation.staff import drafts
from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member
from repit.hotline.cases import caseworkers, passkeys, unlocked
from repit.hotline.cases.grants import Holder

P = ParamSpec("P")
_SLOT: Final = "case keys"
_TRIES: Final = Limit("case keys", (Rate(5, timedelta(minutes=5)), Rate(50, DAY)))


class TooManyTries(RequestRefused):
    code = "too-many-tries"
    status: ClassVar[int] = 429
    message = Text("Too many wrong passphrases.", "Trop de phrases de passe fausses.")
    next_step = Text("Wait five minutes, then try again.", "Attendez cinq minutes, puis réessayez.")


def with_keys(
    view: Callable[Concatenate[HttpRequest, Holder, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Open to caseworkers whose keys are unlocked in this sign-in. Raises `NotGranted`."""

    @needs("cases.work")
    @wraps(view)
    def page(request: HttpRequest, member: Member, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        holder = holder_of(request, member)
        if holder is None:
            if request.method == "GET":
                wish = {"next": request.path}
            else:
                wish = {"next": drafts.keep(request) or "", "locked": "1"}
            return HttpResponseRedirect(f"{reverse('cases-unlock')}?{urlencode(wish)}")
        return view(request, holder, *args, **kwargs)

    return page


def holder_of(request: HttpRequest, member: Member) -> Holder | None:
    """The member's keys, if they are unlocked."""
    kept, secret = request.session.get(_SLOT), request.session.session_key
    if not kept or not secret:
        return None
    try:
        return unlocked.again(kept, secret, member.name)
    except NotFound:
        lock(request)
        return None


def unlock(request: HttpRequest, member: Member, passphrase: str) -> None:
    """Open the keys for this sign-in. Raises `NotFound`, `TooManyTries`."""
    _open(request, member, lambda: caseworkers.unlock(member.name, passphrase))


def unlock_with_passkey(request: HttpRequest, member: Member, secret: bytes) -> None:
    """The same with what a passkey derived. Raises `NotFound`, `InputRefused`, `TooManyTries`."""
    _open(request, member, lambda: passkeys.unlock(member.name, secret))


def _open(request: HttpRequest, member: Member, opening: Callable[[], Holder]) -> None:
    check(member)
    try:
        holder = opening()
    except NotFound:
        audit.record(member.name, "case keys refused", member.name)
        raise
    keep(request, holder)


def check(member: Member) -> None:
    """Count a passphrase that is tried. Raises `TooManyTries`."""
    if _TRIES.count(str(member.pk)) is None:
        raise TooManyTries


def keep(request: HttpRequest, holder: Holder) -> None:
    """Hold the keys for this sign-in, under a new session key; whoever opened them may try again."""
    request.session.cycle_key()
    request.session[_SLOT] = unlocked.sealed(holder, str(request.session.session_key))
    _TRIES.forget(str(request.user.pk))


def lock(request: HttpRequest) -> None:
    """Forget the keys."""
    request.session.pop(_SLOT, None)
