"""Pages of the desk, refusals among them.

In: a template and its words. Out: a response that the staff area leaves as it is. Next: the browser.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def show(request: HttpRequest, template: str, words: dict[str, Any], status: int = 200) -> HttpResponse:
    """One page. With a refusal's status too it keeps what was typed, instead of the staff area's own page."""
    answer = render(request, f"desk/{template}.html", words, status=status)
    answer.is_final = True  # type: ignore[attr-defined]
    return answer
