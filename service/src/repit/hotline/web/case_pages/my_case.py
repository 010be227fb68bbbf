"""A person's case after signing in: what is protected, what was said, who helps.

In: a session, plain forms. Out: pages; each view makes one call to `cases`. Next: the browser, which keeps
none of them. A helper sees the pages that their rights open, and no other.
"""

from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse

from repit.foundation.errors import InputRefused, TooLarge
from repit.foundation.hashes import Kind
from repit.foundation.web.content_policy import DEVICE
from repit.hotline.cases import helpers, locations, recovery, service, sessions, stays, thread
from repit.hotline.cases.locations import WANTS, Level, Wishes
from repit.hotline.cases.sessions import OpenSession
from repit.hotline.web.case_pages import answering, codes, drafts, hashes, progress, receipts
from repit.hotline.web.case_pages.cookies import token_of, with_cookie
from repit.hotline.web.case_pages.guards import session_page
from repit.hotline.web.case_pages.owners import owner_only
from repit.hotline.web.case_pages.showing import show


@session_page
def overview(request: HttpRequest, session: OpenSession, *, first: bool = False) -> HttpResponse:
    """How the case stands, in plain words."""
    view = service.view(session.file)
    values = {"view": view, "progress": progress.of(view), "first": first}
    return show(request, "my_case", values, session=session)


@session_page
@owner_only
def messages(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """The thread, and a form to write."""
    text, error = answering.typed(request, session).get("text", ""), None
    if request.method == "POST":
        try:
            thread.write(session.file, text)
            return answering.done(request, "my-messages")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {"messages": thread.read(session.file), "text": text, "most": thread.MAX_CHARACTERS}
    values["from_before"] = text
    return answering.page(request, "my_messages", values, session, error, field="text")


@session_page
def addresses(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """Where it was seen: add, and take back."""
    text, error = answering.typed(request, session).get("where", ""), None
    if request.method == "POST":
        try:
            if request.POST.get("remove", "").isdecimal():
                locations.remove(session.file, int(request.POST["remove"][:9]))
                # What was being typed beside it was sent along, and is not sent yet.
                drafts.keep_beside(request, session.whose)
                return answering.to("my-addresses")
            locations.add(session.file, answering.some(locations.lines(text)))
            return answering.done(request, "my-addresses")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {"locations": locations.read(session.file), "where": text, "from_before": text}
    return answering.page(request, "my_addresses", values, session, error, field="where")


@csp_update(DEVICE)
@session_page
@owner_only
def pictures(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """Protect more: the device page again."""
    typed, error = answering.typed(request, session), None
    kind: Kind = "deepfake" if typed.get("kind") == "deepfake" else "intimate"
    pasted = typed.get("hashes", "")
    if request.method == "POST":
        try:
            service.add_items(session.file, hashes.of_kind(pasted, kind))
            return answering.done(request, "my-pictures", "my-case")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {"view": service.view(session.file), "kind": kind, "pasted": pasted, "from_before": pasted}
    return answering.page(request, "my_pictures", values, session, error, field="hashes")


@session_page
@owner_only
def wishes(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """What the person wants, and how far the protection goes from now on."""
    if request.method == "POST":
        level: Level = "family" if request.POST.get("level") == "family" else "one"
        wanted = tuple(want for want in WANTS if want in request.POST.getlist("wants"))
        locations.set_wishes(session.file, Wishes(wanted, level))
        return answering.done(request, "my-wishes", "my-case")
    typed, view = answering.typed(request, session), service.view(session.file)
    values: dict[str, Any] = {"view": view, "wishes": view.wishes, "from_before": typed}
    if typed:
        values["wishes"] = {"wants": typed.getlist("wants"), "level": typed.get("level", "")}
    return answering.page(request, "my_wishes", values, session)


@session_page
@owner_only
def helping(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """People who help: a code for one more, or one taken out."""
    typed, error = answering.typed(request, session), None
    label = typed.get("label", "")
    rights = [right for right in helpers.RIGHTS if right in typed.getlist("rights")]
    if request.method == "POST":
        try:
            if request.POST.get("remove", "").isdecimal():
                helpers.remove(session.file, int(request.POST["remove"][:9]))
                return answering.to("my-helpers")
            codes.keep(request, helpers.add(session.file, label, rights), "helper")
            return answering.done(request, "my-helpers", "my-code")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {
        "helpers": helpers.listed(session.file),
        "label": label,
        "rights": rights,
        "from_before": label or rights,
    }
    return answering.page(
        request, "my_helpers", values, session, error, field="label" if rights else "rights"
    )


@session_page
@owner_only
def spare_ways(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """The recovery slip, new words, and a request that stands."""
    if request.method == "POST" and "refuse" in request.POST:
        recovery.refuse(session.file)
        return answering.to("my-recovery")
    if request.method == "POST" and "slip" in request.POST:
        codes.keep(request, recovery.prepare(session.file), "slip")
        return answering.to("my-code")
    if request.method == "POST" and "new-words" in request.POST:
        secret = token_of(request)
        receipts.keep(secret, recovery.change_words(session.file), secret)
        sessions.end(secret)
        return with_cookie(answering.to("receipt"), secret, receipts.LASTS)
    return answering.page(request, "my_recovery", {"view": service.view(session.file)}, session)


@session_page
def part(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """For a helper, on coming in: what they may do, what not, whom to call."""
    if session.file.holder.kind != "helper":
        return answering.to("my-case")
    values = {"view": service.view(session.file), "kept": receipts.held(token_of(request))}
    return answering.page(request, "my_part", values, session)


@session_page
def access_log(request: HttpRequest, session: OpenSession) -> HttpResponse:
    """Who looked at the case."""
    entries = stays.of(service.access_log(session.file))
    return answering.page(request, "my_log", {"entries": entries}, session)
