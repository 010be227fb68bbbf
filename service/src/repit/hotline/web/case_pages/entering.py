"""A number and words as a person enters them: read, checked by what anyone may know, shown again.

In: a form with `_code_fields.html`. Out: what was typed; the same page again, with what is amiss, about
which field, and all that was typed in its place. Next: `codes`, `lost`.

The words come back too. The page is the answer to whoever just typed them, it is never stored, and seven
right words should not have to be typed again for the sake of one.
"""

from typing import Any, Final, NamedTuple

from django.http import HttpRequest, HttpResponse

from repit.foundation.errors import Text
from repit.foundation.web.complaints import about
from repit.hotline.cases import misspelt
from repit.hotline.web.case_pages.showing import show

SECOND: Final = "second_"
_LONGEST_NUMBER, _LONGEST_WORDS = 60, 300


class Entered(NamedTuple):
    """A number and what was typed beside it, words or characters."""

    number: str
    words: str


class Amiss(NamedTuple):
    """`field`: the name of the field that it is about."""

    field: str
    text: Text


def entered(request: HttpRequest, prefix: str = "") -> Entered:
    """What stands in the form, cut where no code is that long."""
    return Entered(
        request.POST.get(f"{prefix}number", "")[:_LONGEST_NUMBER],
        request.POST.get(f"{prefix}words", "")[:_LONGEST_WORDS],
    )


def amiss(code: Entered, prefix: str = "") -> list[Amiss]:
    """What cannot be right, whatever cases there are."""
    number = misspelt.number(code.number)
    found = [Amiss(f"{prefix}number", number)] if number else []
    return found + [Amiss(f"{prefix}words", text) for text in misspelt.secret(code.words)]


def again(request: HttpRequest, template: str, values: dict[str, Any], found: list[Amiss]) -> HttpResponse:
    """The page once more, with what was typed."""
    first, second = entered(request), entered(request, SECOND)
    typed = {"number": first.number, "words": first.words}
    typed |= {"second_number": second.number, "second_words": second.words}
    by_field: dict[str, list[str]] = {}
    for each in found:
        by_field.setdefault(each.field, []).append(about("", each.text).text)
    complaints = [about(field, " ".join(texts)) for field, texts in by_field.items()]
    return show(request, template, typed | values, complaints=complaints, status=400)
