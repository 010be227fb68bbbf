"""A code on another device: the page that shows the way, and the one that takes it up.

In: a browser that may be shown a code; another that was led here by a camera. Out: a QR code and six digits;
a session on the other device, which may be shown the code too. Next: `codes.receipt`, `my_part`.

What a camera opens asks for nothing and does nothing until the six digits were typed. The form may be sent
twice (a double press, an answer that never arrived): a secret that was drawn with its page travels in it, and
leads to the same session.
"""

from typing import Any, Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from repit.foundation.errors import InputRefused, NotFound
from repit.foundation.kept import store
from repit.hotline.cases import access_codes, sessions
from repit.hotline.web.case_pages import carried, handover, lines, qr, receipts
from repit.hotline.web.case_pages.cookies import token_of, with_cookie
from repit.hotline.web.case_pages.entering import Amiss, again
from repit.hotline.web.case_pages.guards import person_page
from repit.hotline.web.case_pages.handover import NoTicket, WrongDigits
from repit.hotline.web.case_pages.receipts import Held, new_secret
from repit.hotline.web.case_pages.showing import show

_TAKEN: Final = "taken up with a form"


def offer_page(
    request: HttpRequest, secret: str, values: dict[str, Any], **options: Any
) -> HttpResponse | None:
    """The way for another device, as it is offered now; None where nothing is."""
    found = handover.offered(secret)
    if found is None:
        return None
    address = request.build_absolute_uri(reverse("case_pages:take-up", args=[found.ticket]))
    shown = {"qr": qr.drawn(address), "digits": f"{found.digits[:3]} {found.digits[3:]}"}
    return show(request, "other_device", shown | values, **options)


@person_page
def take_up(request: HttpRequest, ticket: str) -> HttpResponse:
    """On the other device: the six digits, then the case."""
    if request.method != "POST":
        return show(request, "take_up", {"state": carried.sealed(_of(ticket), {"secret": new_secret()})})
    state = request.POST.get("state", "")
    secret = _secret_of(ticket, state)
    try:
        session = _begun_with(secret) or _begun(request, ticket, secret)
    except WrongDigits as wrong:
        complaints = [Amiss("digits", wrong.message), Amiss("digits", wrong.next_step)]
        return again(request, "take_up", {"state": state}, complaints)
    except NoTicket:
        # Pressed twice at once: the other one took it meanwhile.
        begun = _begun_with(secret)
        if begun is None:
            raise
        session = begun
    if token_of(request) != session:
        sessions.end(token_of(request))
    kind = sessions.going_on(session).file.holder.kind
    page = "my-part" if kind == "helper" else "receipt"
    return with_cookie(HttpResponseRedirect(reverse(f"case_pages:{page}")), session)


def _begun(request: HttpRequest, ticket: str, secret: str) -> str:
    """A session for the ticket, which is spent for nothing less. A try is given back where no turn was to be
    had, or something failed."""
    found = handover.found(ticket, request.POST.get("digits", "")[:20])
    try:
        with lines.turn(request, (found.code.number, found.code.secret)):
            file = access_codes.enter(found.code.number, found.code.secret)
            with transaction.atomic():
                handover.spend(ticket)
                session = sessions.begin_with(file)
                receipts.handed(session, Held(found.code, found.until, file.holder.kind == "helper"))
                store.keep(secret, _TAKEN, {"session": session})
    except NoTicket:
        raise
    except NotFound:
        # Taken back, or erased, since the ticket was made.
        raise NoTicket from None
    except Exception:
        found.counted.give_back()
        raise
    return session


def _begun_with(secret: str) -> str | None:
    """The session that the same form began, while it goes on."""
    taken = store.of(secret, _TAKEN)
    try:
        if taken is not None:
            sessions.going_on(taken["session"])
    except NotFound:
        return None
    return taken["session"] if taken else None


def _of(ticket: str) -> str:
    return f"take up {ticket}"


def _secret_of(ticket: str, state: str) -> str:
    """By what the same form, sent twice, is known again: drawn with its page."""
    try:
        secret: str = carried.opened(_of(ticket), state)["secret"]
    except InputRefused:
        return new_secret()
    return secret
