"""A person's case after signing in: what is protected, what was said, who helps, how to end it.

In: a session, plain forms. Out: pages; each view makes one call to `cases`. Next: the browser, which keeps
none of them. A helper sees the pages that their rights open, and no other.
"""

from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from repit.foundation.errors import InputRefused, RepitError, Text, TooLarge
from repit.foundation.hashes import Kind
from repit.foundation.web.complaints import about
from repit.foundation.web.content_policy import DEVICE
from repit.hotline.cases import closing, helpers, locations, recovery, service, sessions, thread
from repit.hotline.cases.locations import WANTS, Level, Wishes
from repit.hotline.cases.sessions import OpenSession
from repit.hotline.web.case_pages import codes, drafts, hashes, receipts
from repit.hotline.web.case_pages.cookies import token_of, with_cookie, without_cookie
from repit.hotline.web.case_pages.guards import session_page
from repit.hotline.web.case_pages.owners import owner_only
from repit.hotline.web.case_pages.showing import show


@session_page
def overview(request: HttpRequest, session: OpenSession, *, first: bool = False) -> HttpResponse:
    """How the case stands, in plain words."""
    return show(request, "my_case", {"view": service.view(session.file), "first": first}, session=session)


@session_page
@owner_only
def messages(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """The thread, and a form to write."""
    text, error = _typed(request, session).get("text", ""), None
    if request.method == "POST":
        try:
            thread.write(session.file, text)
            return _done(request, "my-messages")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {"messages": thread.read(session.file), "text": text, "most": thread.MAX_CHARACTERS}
    values["from_before"] = text
    return _show(request, "my_messages", values, session, error, field="text")


@session_page
def addresses(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """Where it was seen: add, and take back."""
    text, error = _typed(request, session).get("where", ""), None
    if request.method == "POST":
        try:
            if request.POST.get("remove", "").isdecimal():
                locations.remove(session.file, int(request.POST["remove"][:9]))
                # What was being typed beside it was sent along, and is not sent yet.
                drafts.keep_beside(request, session.whose)
                return _to("my-addresses")
            locations.add(session.file, _some(locations.lines(text)))
            return _done(request, "my-addresses")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {"locations": locations.read(session.file), "where": text, "from_before": text}
    return _show(request, "my_addresses", values, session, error, field="where")


@csp_update(DEVICE)
@session_page
@owner_only
def pictures(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """Protect more: the device page again."""
    typed, error = _typed(request, session), None
    kind: Kind = "deepfake" if typed.get("kind") == "deepfake" else "intimate"
    pasted = typed.get("hashes", "")
    if request.method == "POST":
        try:
            service.add_items(session.file, hashes.of_kind(pasted, kind))
            return _done(request, "my-pictures", "my-case")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {"view": service.view(session.file), "kind": kind, "pasted": pasted, "from_before": pasted}
    return _show(request, "my_pictures", values, session, error, field="hashes")


@session_page
@owner_only
def wishes(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """What the person wants, and how far the protection goes from now on."""
    if request.method == "POST":
        level: Level = "family" if request.POST.get("level") == "family" else "one"
        wanted = tuple(want for want in WANTS if want in request.POST.getlist("wants"))
        locations.set_wishes(session.file, Wishes(wanted, level))
        return _done(request, "my-wishes", "my-case")
    typed, view = _typed(request, session), service.view(session.file)
    values: dict[str, Any] = {"view": view, "wishes": view.wishes, "from_before": typed}
    if typed:
        values["wishes"] = {"wants": typed.getlist("wants"), "level": typed.get("level", "")}
    return _show(request, "my_wishes", values, session)


@session_page
@owner_only
def take_back(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """Take items back, and see how far that has come."""
    error = None
    if request.method == "POST":
        which = [int(number[:9]) for number in request.POST.getlist("item") if number.isdecimal()]
        try:
            service.take_back(session.file, "all" if "all" in request.POST else _some(which))
            return _done(request, "my-withdrawals")
        except InputRefused as refused:
            error = refused
    ticked = [int(number[:9]) for number in _typed(request, session).getlist("item") if number.isdecimal()]
    values = {"view": service.view(session.file), "ticked": ticked, "from_before": ticked}
    return _show(request, "my_withdrawals", values, session, error, field="item")


@session_page
@owner_only
def helping(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """People who help: a code for one more, or one taken out."""
    typed, error = _typed(request, session), None
    label = typed.get("label", "")
    rights = [right for right in helpers.RIGHTS if right in typed.getlist("rights")]
    if request.method == "POST":
        try:
            if request.POST.get("remove", "").isdecimal():
                helpers.remove(session.file, int(request.POST["remove"][:9]))
                return _to("my-helpers")
            codes.keep(request, helpers.add(session.file, label, rights), "helper")
            return _done(request, "my-helpers", "my-code")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {
        "helpers": helpers.listed(session.file),
        "label": label,
        "rights": rights,
        "from_before": label or rights,
    }
    return _show(request, "my_helpers", values, session, error, field="label" if rights else "rights")


@session_page
@owner_only
def spare_ways(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """The recovery slip, new words, and a request that stands."""
    if request.method == "POST" and "refuse" in request.POST:
        recovery.refuse(session.file)
        return _to("my-recovery")
    if request.method == "POST" and "slip" in request.POST:
        codes.keep(request, recovery.prepare(session.file), "slip")
        return _to("my-code")
    if request.method == "POST" and "new-words" in request.POST:
        secret = token_of(request)
        receipts.keep(secret, recovery.change_words(session.file), secret)
        sessions.end(secret)
        return with_cookie(_to("receipt"), secret, receipts.LASTS)
    return _show(request, "my_recovery", {"view": service.view(session.file)}, session)


@session_page
def access_log(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """Who looked at the case."""
    return _show(request, "my_log", {"entries": service.access_log(session.file)}, session)


@session_page
@owner_only
def end(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """Close the case, or erase it at once."""
    error: RepitError | None = None
    how = request.POST.get("how", "")
    if request.method == "POST":
        if how == "close":
            closing.close(session.file)
            return _to("my-case")
        if how == "words":
            closing.erase_now(session.file, keep_protection=True)
            return _to("my-case")
        if how == "everything" and "sure" in request.POST:
            closing.erase_now(session.file, keep_protection=False)
            codes.end_session(request)
            return without_cookie(_to("erased"))
        error = InputRefused(
            Text("Nothing was changed.", "Rien n’a été changé."),
            Text(
                "Choose one; to erase everything, tick the box as well.",
                "Choisissez ; pour tout effacer, cochez aussi la case.",
            ),
        )
    values = {"view": service.view(session.file), "how": how}
    return _show(request, "my_end", values, session, error, field="sure" if how == "everything" else "how")


def _some(found: list[Any]) -> list[Any]:
    if not found:
        raise InputRefused(
            Text("Nothing was chosen.", "Rien n’a été choisi."),
            Text("Fill in or tick at least one.", "Remplissez ou cochez au moins une ligne."),
        )
    return found


def _show(
    request: HttpRequest,
    template: str,
    values: dict[str, Any],
    session: OpenSession,
    refused: RepitError | None = None,
    *,
    field: str = "",
) -> HttpResponse:
    """`field`: what a refusal is about."""
    complaints = [] if refused is None else [about(field, refused)]
    status = 200 if refused is None else refused.status
    return show(request, template, values, session=session, status=status, complaints=complaints)


def _typed(request: HttpRequest, session: OpenSession) -> QueryDict:
    """What stands in the form of this page: just sent, or typed before signing in again."""
    match = request.resolver_match
    return drafts.typed_on(request, str(match.url_name) if match else "", session.whose)


def _done(request: HttpRequest, page: str, then: str = "") -> HttpResponse:
    """The form of a page did what it says; nothing that was typed waits any more."""
    drafts.done(request, page)
    return _to(then or page)


def _to(name: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"case_pages:{name}"))
