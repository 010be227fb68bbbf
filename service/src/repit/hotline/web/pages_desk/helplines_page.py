"""The helplines: which are shown, in which order, when each was last called; one of them, to change or add.

In: a supervisor. Out: pages; what “Who can help” shows from then on. Next: `awareness.editing`.
"""

from collections.abc import Mapping
from itertools import groupby

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from repit.foundation.errors import NotFound, RepitError, Text
from repit.foundation.staff import drafts
from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member
from repit.foundation.web.complaints import about, complain
from repit.hotline.awareness import composing, editing, fields, published
from repit.hotline.awareness.composing import Entry
from repit.hotline.awareness.fields import Cleaned, FieldsRefused
from repit.hotline.awareness.places import PLACES
from repit.hotline.web.pages_desk import forms
from repit.hotline.web.pages_desk.sections_page import previews
from repit.hotline.web.pages_desk.words import HELPLINE_FORM, ORIGINS


@require_GET
@needs("pages.edit")
def helplines(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """All of them, hidden ones too."""
    countries = [
        (PLACES[place], [(entry, ORIGINS[entry.origin]) for entry in entries])
        for place, entries in groupby(published.listed(), key=lambda entry: entry.helpline.place)
    ]
    return render(request, "pages_desk/helplines.html", {"countries": countries})


@require_POST
@needs("pages.edit")
def change(request: HttpRequest, member: Member) -> HttpResponse:
    """One press of a button in the list; once, if pressed twice. Raises `NotFound`, `InputRefused`."""
    return drafts.once_only(request, lambda: _change(request, member))


def _change(request: HttpRequest, member: Member) -> HttpResponse:
    key, what = request.POST.get("key", ""), request.POST.get("what", "")
    editing.act(key, what, actor=member.name)
    messages.info(request, _("Done. Visitors see it within seconds."))
    return HttpResponseRedirect(f"{reverse('pages-helplines')}#{key}")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("pages.edit")
def helpline(request: HttpRequest, member: Member, key: str = "") -> HttpResponse:
    """One helpline; none yet, to add one. Raises `NotFound`."""
    entry = next((each for each in published.listed() if each.helpline.key == key), None)
    if key and entry is None:
        raise NotFound
    if request.method != "POST":
        kept = drafts.typed_on(request, request.path)
        waiting = forms.waiting(kept, HELPLINE_FORM)
        values = composing.texts_of(entry.helpline) if entry else {}
        return _shown(request, entry, {**values, **waiting}, from_before=bool(waiting))
    if request.POST.get("what") == "preview":
        return _preview(request, entry)
    return drafts.once_only(request, lambda: _save(request, member, entry))


def _save(request: HttpRequest, member: Member, entry: Entry | None) -> HttpResponse:
    raw = forms.typed(request, HELPLINE_FORM)
    key = entry.helpline.key if entry else ""
    try:
        key = editing.save_helpline(key, raw, actor=member.name, seen=forms.seen(request))
    except FieldsRefused as refused:
        return _refused(request, entry, raw, refused, refused.wrong)
    except RepitError as refused:
        return _refused(request, entry, raw, refused, {})
    drafts.sent(request, request.path)
    messages.info(request, _("Saved. Visitors see it within seconds."))
    return HttpResponseRedirect(f"{reverse('pages-helplines')}#{key}")


def _preview(request: HttpRequest, entry: Entry | None) -> HttpResponse:
    raw = forms.typed(request, HELPLINE_FORM)
    try:
        fresh = fields.clean(fields.HELPLINE, raw)
    except FieldsRefused as refused:
        return _refused(request, entry, raw, refused, refused.wrong)
    shown = previews(HELPLINE_FORM.shows, {"helpline": composing.helpline_of(fresh, "preview")})
    return _shown(request, entry, raw, previews=shown)


def _refused(
    request: HttpRequest,
    entry: Entry | None,
    raw: Mapping[Cleaned, str],
    refused: RepitError,
    wrong: Mapping[Cleaned, Text],
) -> HttpResponse:
    complain(request, *(about(forms.name_of(place), text) for place, text in wrong.items()))
    if not wrong:
        complain(request, about("", refused))
    answer = _shown(request, entry, raw)
    answer.status_code = refused.status
    answer.is_final = True  # type: ignore[attr-defined]
    return answer


def _shown(
    request: HttpRequest,
    entry: Entry | None,
    values: Mapping[Cleaned, str],
    *,
    previews: list[dict[str, str]] | None = None,
    from_before: bool = False,
) -> HttpResponse:
    shown = {
        "section": HELPLINE_FORM,
        "entry": entry,
        "rows": forms.rows(HELPLINE_FORM, values, get_language() or "fr"),
        "revision": published.number(),
        "from_before": from_before,
        "previews": previews or [],
        "back": reverse("pages-helplines"),
        "may_preview": True,
    }
    return render(request, "pages_desk/form.html", shown)
