"""Pages as they are shown: template, language switch, what a page's forms need.

In: a template's name and its values. Out: a response that is not listed anywhere. Next: the browser.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import translate_url
from django.utils.translation import get_language

from repit.foundation.kept import marks
from repit.foundation.web.complaints import Complaint, complain
from repit.hotline.awareness import published
from repit.hotline.cases.sessions import OpenSession
from repit.hotline.web.case_pages.cookies import session_of, token_of

LANGUAGES: Final = {"fr": "Français", "en": "English"}


def language() -> str:
    """`fr` or `en`."""
    return "fr" if (get_language() or "").startswith("fr") else "en"


def show(
    request: HttpRequest,
    template: str,
    values: dict[str, Any] | None = None,
    *,
    session: OpenSession | None = None,
    status: int = 200,
    complaints: Sequence[Complaint] = (),
) -> HttpResponse:
    """One page. Complaints stand at its top and beside their fields; forms of a session carry a mark."""
    complain(request, *complaints)
    context: dict[str, Any] = {
        "nearest": published.current().nearest,
        "complaint": bool(complaints),
        "has_cookie": bool(token_of(request)),
        **(values or {}),
    }
    if session is not None:
        context["form_token"] = marks.made(session_of(request), session.whose)
        context["by"] = session.file.holder.kind
    if request.method == "GET":
        context["other_language"] = other_language(request)
    refusal = context.get("refusal")
    if refusal is not None:
        context["refusal_message"], context["refusal_next_step"] = refusal.shown(language())
    return render(request, f"case_pages/{template}.html", context, status=status)


def other_language(request: HttpRequest) -> dict[str, str]:
    """The same page in the other language."""
    other = next(code for code in LANGUAGES if code != language())
    return {"code": other, "name": LANGUAGES[other], "address": translate_url(request.path, other)}
