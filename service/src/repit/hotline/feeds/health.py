"""Whether those who follow the feed still do.

In: subscribers, their acknowledgements, alarms. Out: findings, figures. Next: `foundation.health`,
`foundation.metrics`. Everything is as of the end of yesterday but for who was heard when: subscribers ask all
day, whether anything is new or not.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Final

from repit.exchanges import health as exchanges
from repit.foundation.clock import now
from repit.foundation.errors import Text
from repit.foundation.health.findings import Finding, wing
from repit.foundation.metrics.figures import Figure, of, plain
from repit.hotline.bank.health import changes_before_today
from repit.hotline.feeds import named, subscriber_report
from repit.hotline.feeds.models import Alarm, Subscriber

SILENT: Final = timedelta(days=1)


def register() -> None:
    """As Django starts."""
    health, figures = wing("hotline"), of("hotline")
    health.register("subscribers", check, grave=False)
    health.register("partners", exchanges.check, grave=False)
    figures.register("subscribers", source)
    figures.register("partners", exchanges.figures)


def check() -> Iterator[Finding]:
    """Subscribers that are silent or have not confirmed withdrawals; names that nobody has read, alarms that
    nobody has looked at."""
    moment = now()
    for row in _active():
        last = row.last_used_at
        if last is not None and moment - last > SILENT:
            days = (moment - last).days
            yield Finding("subscriber-silent", _silent(row.name, days), _WRITE, grave=False)
        elif waiting := subscriber_report.unconfirmed(row):
            yield Finding("withdrawals-unconfirmed", _unconfirmed(row.name, waiting), _SHOW, grave=False)
    for name in named.asking():
        yield Finding("subscriber-asks-to-be-named", _asks(name), _READ, grave=False)
    if alarms := Alarm.objects.filter(closed_at__isnull=True).count():
        yield Finding("alarm-open", _alarms(alarms), _ALARMS, grave=False)


def source() -> Iterable[Figure]:
    """A source for `/metrics`."""
    rows, head, moment = _active(), changes_before_today(), now()
    behind = {row.name: float(max(0, head - max(row.acknowledged, row.fetched))) for row in rows}
    about = "Changes from before the present day (UTC) that it has not fetched."
    yield Figure("repit_hotline_subscriber_behind_changes", about, behind, ("subscriber",))
    heard = {row.name: row.last_used_at for row in rows}
    silent = {name: (moment - last).total_seconds() for name, last in heard.items() if last is not None}
    about = "Seconds since it last asked for anything."
    yield Figure("repit_hotline_subscriber_silent_seconds", about, silent, ("subscriber",))
    waiting = {row.name: float(subscriber_report.unconfirmed(row)) for row in rows}
    about = "Withdrawals from before the present day (UTC) that it has not confirmed."
    yield Figure("repit_hotline_withdrawals_unconfirmed", about, waiting, ("subscriber",))
    alarms = Alarm.objects.filter(closed_at__isnull=True).count()
    about = "Subscribers that moved more than one may, until a person has looked."
    yield plain("repit_hotline_alarms_open", about, float(alarms))


def _active() -> list[Subscriber]:
    return list(Subscriber.objects.filter(active=True).order_by("name"))


def _silent(name: str, days: int) -> Text:
    many = "s" if days > 1 else ""
    return Text(
        f"The subscriber {name} has not asked for anything for {days} day{many}.",
        f"L’abonné {name} n’a rien demandé depuis {days} jour{many}.",
    )


def _unconfirmed(name: str, count: int) -> Text:
    return Text(
        f"The subscriber {name} has not confirmed withdrawals of before today: {count}.",
        f"L’abonné {name} n’a pas confirmé des retraits d’avant aujourd’hui : {count}.",
    )


def _asks(name: str) -> Text:
    return Text(
        f"The subscriber {name} allows the pages for people to name it.",
        f"L’abonné {name} permet aux pages pour le public de le nommer.",
    )


def _alarms(count: int) -> Text:
    return Text(
        f"Subscribers that moved more than one may, and that nobody has looked at: {count}.",
        f"Abonnés qui ont fait plus qu’il n’est permis, et que personne n’a regardés : {count}.",
    )


_WRITE: Final = Text(
    "Write to it: its uploads are judged with what it last had. If it has left, `repit subscriber close`.",
    "Écrivez-lui : ses envois sont jugés avec ce qu’il avait en dernier. S’il est parti,"
    " `repit subscriber close`.",
)
_SHOW: Final = Text(
    "`repit subscriber show NAME` lists them. Write to it: these people took their pictures back.",
    "`repit subscriber show NOM` les énumère. Écrivez-lui : ces personnes ont repris leurs images.",
)
_READ: Final = Text(
    "Read the name it asks for: `repit subscriber show NAME`. `repit subscriber named NAME --as` with that"
    " name has it stand; --no refuses it.",
    "Lisez le nom qu’il demande : `repit subscriber show NOM`. `repit subscriber named NOM --as` avec ce nom"
    " l’affiche ; --no le refuse.",
)
_ALARMS: Final = Text(
    "`repit bank review` names them. Decide on the bank desk whether to go on hearing them.",
    "`repit bank review` les nomme. Décidez au bureau de la banque s’il faut continuer à les écouter.",
)
