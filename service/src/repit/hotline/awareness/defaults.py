"""The helplines that ship with the code: an installation has them until it changes them, and newer ones with
a newer version.

In: a directory checked by hand. Out: `HELPLINES`, in the order of the page; `FIRST`: which of them the pages
name first. Next: `published`, `editing`.

Numbers and hours come from the services' own or official pages as they were published up to the day that
stands with each (`CHECKED` where none does); the pages show it. They
change: a hotline calls each one before it opens its pages, and again every three months (docs/en/desk.md).
Entries known only from third parties are left out.
"""

from datetime import date
from typing import Final

from repit.hotline.awareness.helplines import First, Helpline
from repit.hotline.awareness.words import NOTHING, Words

CHECKED: Final = date(2026, 11, 1)
_NOVEMBER_29: Final = date(2026, 11, 29)
WE: Final = "Répit"


def _shipped(
    key: str,
    place: str,
    name: str | Words,
    does: Words,
    source: str,
    *,
    number: str = "",
    dialled: str = "",
    address: str = "",
    chat: str = "",
    texts: str = "",
    mail: str = "",
    written: Words = NOTHING,
    hours: Words = NOTHING,
    languages: tuple[str, ...] = (),
    free: bool = False,
    brief: Words = NOTHING,
    checked: date = CHECKED,
) -> Helpline:
    return Helpline(
        key=key,
        place=place,
        name=Words(name, name) if isinstance(name, str) else name,
        does=does,
        brief=brief,
        hours=hours,
        number=number,
        dialled=dialled,
        address=address,
        chat=chat,
        texts=texts,
        mail=mail,
        written=written,
        languages=languages,
        free="yes" if free else "",
        source=source,
        checked_on=checked,
        checked_by=WE,
    )


_ALWAYS: Final = Words("day and night", "jour et nuit")
HELPLINES: Final[tuple[Helpline, ...]] = (
    _shipped(
        "3018",
        "france",
        "3018",
        Words(
            "For children, teenagers and their families: harassment and images online. Confidential.",
            "Pour les enfants, les adolescents et leur famille\u00a0: harcèlement et images en ligne."
            " Confidentiel.",
        ),
        "https://3018.fr/",
        number="3018",
        address="https://3018.fr/",
        chat="https://3018.fr/",
        checked=_NOVEMBER_29,
        hours=Words("every day from 9 am to 11 pm", "tous les jours de 9\u00a0h à 23\u00a0h"),
        free=True,
        brief=Words(
            "in France: free, confidential, every day from 9 am to 11 pm",
            "en France\u00a0: gratuit, confidentiel, tous les jours de 9\u00a0h à 23\u00a0h",
        ),
    ),
    _shipped(
        "116-006",
        "france",
        "116 006",
        Words(
            "For adults, whatever happened: someone listens, explains your rights and finds help near you.",
            "Pour les adultes, quoi qu’il soit arrivé\u00a0: on vous écoute, on vous explique vos droits, on"
            " vous oriente près de chez vous.",
        ),
        "https://www.france-victimes.fr/",
        number="116 006",
        address="https://www.france-victimes.fr/",
        mail="victimes@france-victimes.fr",
        checked=_NOVEMBER_29,
        hours=Words("every day from 9 am to 8 pm", "tous les jours de 9\u00a0h à 20\u00a0h"),
        free=True,
        brief=Words(
            "in France: free, every day from 9 am to 8 pm",
            "en France\u00a0: gratuit, tous les jours de 9\u00a0h à 20\u00a0h",
        ),
    ),
    _shipped(
        "3919",
        "france",
        "3919",
        Words(
            "For women, and those around them: violence of every kind, by a partner, an ex or anyone else."
            " Anonymous.",
            "Pour les femmes et leur entourage\u00a0: toutes les violences, d’un partenaire, d’un ex ou de"
            " quelqu’un d’autre. Anonyme.",
        ),
        "https://www.service-public.gouv.fr/particuliers/actualites/A16929",
        number="3919",
        address="https://www.solidaritefemmes.org/",
        chat="https://www.solidaritefemmes.org/",
        written=Words(
            "by chat from Monday to Friday, 1 pm to 8 pm",
            "par tchat du lundi au vendredi, de 13\u00a0h à 20\u00a0h",
        ),
        checked=_NOVEMBER_29,
        hours=_ALWAYS,
        free=True,
    ),
    _shipped(
        "police-france",
        "france",
        Words("Police and rescue", "Police et secours"),
        Words(
            "In danger now: call 17 or 112. You can’t speak or hear? Send a text message to 114.",
            "En danger maintenant\u00a0: appelez le 17 ou le 112. Vous ne pouvez pas parler ou"
            " entendre\u202f? Envoyez un SMS au 114.",
        ),
        "https://www.service-public.fr/",
        number="17",
        texts="114",
    ),
    _shipped(
        "3114",
        "france",
        "3114",
        Words(
            "If you think about suicide, or someone near you does.",
            "Si vous pensez au suicide, ou si une personne proche y pense.",
        ),
        "https://3114.fr/",
        number="3114",
        hours=_ALWAYS,
        free=True,
    ),
    _shipped(
        "119",
        "france",
        "119",
        Words("For a child in danger.", "Pour un enfant en danger."),
        "https://www.allo119.gouv.fr/",
        number="119",
        chat="https://www.allo119.gouv.fr/",
        written=Words(
            "by chat for those under 21",
            "par tchat pour les moins de 21\u00a0ans",
        ),
        hours=_ALWAYS,
        free=True,
    ),
    _shipped(
        "point-de-contact",
        "france",
        "Point de Contact",
        Words(
            "For adults: report a page where an intimate image is shown. You only need to give the address of"
            " the page.",
            "Pour les adultes\u00a0: signaler une page où se trouve une image intime. L’adresse de la page"
            " suffit.",
        ),
        "https://www.pointdecontact.net/",
        address="https://www.pointdecontact.net/",
    ),
    _shipped(
        "pharos",
        "france",
        "PHAROS",
        Words(
            "The police service that takes reports of illegal content online.",
            "Le service de police qui reçoit les signalements de contenus illégaux en ligne.",
        ),
        "https://www.internet-signalement.gouv.fr/",
        address="https://www.internet-signalement.gouv.fr/",
    ),
    _shipped(
        "igvm-iefh",
        "belgium",
        Words(
            "Institute for the Equality of Women and Men", "Institut pour l’égalité des femmes et des hommes"
        ),
        Words(
            "Legal help when an intimate image is shared without consent.",
            "Aide juridique quand une image intime est partagée sans accord.",
        ),
        "https://igvm-iefh.belgium.be/",
        address="https://igvm-iefh.belgium.be/",
    ),
    _shipped(
        "child-focus",
        "belgium",
        "Child Focus",
        Words(
            "For children, teenagers and their families.",
            "Pour les enfants, les adolescents et leur famille.",
        ),
        "https://childfocus.be/",
        number="116 000",
        address="https://childfocus.be/",
        hours=_ALWAYS,
        free=True,
        checked=_NOVEMBER_29,
    ),
    _shipped(
        "revenge-porn-helpline",
        "united-kingdom",
        "Revenge Porn Helpline",
        Words(
            "For adults: advice, and help to have images removed.",
            "Pour les adultes\u00a0: des conseils, et de l’aide pour faire retirer des images.",
        ),
        "https://revengepornhelpline.org.uk/",
        number="0345 6000 459",
        dialled="+443456000459",
        address="https://revengepornhelpline.org.uk/",
        languages=("en",),
    ),
    _shipped(
        "childline",
        "united-kingdom",
        "Childline",
        Words(
            "For anyone under 19. They can also help to have a picture removed.",
            "Pour toute personne de moins de 19\u00a0ans. Aide aussi à faire supprimer une image.",
        ),
        "https://www.childline.org.uk/",
        number="0800 1111",
        address="https://www.childline.org.uk/",
        chat="https://www.childline.org.uk/",
        hours=_ALWAYS,
        free=True,
        languages=("en",),
    ),
    _shipped(
        "helpwanted",
        "europe",
        "Helpwanted",
        Words(
            "The Netherlands: help to have images removed. You can stay anonymous.",
            "Pays-Bas\u00a0: aide pour faire retirer des images. Vous pouvez rester anonyme.",
        ),
        "https://www.helpwanted.nl/",
        number="020 261 52 75",
        dialled="+31202615275",
        address="https://www.helpwanted.nl/",
    ),
    _shipped(
        "hotline-ie",
        "europe",
        "Hotline.ie",
        Words(
            "Ireland: report an intimate image shared without consent.",
            "Irlande\u00a0: signaler une image intime partagée sans accord.",
        ),
        "https://www.hotline.ie/",
        address="https://www.hotline.ie/",
    ),
    _shipped(
        "aepd",
        "europe",
        Words("AEPD, priority channel", "AEPD, canal prioritaire"),
        Words(
            "Spain: the data protection authority can ask for urgent removal.",
            "Espagne\u00a0: l’autorité de protection des données peut demander un retrait urgent.",
        ),
        "https://www.aepd.es/",
        address="https://www.aepd.es/",
    ),
    _shipped(
        "garante",
        "europe",
        "Garante per la protezione dei dati personali",
        Words(
            "Italy: the data protection authority decides on intimate images within 48 hours.",
            "Italie\u00a0: l’autorité de protection des données se prononce sur les images intimes en"
            " 48\u00a0heures.",
        ),
        "https://www.garanteprivacy.it/",
        address="https://www.garanteprivacy.it/",
    ),
    _shipped(
        "stopncii",
        "world",
        "StopNCII.org",
        Words(
            "For adults, about pictures taken when they were adults. Makes fingerprints on your own device;"
            " your pictures are not sent.",
            "Pour les adultes, à propos d’images prises à l’âge adulte. Calcule des empreintes sur votre"
            " propre appareil\u202f; vos images ne sont pas envoyées.",
        ),
        "https://stopncii.org/",
        address="https://stopncii.org/",
    ),
    _shipped(
        "take-it-down",
        "world",
        "Take It Down",
        Words(
            "For pictures taken before you were 18. Makes fingerprints on your own device; your pictures are"
            " not sent. You can stay anonymous.",
            "Pour des images prises avant vos 18\u00a0ans. Calcule des empreintes sur votre propre"
            " appareil\u202f; vos images ne sont pas envoyées. Vous pouvez rester anonyme.",
        ),
        "https://takeitdown.ncmec.org/",
        address="https://takeitdown.ncmec.org/",
        brief=Words(
            "anywhere: have copies refused, without sending your pictures",
            "partout\u00a0: faire refuser les copies, sans envoyer vos images",
        ),
    ),
    _shipped(
        "esafety",
        "world",
        "eSafety Commissioner",
        Words(
            "Australia: can order a site to remove an image.",
            "Australie\u00a0: peut ordonner à un site de retirer une image.",
        ),
        "https://www.esafety.gov.au/",
        address="https://www.esafety.gov.au/",
    ),
    _shipped(
        "netsafe",
        "world",
        "Netsafe",
        Words(
            "New Zealand: advice and help. Do not send them the image itself.",
            "Nouvelle-Zélande\u00a0: conseils et aide. N’envoyez pas l’image elle-même.",
        ),
        "https://netsafe.org.nz/",
        number="0508 638 723",
        dialled="+64508638723",
        address="https://netsafe.org.nz/",
    ),
    _shipped(
        "inhope",
        "world",
        "INHOPE",
        Words(
            "Finds the hotline of your country for pictures of children.",
            "Indique le service de votre pays pour les images d’enfants.",
        ),
        "https://www.inhope.org/",
        address="https://www.inhope.org/",
    ),
)
BY_KEY: Final = {helpline.key: helpline for helpline in HELPLINES}
NAMED_FIRST: Final[dict[First, str]] = {
    "minors": "3018",
    "adults": "116-006",
    "adults-online": "stopncii",
    "minors-online": "take-it-down",
}
"""What the pages name first, wherever the reader may be."""
