"""Pages of general advice: what Répit is, first steps, who can help, what is kept.

In: a request that says nothing about the person. Out: a page in French or English, the same for everyone
but for its way out, which ends what a cookie opens. Next: the browser; nothing of the visit is written
anywhere.
"""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, get_language_from_request, override

from repit.hotline.awareness import published
from repit.hotline.bank.erasing import forgotten_days
from repit.hotline.web.case_pages.cookies import token_of

# Someone looking for help must be able to find these pages; a copy kept by a search engine helps nobody.
LISTED = "noarchive"
LANGUAGES = {"fr": "Français", "en": "English"}


def to_language(request: HttpRequest) -> HttpResponse:
    """Send `/` to the visitor's language, the first of French and English that the browser asks for, and
    `/fr` and `/en` to the page whose last sign was forgotten."""
    asked = request.path_info.strip("/")
    with override(asked if asked in LANGUAGES else get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("case_pages:home"))
    patch_vary_headers(response, ("Accept-Language",))
    return response


def robots(_request: HttpRequest) -> HttpResponse:
    """Allow all: what is not to be listed says so itself (X-Robots-Tag), and no path is given away here."""
    return HttpResponse("User-agent: *\nDisallow:\n", content_type="text/plain; charset=utf-8")


def information(
    request: HttpRequest, template: str, values: Mapping[str, object] | None = None
) -> HttpResponse:
    """One page of advice, with a link to the same page in the other language."""
    other = next(code for code in LANGUAGES if code != get_language())
    context = {
        "other_language": {
            "code": other,
            "name": LANGUAGES[other],
            "address": translate_url(request.path, other),
        },
        "nearest": published.current().nearest,
        "has_cookie": bool(token_of(request)),
        "forgotten_days": forgotten_days(),
        **(values or {}),
    }
    response = render(request, f"case_pages/{template}.html", context)
    response.headers["X-Robots-Tag"] = LISTED
    return response
