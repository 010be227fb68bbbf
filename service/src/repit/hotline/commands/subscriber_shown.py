"""One subscriber on a terminal: lines for a person, or plain data for a program.

In: `subscriber_report.View`. Out: lines on standard output; a mapping of what JSON can say. Next:
`subscribers`, for `repit subscriber show`.
"""

from datetime import datetime

from repit.foundation.errors import Text
from repit.foundation.terminal import language, say
from repit.hotline.feeds.subscriber_report import View
from repit.hotline.web.feeds_api import words


def lines(view: View) -> None:
    """Print it for a person."""
    here = language()
    for label, value in words.facts(view):
        print(f"{label.in_language(here)}: {value.in_language(here)}")
    say(Text("Keys:", "Clés :"))
    for key in view.keys:
        until = Text(f"until {_time(key.ends_at)}", f"jusqu’à {_time(key.ends_at)}").in_language(here)
        used = Text(f"last used {_time(key.last_used_at)}", f"dernier usage {_time(key.last_used_at)}")
        print(f"  repit_{key.key_id}_…  {used.in_language(here)}  {until if key.ends_at else ''}")
    say(Text("Fetched:", "Récupéré :"))
    for access in view.fetches:
        changes = f"{access.begins}–{access.through}"
        print(f"  {_time(access.minute)}  {access.endpoint}  {changes}  x{access.fetches}  {access.records}")
    say(Text("Opinions:", "Avis :"))
    for opinion in view.given:
        view_of = words.VIEWS[opinion.view].in_language(here)
        state = words.STATES[opinion.state].in_language(here)
        print(f"  {_time(opinion.at)}  {opinion.item}  {view_of}  {state}")
    say(Text("Withdrawals:", "Retraits :"))
    for gone in view.withdrawn:
        obeyed = words.OBEYED[gone.obeyed].in_language(here)
        print(f"  {gone.at:%Y-%m-%d}  {gone.item}  {obeyed}  {_on(gone.acknowledged_at)}")


def data(view: View) -> dict[str, object]:
    """The same for a program."""
    return {
        "name": view.name,
        "active": view.active,
        "named": view.named == "yes",
        "public_name": view.public_name or None,
        "added_at": view.added_at,
        "agreed_on": view.agreed_on,
        "agreement_missing": view.agreement_missing,
        "grant": view.grant,
        "keys": view.keys,
        "head": view.head,
        "fetched": view.fetched,
        "fetched_at": view.fetched_at,
        "acknowledged": view.acknowledged,
        "acknowledged_at": view.acknowledged_at,
        "lag": view.lag,
        "unsent": view.unsent,
        "shared": [
            {"kind": kind, "state": state, "items": items} for (kind, state), items in view.shared.items()
        ],
        "opinions": view.opinions,
        "given": view.given,
        "withdrawals": view.withdrawals,
        "withdrawn": view.withdrawn,
        "fetches": [
            {
                "minute": access.minute,
                "endpoint": access.endpoint,
                "from": access.begins,
                "through": access.through,
                "fetches": access.fetches,
                "records": access.records,
            }
            for access in view.fetches
        ],
    }


def _on(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "–"


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "–"
