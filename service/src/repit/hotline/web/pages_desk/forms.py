"""A form of the pages' desk: its fields side by side in both languages, and what is said of each.

In: a section, what stands in it. Out: rows for the template; what was typed. Next: the views.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise

from repit.hotline.awareness import fields, published
from repit.hotline.awareness.fields import Cleaned
from repit.hotline.awareness.places import PLACES
from repit.hotline.web.pages_desk.words import AUDITS, FREE, Asked, Section

_LANGUAGE_NAMES: Final = {"fr": "Français", "en": "English", "": ""}
_SHORT: Final = 120


@dataclass(frozen=True, slots=True)
class Box:
    """One box to type in, or to choose from."""

    name: str
    language: str
    language_name: str
    value: str
    long: bool
    most: int
    missing: bool
    choices: list[tuple[str, str]] | None


@dataclass(frozen=True, slots=True)
class Row:
    """A field with its boxes."""

    asked: Asked
    boxes: list[Box]


def typed(request: HttpRequest, section: Section) -> dict[Cleaned, str]:
    """What stands in the form; a field that it lacks is as if empty."""
    return {place: request.POST.get(name_of(place), "") for place in places(section)}


def waiting(kept: QueryDict, section: Section) -> dict[Cleaned, str]:
    """What was typed before the sign-in had ended."""
    return {place: str(kept[name]) for place in places(section) if (name := name_of(place)) in kept}


def places(section: Section) -> list[Cleaned]:
    """Every box of a form."""
    wanted = {asked.key: section.fields[asked.key] for asked in section.asked}
    return fields.places_of(wanted)


def rows(section: Section, values: Mapping[Cleaned, str], language: str) -> list[Row]:
    """The form as it is shown, French first where the desk speaks French."""
    return [Row(asked, _boxes(section, asked, values, language)) for asked in section.asked]


def name_of(place: Cleaned) -> str:
    """A box's name."""
    return f"{place[0]}_{place[1]}" if place[1] else place[0]


def seen(request: HttpRequest) -> int | None:
    """The revision that someone had before them as they began to write."""
    raw = request.POST.get("revision", "")
    return int(raw) if raw.isdecimal() and len(raw) < 19 else None


def _boxes(section: Section, asked: Asked, values: Mapping[Cleaned, str], language: str) -> list[Box]:
    field = section.fields[asked.key]
    order = ("fr", "en") if language.startswith("fr") else ("en", "fr")
    languages = order if field.both else ("",)
    filled = {each: bool(values.get((asked.key, each), "").strip()) for each in languages}
    return [
        Box(
            name=name_of((asked.key, each)),
            language=each,
            language_name=_LANGUAGE_NAMES[each],
            value=values.get((asked.key, each), ""),
            long=field.lines or (field.most > _SHORT and field.both),
            most=field.most,
            missing=field.both and any(filled.values()) and not filled[each],
            choices=_choices(asked.choices) if asked.choices else None,
        )
        for each in languages
    ]


def _choices(what: str) -> list[tuple[str, str]]:
    found: list[tuple[str, Any]]
    if what == "free":
        found = list(FREE.items())
    elif what == "audits":
        found = list(AUDITS.items())
    elif what == "helplines":
        shown = [entry.helpline for entry in published.listed() if not entry.hidden]
        found = [("", "–"), *((each.key, each.name.here.text) for each in shown)]
    else:
        blank: list[tuple[str, str | Promise]] = [] if what == "all places" else [("", "–")]
        found = [*blank, *((key, name.here.text) for key, name in PLACES.items())]
    return [(key, str(name)) for key, name in found]
