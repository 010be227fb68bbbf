"""Whether what the operator should be told arrives.

In: messages that wait. Out: findings. Next: both wings register it, so that one channel tells of the other,
and `/ready` of both.
"""

from collections.abc import Iterator
from typing import Final

from repit.foundation.errors import AddressRefused, PeerExpired, PeerMisnamed, PeerUntrusted, Text
from repit.foundation.health.findings import Finding
from repit.foundation.notify import errors
from repit.foundation.notify.models import OperatorNews

ATTEMPTS: Final = 3
"""A server that asks to come back later (RFC 6647) takes the second."""
_CHANNELS: Final = {
    "mail": Text("Mail to you does not arrive.", "Le courriel qui vous est destiné n’arrive pas."),
    "webhook": Text("Your webhook is not told.", "Votre webhook n’est pas prévenu."),
}
_KNOWN: Final = {
    kind.code: kind
    for kind in (
        errors.HostNotFound,
        errors.NoAnswer,
        errors.NotTrusted,
        errors.NoEncryption,
        errors.WrongPassword,
        errors.NoSignIn,
        errors.SenderRefused,
        errors.RecipientRefused,
        errors.ServerRefused,
        errors.WebhookRefused,
        AddressRefused,
        PeerExpired,
        PeerMisnamed,
        PeerUntrusted,
    )
}
_WEBHOOK_AWAY: Final = Text(
    "Check the host in REPIT_OPERATOR_WEBHOOK, and that the firewall lets this machine out to it.",
    "Vérifiez l’hôte dans REPIT_OPERATOR_WEBHOOK, et que le pare-feu laisse sortir cette machine.",
)


def check() -> Iterator[Finding]:
    """By channel, what its newest message met."""
    stuck = OperatorNews.objects.filter(given_up_on__isnull=True, attempts__gte=ATTEMPTS).exclude(trouble="")
    newest = {row.channel: row.trouble for row in stuck.order_by("made_at")}
    for channel, trouble in sorted(newest.items()):
        yield Finding("news-not-delivered", _message(channel, trouble), _step(trouble), grave=False)


def _message(channel: str, trouble: str) -> Text:
    known, what = _KNOWN.get(trouble), _CHANNELS[channel]
    if known is None:
        return what
    return Text(f"{what.en} {known.message.en}", f"{what.fr} {known.message.fr}")


def _step(trouble: str) -> Text:
    known = _KNOWN.get(trouble)
    step = known.next_step if known is not None else _WEBHOOK_AWAY
    return Text(
        f"{step.en} `repit notify test` tries it; a setting that you change is read as the service starts.",
        f"{step.fr} `repit notify test` l’essaie ; un réglage modifié est lu au démarrage du service.",
    )
