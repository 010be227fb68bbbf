"""Whether a gate's feed can be followed from here, with its key.

In: the settings. Out: findings. Next: `repit check`.
"""

from collections.abc import Iterator
from typing import Final

from django.conf import settings

from repit.exchanges.models import Partner
from repit.exchanges.repit.client import FeedClient
from repit.foundation.errors import RepitError, Text
from repit.foundation.health.findings import Finding
from repit.platform.gate.feed_trouble import trouble_of


def findings() -> Iterator[Finding]:
    """Ask the feed for nothing new, once."""
    address: str = settings.REPIT_GATE_FEED_URL
    if not address:
        if not Partner.objects.filter(active=True).exists():
            yield Finding("feed", _FOLLOWS_NOBODY, _ASK_A_HOTLINE)
    else:
        try:
            with FeedClient(address, settings.REPIT_GATE_FEED_KEY) as client:
                client.changes(0, 0.0)
        except RepitError as error:
            trouble = trouble_of(error.code)
            yield Finding("feed", trouble.message or error.message, trouble.next_step)
    if not settings.REPIT_GATE_KEYS:
        yield Finding("gate-keys", _NO_KEYS, _LIST_SOME, grave=False)


_FOLLOWS_NOBODY: Final = Text(
    "This gate follows nobody: it knows no picture.",
    "Ce filtre ne suit personne : il ne connaît aucune image.",
)
_ASK_A_HOTLINE: Final = Text(
    "Ask a hotline for a key; set REPIT_GATE_FEED_URL and REPIT_GATE_FEED_KEY.",
    "Demandez une clé à une plateforme d’aide ; réglez REPIT_GATE_FEED_URL et REPIT_GATE_FEED_KEY.",
)
_NO_KEYS: Final = Text(
    "There are no keys for those who ask it: it answers on this machine only.",
    "Il n’y a pas de clés pour ceux qui l’interrogent : il ne répond que sur cette machine.",
)
_LIST_SOME: Final = Text(
    "If your software runs elsewhere: `openssl rand -hex 32`, into REPIT_GATE_KEYS.",
    "Si votre logiciel tourne ailleurs : `openssl rand -hex 32`, dans REPIT_GATE_KEYS.",
)
