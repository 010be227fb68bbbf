"""A helpline, as pages show it, and a country's.

In: `defaults`, rows of the database. Out: types. Next: `published`, the templates.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext

from repit.hotline.awareness.words import NOTHING, Words

Free = Literal["", "yes", "no"]
First = Literal["minors", "adults", "adults-online", "minors-online"]
FIRST: Final[tuple[First, ...]] = ("minors", "adults", "adults-online", "minors-online")
STALE_DAYS: Final = 92
"""Three months: after that a number must be called again."""


@dataclass(frozen=True, slots=True)
class Helpline:
    """One service. `number` as people read it, `dialled` as a phone dials it (RFC 3966, without `tel:`) where
    that is not simply its digits. `brief`: one line where the pages name it first. `languages`: codes.
    `chat`, `texts`, `mail`: for those who cannot speak aloud: an address, a number for text messages, mail;
    `written`: when someone answers there, where that is not as on the phone."""

    key: str
    place: str
    name: Words
    does: Words = NOTHING
    brief: Words = NOTHING
    hours: Words = NOTHING
    number: str = ""
    dialled: str = ""
    address: str = ""
    chat: str = ""
    texts: str = ""
    mail: str = ""
    written: Words = NOTHING
    languages: tuple[str, ...] = ()
    free: Free = ""
    source: str = ""
    checked_on: date | None = None
    checked_by: str = ""

    @property
    def dials(self) -> str:
        """What a phone dials."""
        return self.dialled or dials(self.number)

    @property
    def texts_to(self) -> str:
        """Where a phone sends text messages."""
        return dials(self.texts)

    @property
    def site(self) -> str:
        """The address as people read it: its host, which also stays legible on paper."""
        return self.address.removeprefix("https://").removeprefix("www.").rstrip("/")

    @property
    def spoken(self) -> str:
        """The languages in which someone answers, in the page's language."""
        return ", ".join(gettext(LANG_INFO[code]["name"]) for code in self.languages)

    def is_stale(self, today: date) -> bool:
        """Whether it must be checked again."""
        return self.checked_on is None or self.checked_on + timedelta(days=STALE_DAYS) < today


@dataclass(frozen=True, slots=True)
class Country:
    """A heading of the page."""

    anchor: str
    name: Words
    helplines: tuple[Helpline, ...]


def dials(number: str) -> str:
    """What a phone dials for a number as people read it."""
    return "".join(sign for sign in number if sign.isdigit() or sign == "+")
