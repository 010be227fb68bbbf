"""`repit subscriber …`: who may follow, what they may see, what they did with it.

In: a command line. Out: keys (shown once), tables. Next: an operator. `repit.cli` joins these commands to its
own; what needs settings is imported inside, once the command is known.
"""

# ruff: noqa: PLC0415, PLR0917 - imports wait for settings; typer passes every argument by name
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from repit.foundation.errors import InputRefused, Text
from repit.foundation.terminal import language, say
from repit.hotline.commands.ready import ready

if TYPE_CHECKING:
    from repit.hotline.feeds.subscribers import Grant

app = typer.Typer(no_args_is_help=True, help="Subscribers of the feed. / Abonnés au flux.")

Name = Annotated[str, typer.Argument(help="The subscriber's name. / Nom de l'abonné.")]
KeyOnly = Annotated[bool, typer.Option(help="Print nothing but the key. / N'afficher que la clé.")]
Anchored = Annotated[bool, typer.Option(help="Grant anchored hashes. / Accorder les empreintes ancrées.")]
Exchanges = Annotated[
    list[str] | None,
    typer.Option("--exchange", help="Only this one; again for several. / Seulement celui-ci ; répétable."),
]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", help="Only this kind; again for several. / Seulement ce type ; répétable."),
]
Confirmations = Annotated[
    int, typer.Option(min=1, help="Only what was submitted so often. / Seulement ce qui fut soumis autant.")
]
ConfirmedBy = Annotated[
    list[str] | None,
    typer.Option(help="Only what they saw or block; repeatable. / Seulement ce qu'ils ont vu ou bloquent."),
]
Agreed = Annotated[
    str, typer.Option(help="Day the agreement was signed, YYYY-MM-DD. / Jour de signature de l'accord.")
]


@app.command("add")
def add(
    name: Name,
    anchored: Anchored = False,
    key_only: KeyOnly = False,
    confirmations: Confirmations = 1,
    exchange: Exchanges = None,
    kind: Kinds = None,
    confirmed_by: ConfirmedBy = None,
    agreed: Agreed = "",
) -> None:
    """Let a platform follow the feed; prints its key, once. / Abonner une plateforme, afficher sa clé."""
    ready()
    from repit.hotline.feeds import subscribers

    granted = _grant(exchange, kind, confirmed_by, anchored, confirmations)
    key = subscribers.add(name, granted=granted, agreed_on=_day(agreed) if agreed else None)
    _show_key(key, key_only=key_only)


@app.command("grant")
def grant(
    name: Name,
    anchored: Anchored = False,
    confirmations: Confirmations = 1,
    exchange: Exchanges = None,
    kind: Kinds = None,
    confirmed_by: ConfirmedBy = None,
) -> None:
    """Say anew what a subscriber may see; it starts afresh. / Redéfinir ce qu'un abonné peut voir."""
    ready()
    from repit.hotline.feeds import subscribers

    subscribers.grant(name, _grant(exchange, kind, confirmed_by, anchored, confirmations))
    say(Text("Granted. Its gates start afresh by themselves.", "Accordé. Ses filtres repartent d'eux-mêmes."))


@app.command("agree")
def agree(
    name: Name, day: Annotated[str, typer.Argument(help="YYYY-MM-DD, the day of signature. / jour.")]
) -> None:
    """Note when a subscriber signed. / Noter quand un abonné a signé."""
    ready()
    from repit.hotline.feeds import subscribers

    subscribers.agree(name, _day(day))
    say(Text("Noted.", "Noté."))


@app.command("rotate")
def rotate(
    name: Name,
    key_only: KeyOnly = False,
    overlap: Annotated[
        float,
        typer.Option(
            min=0, max=720, help="Hours in which the old key opens, too. / Heures où l'ancienne ouvre aussi."
        ),
    ] = 0,
) -> None:
    """Replace a subscriber's key; the old one stops at once, or after --overlap. / Remplacer une clé."""
    ready()
    from repit.hotline.feeds import subscribers

    _show_key(subscribers.rotate(name, overlap=timedelta(hours=overlap)), key_only=key_only)


@app.command("people")
def people(
    name: Name,
    no: Annotated[bool, typer.Option("--no", help="It has none any more. / Elle n'en a plus.")] = False,
    party: Annotated[
        str, typer.Option(help="To whom it belongs, if others do too. / Entité commune à plusieurs abonnés.")
    ] = "",
    key_only: KeyOnly = False,
) -> None:
    """Note that a platform has moderators of its own; prints its desk's key. / Noter qu'elle a des
    modérateurs."""
    ready()
    from repit.hotline.feeds import subscribers

    subscribers.set_people(name, not no, party)
    if no:
        say(Text("Its people's word counts no more.", "L'avis de ses personnes ne compte plus."))
        return
    key = subscribers.rotate(name, desk=True)
    if key_only:
        print(key)
        return
    say(Text("The review desk's key, shown this once:", "La clé du bureau d'examen, affichée une fois :"))
    print(f"\n    {key}\n")
    say(
        Text(
            "REPIT_GATE_DESK_KEY at its gate. Grant it --anchored as well: else its word only asks you.",
            "REPIT_GATE_DESK_KEY sur son filtre. Accordez aussi --anchored, sinon son avis ne suffit pas.",
        )
    )


@app.command("heard")
def heard(
    name: Name,
    again: Annotated[bool, typer.Option(help="Its word counts again. / Ses avis comptent.")] = False,
) -> None:
    """You have looked at a subscriber's alarms. / Vous avez examiné les alertes d'un abonné."""
    ready()
    from repit.hotline.feeds import caps

    caps.see_to(name, actor="operator", counts_again=again)
    say(Text("Noted.", "Noté."))


@app.command("close")
def close(name: Name) -> None:
    """Stop a subscriber's keys. / Désactiver les clés d'un abonné."""
    ready()
    from repit.hotline.feeds import subscribers

    subscribers.close(name)
    say(Text("Closed.", "Désactivé."))


@app.command("list")
def listed() -> None:
    """Who follows, and how far they are. / Qui suit le flux, et où ils en sont."""
    ready()
    from repit.hotline.feeds import subscribers

    rows = [
        (
            row.name,
            _yes(row.active),
            f"{row.agreed_on}" if row.agreed_on else Text("none", "aucun").in_language(language()),
            str(row.lag),
            str(row.unsent),
            _time(row.last_used_at),
            str(row.withdrawals_acknowledged),
        )
        for row in subscribers.statuses()
    ]
    _table(
        (
            Text("Subscriber", "Abonné"),
            Text("Open", "Ouvert"),
            Text("Agreement", "Accord"),
            Text("Behind", "Retard"),
            Text("Unsent", "Non envoyés"),
            Text("Last use (UTC)", "Dernier usage (UTC)"),
            Text("Forgotten", "Oubliés"),
        ),
        rows,
    )


@app.command("show")
def show(name: Name) -> None:
    """One subscriber: grants, keys, what it fetched, said and has forgotten. / Un abonné, en entier."""
    ready()
    from repit.hotline.feeds import subscriber_report
    from repit.hotline.web.feeds_api import words

    view = subscriber_report.named(name)
    here = language()
    for label, value in words.facts(view):
        print(f"{label.in_language(here)}: {value.in_language(here)}")
    say(Text("Keys:", "Clés :"))
    for key in view.keys:
        until = Text(f"until {_time(key.ends_at)}", f"jusqu'à {_time(key.ends_at)}").in_language(here)
        used = Text(f"last used {_time(key.last_used_at)}", f"dernier usage {_time(key.last_used_at)}")
        print(f"  repit_{key.key_id}_…  {used.in_language(here)}  {until if key.ends_at else ''}")
    say(Text("Fetched:", "Récupéré :"))
    for access in view.fetches:
        changes = f"{access.begins}–{access.through}"
        print(f"  {_time(access.minute)}  {access.endpoint}  {changes}  x{access.fetches}  {access.records}")
    say(Text("Opinions:", "Avis :"))
    for opinion in view.given:
        view_of = words.VIEWS[opinion.view].in_language(here)
        state = words.STATES[opinion.state].in_language(here)
        print(f"  {_time(opinion.at)}  {opinion.item}  {view_of}  {state}")
    say(Text("Withdrawals:", "Retraits :"))
    for gone in view.withdrawn:
        obeyed = words.OBEYED[gone.obeyed].in_language(here)
        print(f"  {gone.at:%Y-%m-%d}  {gone.item}  {obeyed}  {_on(gone.acknowledged_at)}")


def _grant(
    exchange: list[str] | None,
    kind: list[str] | None,
    confirmed_by: list[str] | None,
    anchored: bool,
    confirmations: int,
) -> "Grant":
    from repit.hotline.feeds import subscribers

    return subscribers.Grant(
        tuple(exchange or subscribers.EXCHANGES),
        tuple(kind or subscribers.KINDS),
        anchored,
        confirmations,
        tuple(confirmed_by or ()),
    )


def _day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise InputRefused(
            Text("A day is written YYYY-MM-DD.", "Un jour s'écrit AAAA-MM-JJ."), Text("", "")
        ) from None


def _yes(so: bool) -> str:
    return (Text("yes", "oui") if so else Text("no", "non")).in_language(language())


def _on(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "–"


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "–"


def _table(headings: tuple[Text, ...], rows: Sequence[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for heading in headings:
        table.add_column(heading.in_language(language()), overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _show_key(key: str, *, key_only: bool) -> None:
    if key_only:
        print(key)
        return
    say(Text("The key, shown this once:", "La clé, affichée cette seule fois :"))
    print(f"\n    {key}\n")
    say(
        Text(
            "Give it to the platform over a private channel: REPIT_GATE_FEED_KEY, or a file.",
            "Transmettez-la à la plateforme par un canal privé : REPIT_GATE_FEED_KEY, ou un fichier.",
        )
    )
