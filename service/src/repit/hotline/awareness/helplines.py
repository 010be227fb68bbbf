"""People to call, country by country, as data.

In: a directory checked by hand. Out: countries, each with its helplines. Next: the pages show them.

Numbers and hours come from the services' own or official pages as they were published up to November 2026.
They change: a hotline calls each one before it opens its pages, and again every three months
(docs/en/operators.md). Entries known only from third parties are left out.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Call(NamedTuple):
    """A number as people read it, and as a phone dials it (RFC 3966, without `tel:`)."""

    shown: str
    dialled: str


@dataclass(frozen=True)
class Helpline:
    """One service. `address` is a full https address; `number` is None where it is not called by phone."""

    name: Text
    does: Text
    number: Call | None = None
    address: str = ""

    @property
    def site(self) -> str:
        """The address as people read it: its host, which also stays legible on paper."""
        return self.address.removeprefix("https://").removeprefix("www.").rstrip("/")


@dataclass(frozen=True)
class Country:
    anchor: str
    name: Text
    helplines: tuple[Helpline, ...]


E3018 = Helpline(
    name="3018",
    does=_(
        "For children, teenagers and their families: harassment and images online. Free and "
        "confidential, every day from 9 am to 11 pm."
    ),
    number=Call("3018", "3018"),
    address="https://3018.fr/",
)
STOPNCII = Helpline(
    name="StopNCII.org",
    does=_(
        "For adults, about pictures taken when they were adults. Works out codes on your own device; "
        "your pictures are not sent."
    ),
    address="https://stopncii.org/",
)
TAKE_IT_DOWN = Helpline(
    name="Take It Down",
    does=_(
        "For pictures taken before you were 18. Works out codes on your own device; your pictures are "
        "not sent. You can stay anonymous."
    ),
    address="https://takeitdown.ncmec.org/",
)
# What the pages name first, wherever the reader may be.
NEAREST = {"minors": E3018, "adults_online": STOPNCII, "minors_online": TAKE_IT_DOWN}

COUNTRIES = (
    Country(
        "france",
        _("France"),
        (
            E3018,
            Helpline(
                name=_("Police and rescue"),
                does=_("In danger now: call 17 or 112. Cannot speak or hear? Send a text message to 114."),
                number=Call("17", "17"),
            ),
            Helpline(
                name="3114",
                does=_("If you think about suicide, or someone near you does. Free, day and night."),
                number=Call("3114", "3114"),
            ),
            Helpline(
                name="119",
                does=_("For a child in danger. Free, day and night."),
                number=Call("119", "119"),
            ),
            Helpline(
                name="Point de Contact",
                does=_(
                    "For adults: report a page where an intimate image is shown. You only need to give "
                    "the address of the page."
                ),
                address="https://www.pointdecontact.net/",
            ),
            Helpline(
                name="PHAROS",
                does=_("The police service that takes reports of illegal content online."),
                address="https://www.internet-signalement.gouv.fr/",
            ),
        ),
    ),
    Country(
        "belgium",
        _("Belgium"),
        (
            Helpline(
                name=_("Institute for the Equality of Women and Men"),
                does=_("Legal help when an intimate image is shared without consent."),
                address="https://igvm-iefh.belgium.be/",
            ),
            Helpline(
                name="Child Focus",
                does=_("For children, teenagers and their families."),
                address="https://childfocus.be/",
            ),
        ),
    ),
    Country(
        "united-kingdom",
        _("United Kingdom"),
        (
            Helpline(
                name="Revenge Porn Helpline",
                does=_("For adults: advice, and help to have images removed."),
                number=Call("0345 6000 459", "+443456000459"),
                address="https://revengepornhelpline.org.uk/",
            ),
        ),
    ),
    Country(
        "europe",
        _("Elsewhere in Europe"),
        (
            Helpline(
                name="Helpwanted",
                does=_("The Netherlands: help to have images removed. You can stay anonymous."),
                number=Call("020 261 52 75", "+31202615275"),
                address="https://www.helpwanted.nl/",
            ),
            Helpline(
                name="Hotline.ie",
                does=_("Ireland: report an intimate image shared without consent."),
                address="https://www.hotline.ie/",
            ),
            Helpline(
                name=_("AEPD, priority channel"),
                does=_("Spain: the data protection authority can ask for urgent removal."),
                address="https://www.aepd.es/",
            ),
            Helpline(
                name="Garante per la protezione dei dati personali",
                does=_("Italy: the data protection authority decides on intimate images within 48 hours."),
                address="https://www.garanteprivacy.it/",
            ),
        ),
    ),
    Country(
        "world",
        _("Anywhere in the world"),
        (
            STOPNCII,
            TAKE_IT_DOWN,
            Helpline(
                name=_("eSafety Commissioner"),
                does=_("Australia: can order a site to remove an image."),
                address="https://www.esafety.gov.au/",
            ),
            Helpline(
                name="Netsafe",
                does=_("New Zealand: advice and help. Do not send them the image itself."),
                number=Call("0508 638 723", "+64508638723"),
                address="https://netsafe.org.nz/",
            ),
            Helpline(
                name="INHOPE",
                does=_("Finds the hotline of your country for pictures of children."),
                address="https://www.inhope.org/",
            ),
        ),
    ),
)
