"""Receipts that can be shown again, for an hour, in the browser that was shown them.

In: a code that was just made, the browser's secret. Out: the codes again; a page's way to its own address.
Next: `codes`, which shows them; `intake`, `lost`, `my_case`, which make them.

The page of a receipt is not the answer to the form that made it, so that a reload, Back, a tab that the
phone threw away, show it again instead of losing the case. What is kept for that is in `foundation.kept`:
sealed under a secret that only the form (before the answer) and the cookie (after it) hold, gone after an
hour, when the receipt was practised, and when the person leaves quickly. So the form whose answer never
arrived, sent again, gives the same case and the same receipt.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from repit.foundation import videos
from repit.foundation.clock import now
from repit.foundation.hashes import FORMS, QUALITY_FLOOR
from repit.foundation.ids import normal, token
from repit.foundation.kept import store
from repit.hotline.bank.types import Submission
from repit.hotline.cases import sessions
from repit.hotline.cases.access_codes import Code
from repit.hotline.web.case_pages.cookies import token_of, with_cookie

RECEIPT: Final = "receipt"
LASTS: Final = store.LASTS
_ONCE_MORE: Final = "again"
_BITS: Final = 256


@dataclass(frozen=True, slots=True, repr=False)
class Held:
    """A code that can be shown again: until when, and whether it is a helper's."""

    code: Code
    until: datetime
    for_helper: bool


@dataclass(frozen=True, slots=True)
class Protected:
    """What a case that was just opened protects: how many files, and of how many of them no more than exact
    copies can be recognised. `videos`: those of which altered copies and parts can be; `parts`: those of
    which parts can be, and no altered copies."""

    files: int
    exact: int
    videos: int = 0
    parts: int = 0


def protected_by(submissions: Sequence[Submission]) -> Protected:
    """What may be said of these submissions."""
    seen = [submission.moments for submission in submissions if submission.moments]
    altered = sum(map(videos.have_anchored, seen))
    exact = sum(
        not submission.moments
        and not any(
            FORMS[each.algorithm].perceptual and (each.quality or 0) >= QUALITY_FLOOR
            for each in submission.hashes
        )
        for submission in submissions
    )
    return Protected(len(submissions), exact, altered, len(seen) - altered)


def new_secret() -> str:
    """For a form that will make something which must be shown again."""
    return token(_BITS)


def keep(secret: str, code: Code, before: str = "", protected: Protected | None = None) -> None:
    """Keep a receipt under a secret, with those that its browser can still be shown under `before`; and what
    was protected with it, where it opened a case."""
    mine: dict[str, Any] = {
        "number": code.number,
        "secret": code.secret,
        "until": (now() + LASTS).isoformat(),
        "protected": asdict(protected) if protected else None,
    }
    store.keep(secret, RECEIPT, {"codes": [mine, *_kept(before)]})


def held(secret: str) -> list[Held]:
    """The codes that can be shown again, the newest first."""
    return [
        Held(
            Code(code["number"], code["secret"]),
            datetime.fromisoformat(code["until"]),
            code.get("for_helper", False),
        )
        for code in _kept(secret)
    ]


def protected(secret: str) -> Protected | None:
    """What was protected with the newest of them; None where it protects nothing, or opened no case."""
    newest = next(iter(_kept(secret)), {})
    counted = Protected(**newest["protected"]) if newest.get("protected") else None
    return counted if counted and counted.files else None


def handed(secret: str, held: Held) -> None:
    """Keep a code that came from another device, until it would have ended there."""
    mine: dict[str, Any] = {
        "number": held.code.number,
        "secret": held.code.secret,
        "until": held.until.isoformat(),
        "for_helper": held.for_helper,
    }
    store.keep(secret, RECEIPT, {"codes": [mine]}, until=held.until)


def practised(secret: str, number: str) -> None:
    """The person has this receipt: it is shown no more."""
    left = [code for code in _kept(secret) if normal(code["number"]) != normal(number)]
    if left:
        until = max(datetime.fromisoformat(code["until"]) for code in left)
        store.keep(secret, RECEIPT, {"codes": left}, until=until)
    else:
        store.wipe(secret, RECEIPT)


def hand_over(
    request: HttpRequest, secret: str, page: str, directly: Callable[[], HttpResponse]
) -> HttpResponse:
    """Send the browser to a page of its own, which its cookie opens.

    The form is sent once more on the way (307), now with the cookie: a browser that keeps none is thereby
    known, and gets the page directly, as the answer to its form.
    """
    if token_of(request) == secret:
        return HttpResponseRedirect(reverse(f"case_pages:{page}"))
    if _ONCE_MORE in request.GET:
        return directly()
    sessions.end(token_of(request))
    again = HttpResponseRedirect(f"{request.path}?{_ONCE_MORE}=1", preserve_request=True)
    return with_cookie(again, secret, LASTS)


def _kept(secret: str) -> list[dict[str, Any]]:
    kept = store.of(secret, RECEIPT) or {"codes": []}
    return [code for code in kept["codes"] if datetime.fromisoformat(code["until"]) > now()]
