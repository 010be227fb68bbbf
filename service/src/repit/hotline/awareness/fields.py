"""What can be said on the pages, field by field: how it is written, how long, in one language or two. Pure.

In: what someone typed, or wrote into a file. Out: the same, cleaned; or what is wrong with each field. Next:
`editing`, `published`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from django.conf.locale import LANG_INFO

from repit.foundation.errors import InputRefused, Text
from repit.hotline.awareness import hours
from repit.hotline.awareness.places import PLACES

_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,6}")
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ().\-/]{0,28}")
_DIALLED: Final = re.compile(r"\+?[0-9*#]{1,19}")
_KEY: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+){0,8}")

MOST_DAYS: Final = 60
"""Whoever takes longer to answer for the first time says so in words (`hours.note`)."""

_SELF_EVIDENT: Final = Text("", "")

Cleaned = tuple[str, str]
"""A field's key; its language, or none."""


class FieldsRefused(InputRefused):
    """`wrong`: each field that cannot be taken, and why."""

    code = "fields-refused"
    message = Text("A field cannot be taken as it is.", "Un champ ne peut pas être pris tel quel.")
    next_step = Text("Correct it; nothing is saved yet.", "Corrigez-le ; rien n’est encore enregistré.")

    def __init__(self, wrong: Mapping[Cleaned, Text] = MappingProxyType({})) -> None:
        self.wrong = wrong
        stated = [
            (f"{key} ({language})" if language else key, text) for (key, language), text in wrong.items()
        ]
        super().__init__(
            Text(
                " ".join(f"{name}: {text.en}" for name, text in stated),
                " ".join(f"{name} : {text.fr}" for name, text in stated),
            )
            if stated
            else None
        )


@dataclass(frozen=True, slots=True)
class Field:
    """`most`: characters; `lines`: whether it may have several; `both`: whether each language has its own;
    `clean`: the text as it is kept, or `ValueError`; `form`: what is said then."""

    most: int
    both: bool = True
    lines: bool = False
    clean: Callable[[str], str] = str
    form: Text = _SELF_EVIDENT

    def taken(self, raw: str) -> str:
        """What is kept. Raises `InputRefused`."""
        text = _CONTROL.sub("", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not self.lines:
            text = " ".join(text.split())
        if len(text) > self.most:
            raise InputRefused(
                Text(f"At most {self.most} characters.", f"{self.most} caractères au plus."), Text("", "")
            )
        try:
            return self.clean(text) if text else ""
        except ValueError:
            raise InputRefused(self.form, Text("", "")) from None


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str]:
    def clean(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError
        return text

    return clean


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(text: str) -> str:
    if text not in _zones():
        raise ValueError
    return ZoneInfo(text).key


def _web(text: str) -> str:
    parts = urlsplit(text)
    host = parts.hostname or ""
    if parts.scheme != "https" or "." not in host or parts.username or re.search(r'[\s"<>\\]', text):
        raise ValueError
    return text


def _languages(text: str) -> str:
    codes = [code for code in re.split(r"[\s,;]+", text.lower()) if code]
    if any("name" not in LANG_INFO.get(code, {}) for code in codes):
        raise ValueError
    return ",".join(dict.fromkeys(codes))


def _days(text: str) -> str:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_DAYS:
        raise ValueError
    return str(int(text))


def _known(*choices: str) -> Callable[[str], str]:
    def clean(text: str) -> str:
        if text not in choices:
            raise ValueError
        return text

    return clean


_PHONE: Final = Text(
    "A phone number, in digits and spaces.", "Un numéro de téléphone, en chiffres et espaces."
)
_MAIL_ADDRESS: Final = Text("A mail address.", "Une adresse électronique.")
_ADDRESS: Final = Text("An address that begins with https://.", "Une adresse qui commence par https://.")
_HOURS: Final = Text(
    "Write hours like 09:00-12:00 14:00-18:00; nothing for a closed day.",
    "Écrivez par exemple 09:00-12:00 14:00-18:00 ; rien pour un jour fermé.",
)
_DAY: Final = Field(
    100, both=False, clean=lambda text: " ".join(str(span) for span in hours.day_of(text)), form=_HOURS
)
DAYS: Final = tuple(f"hours.{day}" for day in range(7))
NOTICE: Final = ("legal.operator", "legal.seat", "legal.number", "legal.director", "legal.host", "legal.more")
DATA: Final = (
    "legal.controller",
    "legal.dpo",
    "legal.ground",
    "legal.rights",
    "legal.authority",
    "legal.privacy",
)
LEGAL: Final = (*NOTICE, *DATA)
ACCESS: Final = ("access.result", "access.gaps", "access.plan", "access.contact", "access.recourse")
AUDITS: Final = ("partial", "full")
"""What an audit found; where there was none, nothing is chosen, and the pages say that there was none."""
FIELDS: Final[dict[str, Field]] = {
    "name": Field(30),
    "phone": Field(30, both=False, clean=_matching(_NUMBER), form=_PHONE),
    "mail": Field(120, both=False, clean=_matching(_MAIL), form=_MAIL_ADDRESS),
    "address": Field(300, lines=True),
    "reach": Field(600, lines=True),
    "zone": Field(
        40,
        both=False,
        clean=_zone,
        form=Text("A time zone such as Europe/Paris.", "Un fuseau horaire comme Europe/Paris."),
    ),
    **dict.fromkeys(DAYS, _DAY),
    "closed": Field(
        2000,
        both=False,
        lines=True,
        clean=lambda text: "\n".join(str(each) for each in hours.closed_of(text)),
        form=Text(
            "One day a line, like 2026-12-25, or a range like 2026-12-24..2027-01-02.",
            "Un jour par ligne, comme 2026-12-25, ou une période comme 2026-12-24..2027-01-02.",
        ),
    ),
    "hours.note": Field(300, lines=True),
    "answer": Field(
        3,
        both=False,
        clean=_days,
        form=Text(
            f"A whole number of days, from 1 to {MOST_DAYS}.",
            f"Un nombre entier de jours, de 1 à {MOST_DAYS}.",
        ),
    ),
    **dict.fromkeys(LEGAL, Field(4000, lines=True)),
    **dict.fromkeys(ACCESS, Field(4000, lines=True)),
    "access.audit": Field(
        7, both=False, clean=_known(*AUDITS), form=Text("One of the answers.", "Une des réponses.")
    ),
    "access.on": Field(
        10,
        both=False,
        clean=lambda text: date.fromisoformat(text).isoformat(),
        form=Text("A day such as 2026-11-30.", "Un jour, comme 2026-11-30."),
    ),
    "first.place": Field(
        30, both=False, clean=_known(*PLACES), form=Text("One of the countries.", "Un des pays.")
    ),
    "first.minors": Field(40, both=False, clean=_matching(_KEY), form=Text("A helpline.", "Un service.")),
    "first.adults": Field(40, both=False, clean=_matching(_KEY), form=Text("A helpline.", "Un service.")),
    "first.adults-online": Field(
        40, both=False, clean=_matching(_KEY), form=Text("A helpline.", "Un service.")
    ),
    "first.minors-online": Field(
        40, both=False, clean=_matching(_KEY), form=Text("A helpline.", "Un service.")
    ),
}
HELPLINE: Final[dict[str, Field]] = {
    "place": Field(30, both=False, clean=_known(*PLACES), form=Text("One of the countries.", "Un des pays.")),
    "name": Field(80),
    "does": Field(300),
    "brief": Field(120),
    "hours": Field(120),
    "number": Field(30, both=False, clean=_matching(_NUMBER), form=_PHONE),
    "dialled": Field(
        20,
        both=False,
        clean=_matching(_DIALLED),
        form=Text("Digits, with + and the country’s code.", "Des chiffres, avec + et l’indicatif du pays."),
    ),
    "address": Field(200, both=False, clean=_web, form=_ADDRESS),
    "chat": Field(200, both=False, clean=_web, form=_ADDRESS),
    "texts": Field(30, both=False, clean=_matching(_NUMBER), form=_PHONE),
    "mail": Field(120, both=False, clean=_matching(_MAIL), form=_MAIL_ADDRESS),
    "written": Field(120),
    "languages": Field(
        60,
        both=False,
        clean=_languages,
        form=Text("Codes of languages, such as fr, en.", "Des codes de langues, comme fr, en."),
    ),
    "free": Field(3, both=False, clean=_known("yes", "no"), form=Text("Yes or no.", "Oui ou non.")),
    "source": Field(200, both=False, clean=_web, form=_ADDRESS),
}


def places_of(fields: Mapping[str, Field]) -> list[Cleaned]:
    """Every field, in each language where it has its own."""
    return [
        (key, language)
        for key, field in fields.items()
        for language in (("en", "fr") if field.both else ("",))
    ]


def clean(fields: Mapping[str, Field], raw: Mapping[Cleaned, str]) -> dict[Cleaned, str]:
    """Each of these fields as it is kept. Raises `FieldsRefused`."""
    kept: dict[Cleaned, str] = {}
    wrong: dict[Cleaned, Text] = {}
    for (key, language), text in raw.items():
        try:
            kept[key, language] = fields[key].taken(text)
        except InputRefused as refused:
            wrong[key, language] = refused.message
    if wrong:
        raise FieldsRefused(wrong)
    return kept
