"""A code on another device: the page that shows the way, and the one that takes it up.

In: a browser that may be shown a code; another that was led here by a camera. Out: a QR code and six digits;
a session on the other device, which may be shown the code too. Next: `codes.receipt`, `my_part`.

What a camera opens asks for nothing and does nothing until the six digits were typed.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from repit.foundation.errors import NotFound
from repit.hotline.cases import sessions
from repit.hotline.cases.access_codes import Code
from repit.hotline.web.case_pages import handover, lines, qr, receipts
from repit.hotline.web.case_pages.cookies import token_of, with_cookie
from repit.hotline.web.case_pages.entering import Amiss, again
from repit.hotline.web.case_pages.guards import person_page
from repit.hotline.web.case_pages.handover import NoTicket, WrongDigits
from repit.hotline.web.case_pages.showing import show


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
        return show(request, "take_up")
    try:
        taken = handover.take(ticket, request.POST.get("digits", "")[:20])
    except WrongDigits as wrong:
        return again(
            request, "take_up", {}, [Amiss("digits", wrong.message), Amiss("digits", wrong.next_step)]
        )
    return _signed_in(request, taken.code, taken)


def _signed_in(request: HttpRequest, code: Code, taken: handover.Taken) -> HttpResponse:
    try:
        with lines.turn(request, (code.number, code.secret)):
            new = sessions.begin(code.number, code.secret)
    except NotFound:
        # Taken back, or erased, since the ticket was made.
        raise NoTicket from None
    sessions.end(token_of(request))
    receipts.handed(new, code, taken.until)
    kind = sessions.going_on(new).file.holder.kind
    page = "my-part" if kind == "helper" else "receipt"
    return with_cookie(HttpResponseRedirect(reverse(f"case_pages:{page}")), new)
