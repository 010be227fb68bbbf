"""What is amiss in a form, said as GOV.UK says it: in the title, in a summary with links, beside each field.

In: complaints that a view makes about a request, and the errors of Django's own forms. Out: the same page,
with "Error:" before its title, a summary that takes the focus, each field marked and its message beside it.
Next: the browser.

It is done here, on the way out, for every page of the house: a template says nothing of it, so none forgets
it. A complaint names its field by the field's id or, where no element has that id, by the name under which it
is sent; one about no field stands in the summary alone.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import get_language, gettext, pgettext

from repit.foundation.errors import RepitError, Text
from repit.foundation.web import marking

_KEPT: Final = "_repit_complaints"
_OURS: Final = "_repit_complaints_are_ours"


@dataclass(frozen=True, slots=True)
class Complaint:
    """`field`: its id or name, or nothing. `text`: what is amiss and what helps, one or two sentences."""

    field: str
    text: str


def about(field: str, what: RepitError | Text | str) -> Complaint:
    """A complaint in the language of the page, from an error (with its next step), a text or a string."""
    language = get_language()
    if isinstance(what, RepitError):
        return Complaint(field, " ".join(what.shown(language)))
    return Complaint(field, what.in_language(language) if isinstance(what, Text) else what)


def complain(request: HttpRequest, *complaints: Complaint, ours: bool = False) -> None:
    """Have the answer to this request show them, each once. `ours`: nothing is amiss with what was typed."""
    setattr(request, _KEPT, tuple(dict.fromkeys((*of(request), *complaints))))
    setattr(request, _OURS, ours or getattr(request, _OURS, False))


def of(request: HttpRequest) -> tuple[Complaint, ...]:
    """What was complained of so far."""
    complaints: tuple[Complaint, ...] = getattr(request, _KEPT, ())
    return complaints


class Complaints:
    """Middleware, next to the views."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self._get_response(request)
        complaints = of(request)
        if complaints and not answer.streaming and answer.get("Content-Type", "").startswith("text/html"):
            answer.content = _shown(request, answer.content.decode(), complaints).encode()
        return answer

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        """The errors of Django's forms, allauth's among them."""
        context: dict[str, Any] = response.context_data or {}
        for form in context.values():
            if isinstance(form, forms.BaseForm) and form.is_bound:
                complain(request, *_of_form(form))
        return response


def _of_form(form: forms.BaseForm) -> Iterator[Complaint]:
    """What is amiss in all of a form is shown at its first field; a hidden one, such as a passkey's answer,
    has no place beside which anything could stand."""
    seen = {field.name: field.html_name for field in form.visible_fields()}
    for name, errors in form.errors.items():
        field = next(iter(seen.values()), "") if name == NON_FIELD_ERRORS else seen.get(name, "")
        yield Complaint(field, " ".join(str(error) for error in errors))


def _shown(request: HttpRequest, page: str, complaints: tuple[Complaint, ...]) -> str:
    before = pgettext("before the title of a page", "Error:")
    marked = marking.marked(page, [marking.Mark(each.field, each.text) for each in complaints], before)
    links = [(each.text, marked.target(each.field)) for each in complaints]
    words = {"heading": _heading(request, complaints), "links": links}
    return marked.with_summary(render_to_string("complaints/summary.html", words, request))


def _heading(request: HttpRequest, complaints: tuple[Complaint, ...]) -> str:
    if getattr(request, _OURS, False):
        return gettext("This did not work")
    if any(request.POST.get(each.field, "").strip() for each in complaints):
        return gettext("Something isn’t right yet")
    return gettext("Something is missing")
