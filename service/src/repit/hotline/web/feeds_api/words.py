"""What is shown of a subscriber, in words: the same on its page and on the operator's terminal.

In: `subscriber_report.View`. Out: labels and values in both languages. Next: `subscriber_page`,
`commands.subscribers`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from repit.foundation.errors import Text
from repit.hotline.feeds.opinions import View as Opined
from repit.hotline.feeds.subscriber_report import Obeyed, View

KINDS: Final[Mapping[str, Text]] = {
    "intimate": Text("intimate images", "images intimes"),
    "deepfake": Text("sexual deepfakes", "montages sexuels"),
}
EXCHANGES: Final[Mapping[str, Text]] = {
    "repit": Text("Répit", "Répit"),
    "stopncii": Text("StopNCII", "StopNCII"),
    "ncmec": Text("NCMEC", "NCMEC"),
}
VIEWS: Final[Mapping[Opined, Text]] = {
    "blocked": Text("confirmed", "confirmé"),
    "not_blocked": Text("disputed", "contesté"),
    "pending": Text("being looked at", "à l’étude"),
    "none": Text("no opinion", "sans avis"),
}
STATES: Final[Mapping[str, Text]] = {
    "received": Text("waiting", "en attente"),
    "active": Text("active", "actif"),
    "disputed": Text("suspended", "suspendu"),
    "withdrawn": Text("withdrawn", "retiré"),
    "erased": Text("erased", "effacé"),
    "": Text("unknown", "inconnu"),
}
OBEYED: Final[Mapping[Obeyed, Text]] = {
    "not_sent": Text("not fetched yet", "pas encore récupéré"),
    "sent": Text("fetched, not acknowledged", "récupéré, non confirmé"),
    "taken_in": Text("taken in", "pris en compte"),
    "acknowledged": Text("acknowledged", "confirmé comme oublié"),
}
ENDPOINTS: Final[Mapping[str, Text]] = {
    "repit": Text("Répit, changes", "Répit, changements"),
    "repit snapshot": Text("Répit, snapshot", "Répit, instantané"),
    "stopncii": Text("StopNCII", "StopNCII"),
    "ncmec": Text("NCMEC", "NCMEC"),
}
_NONE: Final = Text("none", "aucun")


def facts(view: View) -> list[tuple[Text, Text]]:
    """Who it is, what it may see, how far it is."""
    grant = view.grant
    rows = [
        (Text("Subscriber", "Abonné"), _same(view.name)),
        (Text("Agreement signed", "Accord signé"), _agreed(view)),
        (Text("Named on the pages for people", "Nommé sur les pages pour le public"), _named(view)),
        (Text("Exchanges", "Échanges"), _joined(EXCHANGES, grant.exchanges)),
        (Text("Kinds", "Types"), _joined(KINDS, grant.kinds)),
        (
            Text("Anchored hashes", "Empreintes ancrées"),
            Text("yes", "oui") if grant.sees_anchored else Text("no", "non"),
        ),
    ]
    if grant.min_confirmations > 1:
        rows.append((Text("Submissions needed", "Soumissions exigées"), _same(str(grant.min_confirmations))))
    if grant.confirmed_by:
        rows.append(
            (Text("Seen or confirmed by", "Vu ou confirmé par"), _same(", ".join(grant.confirmed_by)))
        )
    for kind, words in KINDS.items():
        if kind in grant.kinds:
            active, held = (view.shared.get((kind, state), 0) for state in ("active", "disputed"))
            rows.append(
                (
                    Text(f"Listed: {words.en}", f"Recensés : {words.fr}"),
                    Text(f"{active} active, {held} suspended", f"{active} actifs, {held} suspendus"),
                )
            )
    return [
        *rows,
        (Text("Fetched", "Récupéré"), _reached(view.fetched, view.head, view.fetched_at)),
        (Text("Acknowledged", "Confirmé"), _reached(view.acknowledged, view.head, view.acknowledged_at)),
    ]


def _agreed(view: View) -> Text:
    if view.agreed_on is not None:
        return _same(view.agreed_on.isoformat())
    if view.agreement_missing:
        return Text("no: the key opens nothing", "non : la clé n’ouvre rien")
    return Text("no date noted", "aucune date notée")


def _named(view: View) -> Text:
    if view.named == "yes":
        return Text(f"yes, as {view.public_name}", f"oui : {view.public_name}")
    if view.named == "asked":
        return Text(
            f"not yet: the hotline reads the name {view.public_name} first",
            f"pas encore : l’association lit d’abord le nom {view.public_name}",
        )
    return Text("no", "non")


def _reached(sequence: int, head: int, at: datetime | None) -> Text:
    when = f" ({at:%Y-%m-%d %H:%M} UTC)" if at else ""
    return Text(f"change {sequence} of {head}{when}", f"changement {sequence} sur {head}{when}")


def _joined(words: Mapping[str, Text], chosen: tuple[str, ...]) -> Text:
    known = [words[name] for name in chosen if name in words]
    if not known:
        return _NONE
    return Text(", ".join(word.en for word in known), ", ".join(word.fr for word in known))


def _same(value: str) -> Text:
    return Text(value, value)
