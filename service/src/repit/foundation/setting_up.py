"""Whether an installation is set up as one that people rely on: what `/ready` cannot know, and `repit check`
asks.

In: the settings, the members of staff. Out: findings. Next: `repit.checking`.
"""

from collections.abc import Collection, Iterator
from typing import Final

from django.conf import settings

from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding
from repit.foundation.staff.models import MemberRole


def findings(wanted_roles: Collection[str]) -> Iterator[Finding]:
    """`wanted_roles`: of which somebody must be able to sign in."""
    if not settings.REPIT_ADDRESS:
        yield Finding("address", _NO_ADDRESS, _SET_ADDRESS, grave=False)
    elif not settings.REPIT_HTTPS:
        yield Finding("https", _NO_HTTPS, _SET_ADDRESS)
    if settings.REPIT_EMBEDDED:
        yield Finding("embedded-database", _EMBEDDED, _TAKE_A_SERVER, grave=False)
    if not settings.REPIT_OFFLINE_KEY:
        yield Finding("offline-key", _NO_OFFLINE_KEY, _MAKE_ONE)
    there = MemberRole.objects.filter(member__is_active=True).values_list("role", flat=True)
    for role in sorted(set(wanted_roles).difference(there)):
        yield Finding(
            "staff",
            Text(f"Nobody here is a {role}.", f"Personne ici n’a le rôle {role}."),
            Text(f"`repit staff add NAME --role {role}`", f"`repit staff add NOM --role {role}`"),
        )


_NO_ADDRESS: Final = Text(
    "The address that people use is not set.", "L’adresse qu’utilisent les personnes n’est pas réglée."
)
_SET_ADDRESS: Final = Text(
    "Set REPIT_ADDRESS to the https address of the proxy in front.",
    "Réglez REPIT_ADDRESS sur l’adresse https du serveur frontal.",
)
_NO_HTTPS: Final = Text(
    "People would reach this over plain HTTP.", "Les personnes y accéderaient en HTTP, sans chiffrement."
)
_EMBEDDED: Final = Text(
    "The database is an SQLite file: for a trial, or one small machine.",
    "La base est un fichier SQLite : pour un essai, ou une petite machine.",
)
_TAKE_A_SERVER: Final = Text(
    "For real work take PostgreSQL (REPIT_DATABASE_URL).",
    "Pour un vrai service, prenez PostgreSQL (REPIT_DATABASE_URL).",
)
_NO_OFFLINE_KEY: Final = Text(
    "There is no offline key: no backup can be made.",
    "Il n’y a pas de clé hors ligne : aucune sauvegarde n’est possible.",
)
_MAKE_ONE: Final = Text(
    "`repit offline-key FILE`, then set REPIT_OFFLINE_KEY.",
    "`repit offline-key FICHIER`, puis réglez REPIT_OFFLINE_KEY.",
)
