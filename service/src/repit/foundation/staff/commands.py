"""`repit staff`: who works here, at a hotline or at a platform's gate.

In: a command line. Out: accounts, and the links with which they begin, printed once. Next: `repit.cli`.

The settings of a role are read only once it is known; what needs them is therefore imported inside.
"""

# ruff: noqa: PLC0415
from typing import Annotated, Final

import typer

from repit.foundation.errors import Text
from repit.foundation.process import kinds
from repit.foundation.process.ports import GATE_PORT, HOTLINE_PORT
from repit.foundation.terminal import AsJson, answer, language, remark, say, write_json

app = typer.Typer(no_args_is_help=True, help="People who work here. / Personnes qui travaillent ici.")

MemberName = Annotated[str, typer.Argument(help="The name they sign in with. / Nom de connexion.")]
Roles = Annotated[
    list[str],
    typer.Option(help="moderator, senior, supervisor, caseworker, administrator. / Un rôle, ou plusieurs."),
]
At = Annotated[
    str, typer.Option(help="hotline, gate, both, where no repit.toml says it. / Quelle installation.")
]
Address = Annotated[
    str, typer.Option(help="Address people use, instead of REPIT_ADDRESS. / Adresse publique : https://…")
]
ADMINISTRATOR: Final = "administrator (command line)"


@app.command("add")
def staff_add(
    name: MemberName, role: Roles, at: At = "", address: Address = "", as_json: AsJson = False
) -> None:
    """Add someone; prints the link with which they begin, once. / Ajouter quelqu'un, afficher son lien."""
    _ready(at)
    from repit.foundation.staff import members

    _show_link(name, members.add(name, role, actor=ADMINISTRATOR), address, as_json)


@app.command("reset")
def staff_reset(name: MemberName, at: At = "", address: Address = "", as_json: AsJson = False) -> None:
    """Let someone begin again: new password, new second factor. / Laisser quelqu'un recommencer."""
    _ready(at)
    from repit.foundation.staff import members

    _show_link(name, members.reset(name, actor=ADMINISTRATOR), address, as_json)


@app.command("let-in")
def staff_let_in(name: MemberName, at: At = "", address: Address = "", as_json: AsJson = False) -> None:
    """A link that lets someone try to sign in whom strangers hold up. / Débloquer un navigateur."""
    _ready(at)
    from repit.foundation.staff import letting_in

    link = f"{_base(address)}/staff/let-in/{letting_in.give(name, actor=ADMINISTRATOR)}/"
    if as_json:
        write_json({"name": name, "link": link})
        return
    say(
        Text(
            "Give them this link over a private channel. It works once, within a day; password and second"
            " factor are still asked for:",
            "Transmettez ce lien par un canal privé. Il sert une fois, dans la journée ; mot de passe et"
            " second facteur restent demandés :",
        )
    )
    print(f"\n    {link}\n")


@app.command("roles")
def staff_roles(name: MemberName, role: Roles, at: At = "", as_json: AsJson = False) -> None:
    """Give someone these roles and no others. / Donner ces rôles et aucun autre."""
    _ready(at)
    from repit.foundation.staff import members

    members.set_roles(name, role, actor=ADMINISTRATOR)
    answer(Text("Done.", "C’est fait."), {"name": name, "roles": sorted(role)}, as_json)


@app.command("close")
def staff_close(name: MemberName, at: At = "", as_json: AsJson = False) -> None:
    """End someone's access at once. / Fermer tout de suite l'accès de quelqu'un."""
    _ready(at)
    from repit.foundation.staff import members

    members.close(name, actor=ADMINISTRATOR)
    answer(Text("Closed.", "Fermé."), {"name": name, "open": False}, as_json)


@app.command("list")
def staff_list(at: At = "", as_json: AsJson = False) -> None:
    """Who works here, in which roles, with how many second factors. / Qui travaille ici."""
    _ready(at)
    from rich.console import Console
    from rich.table import Table

    from repit.foundation.staff import members

    if as_json:
        for row in members.overview():
            write_json(row)
        return
    here = language()
    table = Table()
    for heading in (
        Text("Name", "Nom"),
        Text("Roles", "Rôles"),
        Text("Open", "Ouvert"),
        Text("Second factors", "Seconds facteurs"),
        Text("Last sign-in (UTC)", "Dernière connexion (UTC)"),
    ):
        table.add_column(heading.in_language(here))
    yes, no = Text("yes", "oui").in_language(here), Text("no", "non").in_language(here)
    waits = Text("link not used yet", "lien pas encore utilisé").in_language(here)
    for row in members.overview():
        last = f"{row.last_login:%Y-%m-%d %H:%M}" if row.last_login else waits if row.enrolling else "–"
        table.add_row(row.name, ", ".join(row.roles), yes if row.open else no, str(row.second_factors), last)
    Console().print(table)


def _ready(at: str) -> None:
    from repit.foundation.process import starting

    if at not in ("", *kinds.ROLES):
        raise typer.BadParameter(", ".join(kinds.ROLES))
    starting.ready(at or "any")


def _base(address: str) -> str:
    """Where people reach this installation, as far as anybody said so."""
    from django.apps import apps
    from django.conf import settings

    known: str = address.rstrip("/") or settings.REPIT_ADDRESS
    if not known:
        remark(
            Text(
                "No address is known: the link begins with localhost. Set REPIT_ADDRESS, or use --address.",
                "Aucune adresse connue : le lien commence par localhost. Réglez REPIT_ADDRESS, ou utilisez"
                " --address.",
            )
        )
    here = HOTLINE_PORT if apps.is_installed("repit.hotline.web.desk") else GATE_PORT
    return known or f"http://localhost:{here}"


def _show_link(name: str, secret: str, address: str, as_json: bool) -> None:
    link = f"{_base(address)}/staff/enrol/{secret}/"
    if as_json:
        write_json({"name": name, "link": link})
        return
    say(
        Text(
            "Give them this link over a private channel. It works once, within three days:",
            "Transmettez ce lien par un canal privé. Il sert une fois, dans les trois jours :",
        )
    )
    print(f"\n    {link}\n")
