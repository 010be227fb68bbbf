"""What the desk calls the fields of the pages, and what it says beside them.

In: the names of fields. Out: words for people. Next: the templates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from repit.hotline.awareness.fields import DAYS, FIELDS, HELPLINE, Field


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a form. `choices`: what may be chosen, where it is not typed. `needed`: whether pages that
    are open to people should not be without."""

    key: str
    label: Promise | str
    hint: Promise | str = ""
    choices: str = ""
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One form; `shows`: the fragment in which a preview is shown."""

    name: Promise
    about: Promise
    asked: tuple[Asked, ...]
    shows: str
    fields: dict[str, Field]


_WEEK: Final = tuple(capfirst(WEEKDAYS[day]) for day in range(7))
SECTIONS: Final[dict[str, Section]] = {
    "contact": Section(
        _("Name and contact"),
        _("What stands at the top of every page, and how people reach you."),
        (
            Asked(
                "name",
                _("Name of the service"),
                _(
                    "Short. It stands in the titles of pages, and so in the history of browsers: take one"
                    " that says nothing to someone who looks over a shoulder."
                ),
            ),
            Asked("phone", _("Phone number"), _("As people read it, such as 01 23 45 67 89.")),
            Asked(
                "mail",
                _("Mail address"),
                _("Mail is not sealed: say so, and point to the messages of a case."),
            ),
            Asked("reach", _("How to reach you"), _("In a few words: what to expect, when an answer comes.")),
            Asked("address", _("Postal address")),
        ),
        "awareness/contact.html",
        FIELDS,
    ),
    "hours": Section(
        _("Opening hours"),
        _("When someone answers. The pages then say whether you are open now."),
        (
            Asked("zone", _("Time zone"), _("On whose clocks these hours are, such as Europe/Paris.")),
            Asked(DAYS[0], _WEEK[0], _("Hours like 09:00-12:00 14:00-18:00; empty for a closed day.")),
            *(Asked(key, day) for key, day in zip(DAYS[1:], _WEEK[1:], strict=True)),
            Asked(
                "closed",
                _("Closed on these days, too"),
                _("One day a line, such as 2026-12-25, or a range such as 2026-12-24..2027-01-02."),
            ),
            Asked(
                "answer",
                _("Usual time to a first answer, in days"),
                _(
                    "Within how many days most people get their first answer, weekends included. The pages"
                    " then say so, and nobody waits without knowing. Empty: they say nothing."
                ),
                needed=True,
            ),
            Asked("hours.note", _("A remark"), _("For example whom to call at other hours.")),
        ),
        "awareness/contact.html",
        FIELDS,
    ),
    "legal": Section(
        _("Legal notice"),
        _("Who answers for the pages. In France article 1-1 of the LCEN asks for it."),
        (
            Asked(
                "legal.operator",
                _("Who runs this service"),
                _("Name and legal form, as people may look it up."),
                needed=True,
            ),
            Asked("legal.seat", _("Address"), _("The registered office, with a phone number."), needed=True),
            Asked(
                "legal.number",
                _("Registration"),
                _("The number under which you are registered: in France RNA or SIREN."),
                needed=True,
            ),
            Asked(
                "legal.director",
                _("Director of publication"),
                _("In France, the name of whoever answers for what these pages say."),
                needed=True,
            ),
            Asked(
                "legal.host", _("Who hosts it"), _("Name, address and phone number of the host."), needed=True
            ),
            Asked("legal.more", _("More"), _("Anything else that the law of your country asks for.")),
        ),
        "awareness/legal.html",
        FIELDS,
    ),
    "data": Section(
        _("People’s data"),
        _("Who is responsible for it, and what people may ask. Article 13 of the GDPR asks for it."),
        (
            Asked(
                "legal.controller",
                _("Who is responsible"),
                _("The controller: name, and how to reach it."),
                needed=True,
            ),
            Asked(
                "legal.dpo",
                _("Data protection officer"),
                _("How to reach the officer, or who answers such questions where there is none."),
                needed=True,
            ),
            Asked(
                "legal.ground",
                _("Why we may, and for how long"),
                _(
                    "The legal ground, and how long data is kept. What is kept stands on the page “What we"
                    " keep”; say here what you do besides."
                ),
                needed=True,
            ),
            Asked(
                "legal.rights",
                _("Your rights"),
                _("Access, correction, erasure, objection: which there are, and how to use them."),
                needed=True,
            ),
            Asked(
                "legal.authority",
                _("Where to complain"),
                _("The supervisory authority: in France the CNIL, in the United Kingdom the ICO."),
                needed=True,
            ),
            Asked("legal.privacy", _("More about your data")),
        ),
        "awareness/legal.html",
        FIELDS,
    ),
    "accessibility": Section(
        _("Accessibility statement"),
        _(
            "In the form that France asks for (order of 20 September 2019, RGAA 4). What was tested in the"
            " software is on the page already; say here what you had audited, and how to reach you."
        ),
        (
            Asked(
                "access.audit",
                _("What an audit found"),
                _("Without an audit that is still valid, the law calls a site “not compliant”."),
                "audits",
            ),
            Asked(
                "access.result",
                _("The audit"),
                _("Who made it, when, against which version, and how many of the criteria are met."),
            ),
            Asked(
                "access.gaps",
                _("What is not accessible"),
                _("What the audit found, or people told you, with a way round it."),
            ),
            Asked(
                "access.plan", _("What you plan"), _("Links to your multi-year scheme and this year’s plan.")
            ),
            Asked(
                "access.contact",
                _("Whom to tell"),
                _("How someone who is stopped by a page reaches you. Empty: the ways on “Who we are”."),
            ),
            Asked(
                "access.recourse",
                _("Where to complain"),
                _("If your country is neither France nor the United Kingdom: who looks after it there."),
            ),
            Asked(
                "access.on", _("Drawn up on"), _("The day on which you last went through it."), needed=True
            ),
        ),
        "awareness/accessibility.html",
        FIELDS,
    ),
    "first": Section(
        _("Named first"),
        _("Which country stands first, and whom the pages name before anyone else."),
        (
            Asked("first.place", _("The country that stands first"), choices="places"),
            Asked(
                "first.minors",
                _("For people under 18"),
                _(
                    "Stands on the first page, with its number. Choose whom a child of your country should"
                    " call."
                ),
                "helplines",
            ),
            Asked(
                "first.adults",
                _("For adults"),
                _("Stands where someone is threatened, with its number."),
                "helplines",
            ),
            Asked("first.adults-online", _("For adults, on their own device"), choices="helplines"),
            Asked("first.minors-online", _("For people under 18, on their own device"), choices="helplines"),
        ),
        "",
        FIELDS,
    ),
}
HELPLINE_FORM: Final = Section(
    _("Helpline"),
    _("Call before you save: saving says that you checked it today."),
    (
        Asked("place", _("Country"), choices="all places"),
        Asked("name", _("Name")),
        Asked("does", _("Whom it helps, and how")),
        Asked("number", _("Phone number"), _("As people read it.")),
        Asked(
            "dialled",
            _("As dialled from abroad"),
            _("With + and the country’s code; empty for short numbers."),
        ),
        Asked("address", _("Web address")),
        Asked("hours", _("Hours"), _("In words, such as: every day from 9 am to 11 pm.")),
        Asked("chat", _("Chat"), _("The web address on which people write with someone.")),
        Asked("texts", _("Text messages"), _("The number that takes them.")),
        Asked("mail", _("Mail address")),
        Asked(
            "written",
            _("Hours in writing"),
            _("When someone answers the chat or the messages, if not as on the phone."),
        ),
        Asked("languages", _("Languages"), _("Codes, such as fr, en, ar.")),
        Asked("free", _("Free of charge"), choices="free"),
        Asked("brief", _("In one line"), _("Stands beside the number where the pages name it first.")),
        Asked("source", _("Source"), _("Where you read number and hours: the service’s own page.")),
    ),
    "awareness/helpline.html",
    HELPLINE,
)
ORIGINS: Final = {
    "shipped": _("Comes with Répit"),
    "changed": _("Changed here"),
    "added": _("Added here"),
}
AUDITS: Final = {
    "": _("there was none"),
    "partial": _("partly compliant: half of the criteria or more are met"),
    "full": _("fully compliant: every criterion is met"),
}
FREE: Final = {"": _("not known"), "yes": _("yes"), "no": _("no")}
ACTS: Final = {
    "up": _("moved up"),
    "down": _("moved down"),
    "hide": _("hidden"),
    "show": _("shown"),
    "checked": _("checked"),
    "reset": _("taken back"),
}


def subject(noted: str, names: Mapping[str, str]) -> str:
    """What was changed, as the forms call it: `hours.0`, `name (fr)`, `3018 number`, `3018`."""
    key, _space, language = noted.partition(" (")
    *helpline, field = key.split(" ")
    sections = tuple(each for form in SECTIONS.values() for each in form.asked)
    asked = HELPLINE_FORM.asked if helpline else sections
    label = next((str(each.label) for each in asked if each.key == field), names.get(field, field))
    parts = [*(names.get(part, part) for part in helpline), label]
    return ": ".join(parts) + (f" ({language}" if language else "")
