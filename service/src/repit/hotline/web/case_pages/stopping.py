"""The end of a protection, as the person goes through it: choose, read what will happen, an hour to undo it.

In: a session, plain forms. Out: pages; each act is one call to `cases.service`. Next: the browser.

What was chosen is no act: it waits like anything that is typed (`drafts`), so that reload, Back, another
language or an expired visit keep it. The page that asks carries it once more, so that what is done is what
stood on that page, whatever was chosen in another tab.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse, QueryDict

from repit.foundation.errors import InputRefused
from repit.foundation.kept import store
from repit.hotline.cases import service
from repit.hotline.cases.casefile import Casefile
from repit.hotline.cases.service import ItemStatus
from repit.hotline.cases.sessions import OpenSession
from repit.hotline.web.case_pages import answering, drafts, progress
from repit.hotline.web.case_pages.cookies import token_of
from repit.hotline.web.case_pages.guards import session_page
from repit.hotline.web.case_pages.owners import owner_only

_ASKS: Final = "my-stop"
_ALL: Final[Literal["all"]] = "all"
UNDONE: Final = "what goes on after all"
_HOW: Final[dict[str, Callable[[Casefile, Sequence[int]], object]]] = {
    "in-an-hour": service.stop_in_an_hour,
    "now": service.take_back,
}


@session_page
@owner_only
def choose(request: HttpRequest, session: OpenSession, *, kept: bool = False) -> HttpResponse:
    """What is protected, to choose from; what is about to end, to be kept after all; how far the rest is."""
    if request.method == "POST":
        meant = _numbers(request.POST) or _ALL
        goes_on = _going_on(service.keep_after_all(session.file, meant).items)
        store.keep(token_of(request), UNDONE, {"items": goes_on})
        return answering.done(request, _ASKS, "my-stop-undone")
    return _choice(request, session, undone=store.of(token_of(request), UNDONE) if kept else None)


@session_page
@owner_only
def confirm(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """What will happen, before it does."""
    chosen = drafts.typed_on(request, _ASKS, session.whose)
    if request.method == "POST":
        return _asked(request, session, chosen)
    view = service.view(session.file)
    items = _meant(view.status.items if view.status else (), chosen)
    if not items:
        return answering.to("my-withdrawals")
    waits = all(item.stops_at for item in items)
    return answering.page(request, "my_stop", {"view": view, "chosen": items, "waits": waits}, session)


def _asked(request: HttpRequest, session: OpenSession, chosen: QueryDict) -> HttpResponse:
    how = request.POST.get("how", "")
    try:
        if how not in _HOW:
            if _ALL not in chosen:
                answering.some(_numbers(chosen))
            drafts.keep_beside(request, session.whose)
            return answering.to(_ASKS)
        _HOW[how](session.file, answering.some(_numbers(chosen)))
        return answering.done(request, _ASKS, "my-withdrawals")
    except InputRefused as refused:
        return _choice(request, session, refused)


def _choice(
    request: HttpRequest,
    session: OpenSession,
    refused: InputRefused | None = None,
    *,
    undone: dict[str, Any] | None = None,
) -> HttpResponse:
    """`undone`: what was to go on when the end of it was last undone here; said for as long as it does."""
    ticked = _numbers(drafts.typed_on(request, _ASKS, session.whose))
    view = service.view(session.file)
    goes_on = _going_on(view.status.items if view.status else ())
    kept = undone is not None and set(undone["items"]) <= set(goes_on)
    values = {"view": view, "progress": progress.of(view), "ticked": ticked, "kept": kept}
    return answering.page(request, "my_withdrawals", values, session, refused, field="item")


def _numbers(chosen: QueryDict) -> list[int]:
    return [int(number[:9]) for number in chosen.getlist("item") if number.isdecimal()]


def _going_on(items: Sequence[ItemStatus]) -> list[int]:
    return [item.number for item in items if item.state != "withdrawn" and not item.stops_at]


def _meant(items: Sequence[ItemStatus], chosen: QueryDict) -> list[ItemStatus]:
    """What was chosen, of what can still be: not what has ended meanwhile."""
    numbers = _numbers(chosen)
    return [
        item for item in items if item.state != "withdrawn" and (_ALL in chosen or item.number in numbers)
    ]
