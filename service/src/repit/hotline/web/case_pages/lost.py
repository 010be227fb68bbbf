"""For someone who lost their receipt: ask, wait, come back with two parts.

In: a slip or a helper's code, and later two of them. Out: a date, a reference to tell the hotline, and at
last a new receipt. Next: `codes`, where the new receipt is shown and practised.

Both answers have pages of their own, which can be opened again for an hour. A new receipt is kept under a
secret made of what the two codes themselves open: typed again after an answer that never arrived, they lead
to the same receipt.
"""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from repit.foundation.errors import InputRefused, NotFound, RepitError, Text, TransitionRefused
from repit.foundation.kept import store
from repit.hotline.cases import recovery
from repit.hotline.cases.recovery import Asked, Parts
from repit.hotline.web.case_pages import codes, lines, receipts
from repit.hotline.web.case_pages.cookies import token_of
from repit.hotline.web.case_pages.entering import SECOND, Amiss, again, amiss, entered
from repit.hotline.web.case_pages.guards import person_page
from repit.hotline.web.case_pages.showing import show

_REFUSALS: Final = (NotFound, InputRefused, TransitionRefused)


@person_page
def ask(request: HttpRequest) -> HttpResponse:
    """Start the clock, or see how long it still runs."""
    if request.method != "POST":
        return show(request, "lost")
    code = entered(request)
    wrong = amiss(code)
    if wrong:
        return again(request, "lost", {}, wrong)
    try:
        with lines.turn(request, code):
            asked = recovery.ask(*code)
    except (NotFound, InputRefused) as error:
        return _refused(request, "lost", error)
    secret, answer = token_of(request), _answer(asked)
    if store.of(secret, codes.ASKED) != answer:
        secret = receipts.new_secret()
        store.keep(secret, codes.ASKED, answer)
    return receipts.hand_over(request, secret, "lost-asked", lambda: _shown(request, asked))


@person_page
def asked(request: HttpRequest) -> HttpResponse:
    """The date and the reference, for an hour."""
    kept = store.of(token_of(request), codes.ASKED)
    if kept is None:
        raise codes.NoLongerShown
    due_at = datetime.fromisoformat(kept["due_at"])
    return _shown(request, Asked(kept["reference"], due_at, kept["released"]))


@person_page
def finish(request: HttpRequest) -> HttpResponse:
    """Two parts for a new receipt."""
    if request.method != "POST":
        return show(request, "lost_finish")
    first, second = entered(request), entered(request, SECOND)
    other = second if second.number.strip() or second.words.strip() else None
    wrong = amiss(first) + (amiss(other, SECOND) if other else [])
    if wrong:
        return again(request, "lost_finish", {}, wrong)
    try:
        with lines.turn(request, first, *([other] if other else [])):
            parts = recovery.brought(*first, other)
            _give(request, parts)
    except _REFUSALS as error:
        return _refused(request, "lost_finish", error)
    secret = parts.secret
    return receipts.hand_over(request, secret, "receipt", lambda: codes.directly(request, secret))


def _give(request: HttpRequest, parts: Parts) -> None:
    """The new receipt, unless these parts gave it a moment ago. Raises `NotFound`, `TransitionRefused`."""
    if receipts.held(parts.secret):
        return
    try:
        with transaction.atomic():
            receipts.keep(parts.secret, recovery.finish_with(parts), token_of(request))
    except _REFUSALS:
        # The same form, pressed twice at once: the other one had it done meanwhile.
        if not receipts.held(parts.secret):
            raise


def _shown(request: HttpRequest, asked: Asked) -> HttpResponse:
    return show(request, "lost_asked", {"asked": asked})


def _answer(asked: Asked) -> dict[str, str | bool]:
    return {
        "reference": asked.reference,
        "due_at": asked.due_at.isoformat(),
        "released": asked.released,
    }


def _refused(request: HttpRequest, template: str, error: RepitError) -> HttpResponse:
    texts = zip(error.message, error.next_step, strict=True)
    return again(request, template, {}, [Amiss("words", Text(*(" ".join(both) for both in texts)))])
