"""Name, contact, hours, legal notice: a form each, both languages side by side, looked at before it is saved.

In: a supervisor. Out: pages; what the public pages say from then on. Next: `awareness.editing`.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from repit.foundation.errors import NotFound, RepitError, Text
from repit.foundation.staff import drafts
from repit.foundation.staff.guards import needs
from repit.foundation.staff.models import Member
from repit.foundation.web.complaints import about, complain
from repit.hotline.awareness import composing, editing, fields, published
from repit.hotline.awareness.fields import Cleaned, FieldsRefused
from repit.hotline.web.pages_desk import forms, warnings, words
from repit.hotline.web.pages_desk.words import ACTS, SECTIONS, Section

LANGUAGES: Final = {"fr": "Français", "en": "English"}


@require_GET
@needs("pages.edit")
def overview(request: HttpRequest, member: Member) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """What can be changed, what is amiss, what was changed."""
    texts = published.texts()
    names = {each.helpline.key: each.helpline.name.here.text for each in published.listed()}
    shown = {
        "sections": [
            {
                "key": key,
                "section": section,
                "missing": warnings.missing(section, texts),
                "unfilled": warnings.unfilled(section, texts),
            }
            for key, section in SECTIONS.items()
        ],
        "warnings": warnings.of_pages(texts),
        "stale": warnings.stale(),
        "history": [
            (row, words.subject(row.subject, names), ACTS.get(row.reason, row.reason))
            for row in editing.history()
        ],
    }
    return render(request, "pages_desk/overview.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("pages.edit")
def section(request: HttpRequest, member: Member, section: str) -> HttpResponse:
    """One form. Raises `NotFound`."""
    form = SECTIONS.get(section)
    if form is None:
        raise NotFound
    if request.method != "POST":
        return _shown(request, form, drafts.typed_on(request, request.path), published.texts())
    if request.POST.get("what") == "preview":
        return _preview(request, form)
    return drafts.once_only(request, lambda: _save(request, member, form))


def _save(request: HttpRequest, member: Member, form: Section) -> HttpResponse:
    raw = forms.typed(request, form)
    try:
        editing.save_texts(raw, actor=member.name, seen=forms.seen(request))
    except FieldsRefused as refused:
        return _refused(request, form, raw, refused, refused.wrong)
    except RepitError as refused:
        return _refused(request, form, raw, refused, {})
    drafts.sent(request, request.path)
    messages.info(request, _("Saved. Visitors see it within seconds."))
    return HttpResponseRedirect(request.path)


def _preview(request: HttpRequest, form: Section) -> HttpResponse:
    raw = forms.typed(request, form)
    try:
        fresh = fields.clean(form.fields, raw)
    except FieldsRefused as refused:
        return _refused(request, form, raw, refused, refused.wrong)
    stated = composing.composed(0, {**published.texts(), **fresh}, ())
    return _shown(request, form, QueryDict(), raw, previews=previews(form.shows, {"said": stated}))


def previews(template: str, context: Mapping[str, Any]) -> list[dict[str, str]]:
    """A fragment of the public pages in both languages."""
    found = []
    for code, name in LANGUAGES.items():
        with translation.override(code):
            found.append({"code": code, "name": name, "html": render_to_string(template, dict(context))})
    return found


def _refused(
    request: HttpRequest,
    form: Section,
    raw: Mapping[Cleaned, str],
    refused: RepitError,
    wrong: Mapping[Cleaned, Text],
) -> HttpResponse:
    complain(request, *(about(forms.name_of(place), text) for place, text in wrong.items()))
    if not wrong:
        complain(request, about("", refused))
    answer = _shown(request, form, QueryDict(), raw)
    answer.status_code = refused.status
    answer.is_final = True  # type: ignore[attr-defined]
    return answer


def _shown(
    request: HttpRequest,
    form: Section,
    kept: QueryDict,
    values: Mapping[Cleaned, str],
    *,
    previews: list[dict[str, str]] | None = None,
) -> HttpResponse:
    waiting = forms.waiting(kept, form)
    shown = {
        "section": form,
        "rows": forms.rows(form, {**values, **waiting}, translation.get_language() or "fr"),
        "revision": published.number(),
        "from_before": bool(waiting),
        "previews": previews or [],
        "back": reverse("pages-overview"),
        "may_preview": bool(form.shows),
    }
    return render(request, "pages_desk/form.html", shown)
