"""What the pages say, put together from what ships with the code and what was said otherwise here.

In: texts by field and language, rows of helplines. Out: `Published`, `Entry`. Next: `published` keeps it for
the pages, `editing` and the desk look at it before it is saved.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from repit.foundation.clock import now
from repit.hotline.awareness import fields
from repit.hotline.awareness.defaults import BY_KEY, HELPLINES, NAMED_FIRST
from repit.hotline.awareness.fields import Cleaned
from repit.hotline.awareness.helplines import FIRST, Country, First, Free, Helpline, dials
from repit.hotline.awareness.hours import Hours, Now, closed_of, day_of
from repit.hotline.awareness.models import HelplineRow
from repit.hotline.awareness.places import PLACES
from repit.hotline.awareness.words import Words

Texts = Mapping[Cleaned, str]
Origin = Literal["shipped", "changed", "added"]
NAME: Final = Words("Répit", "Répit")
STEP: Final = 10
_FREE: Final[dict[str, Free]] = {"": "", "yes": "yes", "no": "no"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A helpline as the desk sees it, shown or not."""

    helpline: Helpline
    origin: Origin
    hidden: bool
    position: int
    first_for: tuple[First, ...] = ()

    @property
    def is_stale(self) -> bool:
        """Whether it must be called again."""
        return not self.hidden and self.helpline.is_stale(now().date())


@dataclass(frozen=True, slots=True)
class Accessibility:
    """What the operator says in the statement on accessibility. `audit`: what an audit found, "partial" or
    "full" conformity; nothing where there was none."""

    audit: str
    stated_on: date | None
    result: Words
    gaps: Words
    plan: Words
    contact: Words
    recourse: Words


@dataclass(frozen=True, slots=True)
class Published:
    """Everything that pages say of this hotline and of others who help."""

    revision: int
    name: Words
    phone: str
    mail: str
    address: Words
    reach: Words
    hours: Hours | None
    hours_note: Words
    first_answer: int | None
    """Within how many days most people get their first answer; None where the operator has not said."""
    legal: Mapping[str, Words]
    access: Accessibility
    countries: tuple[Country, ...]
    nearest: Mapping[str, Helpline]

    @property
    def now_open(self) -> Now | None:
        """Whether the hotline is open at this moment; None where no hours are known."""
        return None if self.hours is None else self.hours.at(now())

    @property
    def is_reachable(self) -> bool:
        """Whether there is a way to speak with this hotline beside its pages."""
        return bool(self.phone or self.mail or self.address or self.reach)

    @property
    def dials(self) -> str:
        """What a phone dials."""
        return dials(self.phone)

    @property
    def name_language(self) -> str:
        """The language of the name where it is not the page's: Répit is French wherever it stands."""
        return self.name.here.foreign or ("" if self.is_renamed else "fr")

    @property
    def says_whose_data(self) -> bool:
        """Whether anything is said of who is responsible for people's data."""
        return any(self.legal[key.removeprefix("legal.")] for key in fields.DATA)

    @property
    def is_renamed(self) -> bool:
        """Whether it has a name of its own."""
        return self.name != NAME

    @property
    def says_who(self) -> bool:
        """Whether there is anything on the page that says who this is."""
        return (
            self.is_reachable
            or self.hours is not None
            or self.first_answer is not None
            or any(self.legal.values())
        )


def composed(revision: int, texts: Texts, rows: Iterable[HelplineRow]) -> Published:
    """What the pages say."""
    found = entries(texts, rows)
    return Published(
        revision=revision,
        name=words(texts, "name") or NAME,
        phone=texts.get(("phone", ""), ""),
        mail=texts.get(("mail", ""), ""),
        address=words(texts, "address"),
        reach=words(texts, "reach"),
        hours=_hours(texts),
        hours_note=words(texts, "hours.note"),
        first_answer=int(texts["answer", ""]) if ("answer", "") in texts else None,
        legal={key.removeprefix("legal."): words(texts, key) for key in fields.LEGAL},
        access=_accessibility(texts),
        countries=_countries(texts, found),
        nearest={role.replace("-", "_"): _first(texts, found, role) for role in FIRST},
    )


def _accessibility(texts: Texts) -> Accessibility:
    stated_on = texts.get(("access.on", ""), "")
    return Accessibility(
        texts.get(("access.audit", ""), ""),
        date.fromisoformat(stated_on) if stated_on else None,
        *(words(texts, key) for key in fields.ACCESS),
    )


def words(texts: Texts, key: str) -> Words:
    """One field in both languages."""
    return Words(texts.get((key, "en"), ""), texts.get((key, "fr"), ""))


def entries(texts: Texts, rows: Iterable[HelplineRow]) -> list[Entry]:
    """Every helpline, hidden ones too, in the order of the page."""
    by_key = {row.key: row for row in rows}
    shipped: dict[str, int] = {}
    found = []
    for helpline in HELPLINES:
        at = shipped[helpline.place] = shipped.get(helpline.place, 0) + STEP
        row = by_key.pop(helpline.key, None)
        found.append(_entry(helpline, row, at))
    # What shipped with an older version and was left as it was went with it.
    found += [_entry(None, row, 0) for row in by_key.values() if row.own]
    order = _order(texts)
    found.sort(
        key=lambda entry: (order.index(entry.helpline.place), entry.position, entry.helpline.key),
    )
    named = {_first_key(texts, found, role): role for role in FIRST}
    roles: dict[str, list[First]] = {}
    for key, role in named.items():
        roles.setdefault(key, []).append(role)
    return [replace(entry, first_for=tuple(roles.get(entry.helpline.key, ()))) for entry in found]


def helpline_of(texts: Texts, key: str, checked_on: date | None = None, checked_by: str = "") -> Helpline:
    """A helpline from its fields, as typed or as kept."""
    return Helpline(
        key=key,
        place=texts.get(("place", ""), "") or "world",
        name=words(texts, "name"),
        does=words(texts, "does"),
        brief=words(texts, "brief"),
        hours=words(texts, "hours"),
        number=texts.get(("number", ""), ""),
        dialled=texts.get(("dialled", ""), ""),
        address=texts.get(("address", ""), ""),
        chat=texts.get(("chat", ""), ""),
        texts=texts.get(("texts", ""), ""),
        mail=texts.get(("mail", ""), ""),
        written=words(texts, "written"),
        languages=tuple(code for code in texts.get(("languages", ""), "").split(",") if code),
        free=_FREE.get(texts.get(("free", ""), ""), ""),
        source=texts.get(("source", ""), ""),
        checked_on=checked_on,
        checked_by=checked_by,
    )


def texts_of(helpline: Helpline) -> dict[Cleaned, str]:
    """Its fields, as they are typed."""
    found: dict[Cleaned, str] = {}
    for key, language in fields.places_of(fields.HELPLINE):
        value = getattr(helpline, key)
        if key == "languages":
            found[key, language] = ",".join(value)
        else:
            found[key, language] = getattr(value, language) if language else value
    return found


def row_texts(row: HelplineRow) -> dict[Cleaned, str]:
    """The fields of a row."""
    return {
        (key, language): getattr(row, f"{key}_{language}" if language else key)
        for key, language in fields.places_of(fields.HELPLINE)
    }


def _entry(shipped: Helpline | None, row: HelplineRow | None, at: int) -> Entry:
    helpline, origin = shipped, "shipped" if shipped else "added"
    if row is not None and row.own:
        helpline = helpline_of(row_texts(row), row.key, row.checked_on, row.checked_by)
        origin = "changed" if shipped else "added"
    elif row is not None and shipped is not None and row.checked_on:
        helpline = _checked(shipped, row.checked_on, row.checked_by)
    return Entry(
        helpline or helpline_of({}, ""),
        "shipped" if origin == "shipped" else "changed" if origin == "changed" else "added",
        hidden=row is not None and row.hidden,
        position=at if row is None or row.position is None else row.position,
    )


def _checked(shipped: Helpline, on: date, by: str) -> Helpline:
    """Whoever looked last: a newer version brings a newer look with it."""
    if shipped.checked_on is not None and shipped.checked_on >= on:
        return shipped
    return replace(shipped, checked_on=on, checked_by=by)


def _order(texts: Texts) -> list[str]:
    first = texts.get(("first.place", ""), "")
    return [*([first] if first in PLACES else []), *(place for place in PLACES if place != first)]


def _countries(texts: Texts, found: Iterable[Entry]) -> tuple[Country, ...]:
    grouped: dict[str, list[Helpline]] = {place: [] for place in _order(texts)}
    for entry in found:
        if not entry.hidden:
            grouped[entry.helpline.place].append(entry.helpline)
    return tuple(Country(place, PLACES[place], tuple(lines)) for place, lines in grouped.items() if lines)


def _first_key(texts: Texts, found: Iterable[Entry], role: First) -> str:
    shown = {entry.helpline.key for entry in found if not entry.hidden}
    chosen = texts.get((f"first.{role}", ""), "")
    return chosen if chosen in shown else NAMED_FIRST[role]


def _first(texts: Texts, found: list[Entry], role: First) -> Helpline:
    key = _first_key(texts, found, role)
    return next((entry.helpline for entry in found if entry.helpline.key == key), BY_KEY[NAMED_FIRST[role]])


def _hours(texts: Texts) -> Hours | None:
    zone = texts.get(("zone", ""), "")
    week = tuple(day_of(texts.get((day, ""), "")) for day in fields.DAYS)
    if not zone or not any(week):
        return None
    return Hours(zone, week, closed_of(texts.get(("closed", ""), "")))
