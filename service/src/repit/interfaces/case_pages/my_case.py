"""A person's case after signing in: what is protected, what was said, who helps, how to end it.

In: a visit, plain forms. Out: pages; each view makes one call to `cases`. Next: the browser, which keeps none
of them. A helper sees the pages that their rights open, and no other.
"""

from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from repit.bank.types import Kind
from repit.cases import closing, helpers, places, service, thread, visits, way_back
from repit.cases.places import WANTS, Level, Wishes
from repit.cases.visits import Visiting
from repit.foundation.errors import InputRefused, RepitError, Text, TooLarge
from repit.interfaces.case_pages import codes, hashes
from repit.interfaces.case_pages.content_policy import DEVICE
from repit.interfaces.case_pages.owners import owner_only
from repit.interfaces.case_pages.showing import show
from repit.interfaces.case_pages.visiting import token_of, visit_page, without_cookie


@visit_page
def overview(request: HttpRequest, visiting: Visiting, *, first: bool = False) -> HttpResponse:
    """How the case stands, in plain words."""
    return show(request, "my_case", {"view": service.view(visiting.file), "first": first}, visiting=visiting)


@visit_page
@owner_only
def messages(request: HttpRequest, visiting: Visiting) -> HttpResponse:
    """The thread, and a form to write."""
    text, error = request.POST.get("text", ""), None
    if request.method == "POST":
        try:
            thread.write(visiting.file, text)
            return _to("my-messages")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {"messages": thread.read(visiting.file), "text": text, "most": thread.MAX_CHARACTERS}
    return _show(request, "my_messages", values, visiting, error)


@visit_page
def addresses(request: HttpRequest, visiting: Visiting) -> HttpResponse:
    """Where it was seen: add, and take back."""
    text, error = request.POST.get("where", ""), None
    if request.method == "POST":
        try:
            if request.POST.get("remove", "").isdecimal():
                places.remove(visiting.file, int(request.POST["remove"][:9]))
            else:
                places.add(visiting.file, _some(places.lines(text)))
            return _to("my-addresses")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {"places": places.read(visiting.file), "where": text}
    return _show(request, "my_addresses", values, visiting, error)


@csp_update(DEVICE)
@visit_page
@owner_only
def pictures(request: HttpRequest, visiting: Visiting) -> HttpResponse:
    """Protect more: the device page again."""
    error = None
    kind: Kind = "deepfake" if request.POST.get("kind") == "deepfake" else "intimate"
    if request.method == "POST":
        try:
            found = hashes.of_kind(request.POST.get("hashes", ""), kind)
            service.add_items(visiting.file, found)
            return _to("my-case")
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {"view": service.view(visiting.file), "kind": kind}
    return _show(request, "my_pictures", values, visiting, error)


@visit_page
@owner_only
def wishes(request: HttpRequest, visiting: Visiting) -> HttpResponse:
    """What the person wants, and how far the protection goes from now on."""
    if request.method == "POST":
        level: Level = "family" if request.POST.get("level") == "family" else "one"
        wanted = tuple(want for want in WANTS if want in request.POST.getlist("wants"))
        places.set_wishes(visiting.file, Wishes(wanted, level))
        return _to("my-case")
    return _show(request, "my_wishes", {"view": service.view(visiting.file)}, visiting)


@visit_page
@owner_only
def take_back(request: HttpRequest, visiting: Visiting) -> HttpResponse:
    """Take items back, and see how far that has come."""
    error = None
    if request.method == "POST":
        which = [int(one[:9]) for one in request.POST.getlist("item") if one.isdecimal()]
        try:
            service.take_back(visiting.file, "all" if "all" in request.POST else _some(which))
            return _to("my-withdrawals")
        except InputRefused as refused:
            error = refused
    return _show(request, "my_withdrawals", {"view": service.view(visiting.file)}, visiting, error)


@visit_page
@owner_only
def helping(request: HttpRequest, visiting: Visiting) -> HttpResponse:
    """People who help: a code for one more, or one taken out."""
    error = None
    if request.method == "POST":
        try:
            if request.POST.get("remove", "").isdecimal():
                helpers.remove(visiting.file, int(request.POST["remove"][:9]))
                return _to("my-helpers")
            rights = [right for right in helpers.RIGHTS if right in request.POST.getlist("rights")]
            code = helpers.add(visiting.file, request.POST.get("label", ""), rights)
            return codes.shown(request, code, "helper", visiting=visiting)
        except (InputRefused, TooLarge) as refused:
            error = refused
    values = {"helpers": helpers.listed(visiting.file), "label": request.POST.get("label", "")}
    return _show(request, "my_helpers", values, visiting, error)


@visit_page
@owner_only
def spare_ways(request: HttpRequest, visiting: Visiting) -> HttpResponse:
    """The slip for the way back, new words, and a request that stands."""
    if request.method == "POST" and "refuse" in request.POST:
        way_back.refuse(visiting.file)
        return _to("my-way-back")
    if request.method == "POST" and "slip" in request.POST:
        return codes.shown(request, way_back.prepare(visiting.file), "slip", visiting=visiting)
    if request.method == "POST" and "new-words" in request.POST:
        code = way_back.change_words(visiting.file)
        visits.end(token_of(request))
        return without_cookie(codes.shown(request, code, "receipt"))
    return _show(request, "my_way_back", {"view": service.view(visiting.file)}, visiting)


@visit_page
def looks(request: HttpRequest, visiting: Visiting) -> HttpResponse:
    """Who looked at the case."""
    return _show(request, "my_looks", {"looks": service.looks(visiting.file)}, visiting)


@visit_page
@owner_only
def end(request: HttpRequest, visiting: Visiting) -> HttpResponse:
    """Close the case, or erase it at once."""
    error: RepitError | None = None
    if request.method == "POST":
        how = request.POST.get("how", "")
        if how == "close":
            closing.close(visiting.file)
            return _to("my-case")
        if how == "words":
            closing.erase_now(visiting.file, keep_protection=True)
            return _to("my-case")
        if how == "everything" and "sure" in request.POST:
            closing.erase_now(visiting.file, keep_protection=False)
            visits.end(token_of(request))
            return without_cookie(show(request, "erased"))
        error = InputRefused(
            Text("Nothing was changed.", "Rien n'a été changé."),
            Text(
                "Choose one; to erase everything, tick the box as well.",
                "Choisissez ; pour tout effacer, cochez aussi la case.",
            ),
        )
    return _show(request, "my_end", {"view": service.view(visiting.file)}, visiting, error)


def _some(found: list[Any]) -> list[Any]:
    if not found:
        raise InputRefused(
            Text("Nothing was chosen.", "Rien n'a été choisi."),
            Text("Fill in or tick at least one.", "Remplissez ou cochez au moins une ligne."),
        )
    return found


def _show(
    request: HttpRequest,
    template: str,
    values: dict[str, Any],
    visiting: Visiting,
    refused: RepitError | None = None,
) -> HttpResponse:
    said = None
    if refused is not None:
        said = Text(*(f"{m} {n}" for m, n in zip(refused.message, refused.next_step, strict=True)))
    return show(
        request, template, values, visiting=visiting, status=refused.status if refused else 200, error=said
    )


def _to(name: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"case_pages:{name}"))
