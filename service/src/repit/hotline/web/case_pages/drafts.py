"""What was typed on a page of a session that was over by then: it is there again after signing in.

In: a form that came too late, with the mark of its page. Out: the same words in the same form, for the same
person. Next: `guards` keeps them, `codes` hands them on to the new session, the pages show them.

The words are kept as receipts are (`foundation.kept`), under the cookie of the session that is over: the mark
shows that there was such a session, so nobody else can fill the table. Where the browser has lost that
cookie, or there are very many words, the page on which one signs in carries them itself, sealed, and nothing
is kept. They are shown to whoever comes with the same code, in nobody else's form, and are sent by nobody but
them.
"""

from typing import Any, Final

from django.http import HttpRequest, QueryDict

from repit.foundation.errors import InputRefused
from repit.foundation.kept import marks, store
from repit.foundation.kept.marks import Mark
from repit.hotline.cases.links import MAX_ITEMS
from repit.hotline.web.case_pages import carried
from repit.hotline.web.case_pages.cookies import session_of, token_of

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "my-messages": ("text",),
    "my-addresses": ("where",),
    "my-pictures": ("hashes", "kind"),
    "my-wishes": ("wants", "level"),
    "my-nicknames": tuple(f"nickname-{number}" for number in range(1, MAX_ITEMS + 1)),
    "my-withdrawals": (),
    "my-stop": ("item", "all"),
    "my-helpers": ("label", "rights"),
    "my-recovery": (),
    "my-end": (),
    "my-end-words": (),
    "my-end-everything": (),
}
"""The pages to which one is led back, and what is kept of their forms: words and choices, and nothing that
would undo or end something at one press."""
_PURPOSE: Final = "typed before signing in"
_BACK: Final = "back to"
_MOST: Final = 48 * 1024
USES: Final = (_BACK, *(f"typed on {page}" for page in FIELDS))


def of_form(request: HttpRequest, mark: Mark) -> dict[str, Any] | None:
    """What came too late: whose it is, on which page, the words."""
    page = request.resolver_match.url_name if request.resolver_match else None
    if page not in FIELDS:
        return None
    pairs = [[name, value] for name in FIELDS[page] for value in request.POST.getlist(name) if value.strip()]
    return {"page": page, "whose": mark.whose, "pairs": pairs}


def keep(request: HttpRequest, mark: Mark, typed: dict[str, Any]) -> bool:
    """Keep it for the browser that brought it; whether that may be done."""
    if mark.session != session_of(request) or not mark.recent or not store.has_room():
        return False
    if sum(len(value) for _, value in typed["pairs"]) > _MOST:
        return False
    put(token_of(request), typed)
    return True


def put(secret: str, typed: dict[str, Any]) -> None:
    """Keep it for a browser that is known."""
    if typed["pairs"]:
        store.keep(secret, _use(typed["page"]), typed)
    store.keep(secret, _BACK, {"page": typed["page"], "whose": typed["whose"]})


def keep_beside(request: HttpRequest, whose: str) -> None:
    """Something else was done on a page, and what was being typed there was sent along."""
    mark = marks.read(request.POST.get(marks.FIELD, ""))
    typed = of_form(request, mark) if mark and mark.whose == whose else None
    if typed is not None and typed["pairs"]:
        store.keep(token_of(request), _use(typed["page"]), typed)
    elif typed is not None:
        store.wipe(token_of(request), _use(typed["page"]))


def waits(request: HttpRequest) -> bool:
    """Whether words wait for someone to sign in."""
    back = store.of(token_of(request), _BACK)
    return back is not None and store.of(token_of(request), _use(back["page"])) is not None


def carry(typed: dict[str, Any]) -> str:
    """The same for a hidden field."""
    return carried.sealed(_PURPOSE, typed)


def hand_on(old: str, new: str, whose: str, field: str) -> str | None:
    """Let the new session have what waits under the old cookie or in a hidden field; the page to go back
    to."""
    back = store.of(old, _BACK)
    if back is not None and back["whose"] == whose:
        for use in USES:
            store.move(old, new, use)
    store.wipe(old, *USES)
    typed = _carried(field)
    if typed is not None and typed["whose"] == whose:
        put(new, typed)
        back = typed
    return back["page"] if back is not None and back["whose"] == whose else None


def typed_on(request: HttpRequest, page: str, whose: str) -> QueryDict:
    """What stands in the form of a page: what was just sent, or what waits from before."""
    if request.method == "POST":
        return request.POST
    kept, found = store.of(token_of(request), _use(page)), QueryDict(mutable=True)
    if kept is not None and kept["whose"] == whose:
        for name, value in kept["pairs"]:
            found.appendlist(name, value)
    return found


def done(request: HttpRequest, page: str) -> None:
    """It was sent: nothing waits any more."""
    store.wipe(token_of(request), _use(page), _BACK)


def _carried(field: str) -> dict[str, Any] | None:
    try:
        return carried.opened_late(_PURPOSE, field)[0] if field else None
    except InputRefused:
        return None


def _use(page: str) -> str:
    return f"typed on {page}"
