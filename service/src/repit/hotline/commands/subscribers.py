"""`repit subscriber …`: who may follow, what they may see, what they did with it.

In: a command line. Out: keys (shown once), tables, JSON. Next: an operator, or their scripts. `repit.cli`
joins these commands to its own; what needs settings is imported inside, once the command is known.
"""

# ruff: noqa: PLC0415, PLR0917 - imports wait for settings; typer passes every argument by name
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from repit.foundation.errors import InputRefused, Text
from repit.foundation.terminal import AsJson, answer, language, say, write_json
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
    named: Annotated[
        str, typer.Option(help="Name it so for people, if it allows it. / Le nommer ainsi au public.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Let a platform follow the feed; prints its key, once. / Abonner une plateforme, afficher sa clé."""
    ready()
    from repit.hotline.feeds import named as naming
    from repit.hotline.feeds import subscribers

    granted = _grant(exchange, kind, confirmed_by, anchored, confirmations)
    public = naming.taken(named) if named else ""  # before there is a key that would be lost
    key = subscribers.add(name, granted=granted, agreed_on=_day(agreed) if agreed else None)
    if public:
        naming.decide(name, public)
    _show_key(name, key, key_only=key_only, as_json=as_json)


@app.command("grant")
def grant(
    name: Name,
    anchored: Anchored = False,
    confirmations: Confirmations = 1,
    exchange: Exchanges = None,
    kind: Kinds = None,
    confirmed_by: ConfirmedBy = None,
    as_json: AsJson = False,
) -> None:
    """Say anew what a subscriber may see; it starts afresh. / Redéfinir ce qu'un abonné peut voir."""
    ready()
    from repit.hotline.feeds import subscribers

    granted = _grant(exchange, kind, confirmed_by, anchored, confirmations)
    subscribers.grant(name, granted)
    text = Text(
        "Granted. Its gates start afresh by themselves.", "Accordé. Ses filtres repartent d’eux-mêmes."
    )
    answer(text, {"subscriber": name, "grant": granted}, as_json)


@app.command("agree")
def agree(
    name: Name,
    day: Annotated[str, typer.Argument(help="YYYY-MM-DD, the day of signature. / jour.")],
    as_json: AsJson = False,
) -> None:
    """Note when a subscriber signed. / Noter quand un abonné a signé."""
    ready()
    from repit.hotline.feeds import subscribers

    signed = _day(day)
    subscribers.agree(name, signed)
    answer(Text("Noted.", "Noté."), {"subscriber": name, "agreed_on": signed}, as_json)


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
    as_json: AsJson = False,
) -> None:
    """Replace a subscriber's key; the old one stops at once, or after --overlap. / Remplacer une clé."""
    ready()
    from repit.hotline.feeds import subscribers

    key = subscribers.rotate(name, overlap=timedelta(hours=overlap))
    _show_key(name, key, key_only=key_only, as_json=as_json)


@app.command("people")
def people(
    name: Name,
    no: Annotated[bool, typer.Option("--no", help="It has none any more. / Elle n'en a plus.")] = False,
    party: Annotated[
        str, typer.Option(help="To whom it belongs, if others do too. / Entité commune à plusieurs abonnés.")
    ] = "",
    key_only: KeyOnly = False,
    as_json: AsJson = False,
) -> None:
    """Note that a platform has moderators of its own; prints its desk's key. / Noter qu'elle a des
    modérateurs."""
    ready()
    from repit.hotline.feeds import subscribers

    subscribers.set_people(name, not no, party)
    if no:
        text = Text("Its people’s word counts no more.", "L’avis de ses personnes ne compte plus.")
        answer(text, {"subscriber": name, "people": False}, as_json)
        return
    key = subscribers.rotate(name, desk=True)
    if as_json:
        write_json({"subscriber": name, "people": True, "party": party or None, "desk_key": key})
        return
    if key_only:
        print(key)
        return
    say(Text("The review desk’s key, shown this once:", "La clé du bureau d’examen, affichée une fois :"))
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
    as_json: AsJson = False,
) -> None:
    """You have looked at a subscriber's alarms. / Vous avez examiné les alertes d'un abonné."""
    ready()
    from repit.hotline.feeds import caps

    caps.see_to(name, actor="operator", counts_again=again)
    answer(Text("Noted.", "Noté."), {"subscriber": name, "counts_again": again}, as_json)


@app.command("named")
def named(
    name: Name,
    public: Annotated[
        str | None,
        typer.Option("--as", help="The name people know it by. / Nom que les gens lui connaissent."),
    ] = None,
    no: Annotated[bool, typer.Option("--no", help="It is named no more. / Il n'est plus nommé.")] = False,
    as_json: AsJson = False,
) -> None:
    """Name a site that takes part on the public pages, if it allows it. / Nommer un site participant."""
    ready()
    from repit.hotline.feeds import named as naming

    if public is None and not no:
        raise InputRefused(
            Text("Say under which name.", "Dites sous quel nom."),
            Text(
                "--as with the name that you read and allow; --no where it is not to be named.",
                "--as avec le nom que vous avez lu et acceptez ; --no s’il ne doit pas être nommé.",
            ),
        )
    stands = naming.decide(name, "" if no or public is None else public)
    text = (
        Text(f"The pages name it “{stands}”.", f"Les pages le nomment « {stands} ».")
        if stands
        else Text("The pages do not name it.", "Les pages ne le nomment pas.")
    )
    answer(text, {"subscriber": name, "named": bool(stands), "public_name": stands or None}, as_json)


@app.command("close")
def close(name: Name, as_json: AsJson = False) -> None:
    """Stop a subscriber's keys. / Désactiver les clés d'un abonné."""
    ready()
    from repit.hotline.feeds import subscribers

    subscribers.close(name)
    answer(Text("Closed.", "Désactivé."), {"subscriber": name, "active": False}, as_json)


@app.command("list")
def listed(as_json: AsJson = False) -> None:
    """Who follows, and how far they are. / Qui suit le flux, et où ils en sont."""
    ready()
    from repit.hotline.feeds import subscribers

    if as_json:
        for row in subscribers.statuses():
            write_json(row)
        return
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
def show(name: Name, as_json: AsJson = False) -> None:
    """One subscriber: grants, keys, what it fetched, said and has forgotten. / Un abonné, en entier."""
    ready()
    from repit.hotline.commands import subscriber_shown
    from repit.hotline.feeds import subscriber_report

    view = subscriber_report.named(name)
    if as_json:
        write_json(subscriber_shown.data(view))
    else:
        subscriber_shown.lines(view)


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
            Text("A day is written YYYY-MM-DD.", "Un jour s’écrit AAAA-MM-JJ."), Text("", "")
        ) from None


def _yes(so: bool) -> str:
    return (Text("yes", "oui") if so else Text("no", "non")).in_language(language())


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


def _show_key(subscriber: str, key: str, *, key_only: bool, as_json: bool) -> None:
    if as_json:
        write_json({"subscriber": subscriber, "key": key})
        return
    if key_only:
        print(key)
        return
    say(Text("The key, shown this once:", "La clé, affichée cette seule fois :"))
    print(f"\n    {key}\n")
    say(
        Text(
            "Give it to the platform over a private channel: REPIT_GATE_FEED_KEY, or a file.",
            "Transmettez-la à la plateforme par un canal privé : REPIT_GATE_FEED_KEY, ou un fichier.",
        )
    )
