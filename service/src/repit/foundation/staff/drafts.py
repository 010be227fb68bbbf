"""What a member of staff typed when their sign-in had ended: it is there again once they are signed in.

In: a form with its mark (`form_mark`) that came without a sign-in, with locked keys, from a page of an
earlier sign-in; words in a form beside the one that was sent. Out: the same words in the same form, for the
same member, for an hour. Next: `middleware`, `case_page`, `review_desk`. And forms that are sent twice.

The words are kept as everything of that kind is (`foundation.kept`), under a secret of their own that only a
cookie holds, for the session's own cookie ends with the session. The mark shows that this service gave the
form to that member within a day, so nobody else can have anything kept, or put words into a colleague's form;
one form, sent a thousand times, fills one row.
"""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.csrf import csrf_failure

from repit.foundation.kept import marks, once, store
from repit.foundation.sealing import keyed_digest

COOKIE: Final = "repit_draft"
_BESIDE: Final = "beside:"
_PATH: Final = "/staff/"
_KNOWN: Final = "words are kept"
_MOST: Final = 64 * 1024
_SLOT: Final = "_draft_secret"


def keep(request: HttpRequest) -> str | None:
    """Keep the words of a form that cannot do what it says now; the address of its page."""
    page = _page_of(request)
    if page is not None:
        own = {name: values for name, values in request.POST.lists() if not name.startswith(_BESIDE)}
        _put(request, page, own | _beside(request))
    return page


def keep_beside(request: HttpRequest) -> None:
    """Keep the words that stood in another form of the page than the one that was sent."""
    beside = _beside(request)
    page = _page_of(request) if beside else None
    if page is not None:
        _put(request, page, beside)


def put_back(request: HttpRequest, page: str, words: dict[str, str]) -> None:
    """What a form had said, and was undone, stands in it again."""
    _put(request, page, {name: [value] for name, value in words.items()}, afresh=True)


def typed_on(request: HttpRequest, page: str) -> QueryDict:
    """What waits for the forms of a page."""
    found = QueryDict(mutable=True)
    for name, values in _kept(request, page).items():
        found.setlist(name, values)
    return found


def sent(request: HttpRequest, page: str) -> None:
    """A form did what it says: its words wait no more; those of other forms do."""
    kept = _kept(request, page)
    left = {name: values for name, values in kept.items() if name not in request.POST}
    if left:
        _put(request, page, left, afresh=True)
    elif kept:
        store.wipe(_secret(request), _use(page))


def remember(request: HttpRequest, answer: HttpResponse) -> None:
    """Let the browser hold what opens what was kept."""
    secret = getattr(request, _SLOT, "")
    if secret:
        answer.set_cookie(
            COOKIE,
            secret,
            max_age=store.LASTS,
            path=_PATH,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )


def once_only(request: HttpRequest, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do what a form says, unless the same form was sent before."""
    mark = marks.read(request.POST.get(marks.FIELD, ""))
    if mark is None or mark.whose != str(request.user.pk):
        return act()
    return once.only(request, mark, act)


def from_an_earlier_sign_in(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form carries no token of the present sign-in (`CSRF_FAILURE_VIEW`). Nothing is done; where the page
    was ours and the member's, the words stand there again."""
    ours = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    page = keep(request) if ours and request.path.startswith(_PATH) else None
    return HttpResponseRedirect(page) if page else csrf_failure(request, reason)


def _page_of(request: HttpRequest) -> str | None:
    """Where the form stood, if this service gave it to whoever is, or was, signed in here."""
    mark = marks.read(request.POST.get(marks.FIELD, ""))
    if mark is None or not mark.recent or not mark.page.startswith(_PATH):
        return None
    if request.user.is_authenticated and str(request.user.pk) != mark.whose:
        return None
    return mark.page


def _put(request: HttpRequest, page: str, words: dict[str, Any], *, afresh: bool = False) -> None:
    mark = marks.read(request.POST.get(marks.FIELD, ""))
    fields = {name: values for name, values in words.items() if name not in once.NOT_COMPARED}
    size = sum(len(value.strip()) for values in fields.values() for value in values)
    if mark is None or not 0 < size <= _MOST:
        return
    secret = _secret(request)
    if store.of(secret, _KNOWN) is None:
        # Of the form itself: sent again and again, it fills one row.
        secret = keyed_digest("words of a form", mark.number.encode()).hex()
    before = {} if afresh else (store.of(secret, _use(page)) or {}).get("fields", {})
    store.keep(secret, _KNOWN, {})
    store.keep(secret, _use(page), {"whose": mark.whose, "fields": before | fields})
    setattr(request, _SLOT, secret)


def _kept(request: HttpRequest, page: str) -> dict[str, list[str]]:
    kept = store.of(_secret(request), _use(page))
    if kept is None or kept["whose"] != str(request.user.pk):
        return {}
    fields: dict[str, list[str]] = kept["fields"]
    return fields


def _beside(request: HttpRequest) -> dict[str, list[str]]:
    length = len(_BESIDE)
    return {name[length:]: values for name, values in request.POST.lists() if name.startswith(_BESIDE)}


def _secret(request: HttpRequest) -> str:
    return str(getattr(request, _SLOT, "") or request.COOKIES.get(COOKIE, ""))


def _use(page: str) -> str:
    return f"typed on {page}"
