"""The `repit` command: start a hotline or a gate, show the demonstration, look after subscribers.

In: a command line. Out: a running process, or an answer on the terminal, in French or English. Next: an
operator.

The settings of a role are read only once the command is known; what needs them is therefore imported inside.
"""

# ruff: noqa: PLC0415
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from repit.foundation.errors import Text
from repit.foundation.terminal import language, say
from repit.interfaces.exchange_api.cli import app as subscriber

HOTLINE_PORT: Final = 8600
GATE_PORT: Final = 8700

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(subscriber, name="subscriber")
bank = typer.Typer(no_args_is_help=True, help="Items that wait for a person. / Éléments à examiner.")
app.add_typer(bank, name="bank")
widely = typer.Typer(no_args_is_help=True, help="Pictures everyone has seen. / Images très diffusées.")
bank.add_typer(widely, name="widely-published")

Host = Annotated[str, typer.Option(help="Address to listen on. / Adresse d'écoute.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on. / Port d'écoute.")]
ItemName = Annotated[str, typer.Argument(help="The item's name in the feed. / Nom de l'élément.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept. / Pourquoi ; c'est conservé.")]


@app.command()
def hotline(host: Host = "127.0.0.1", port: Port = HOTLINE_PORT) -> None:
    """Start a hotline: bank, feed, cases, pages. / Démarrer le service d'une association d'aide."""
    from repit.workers import serving, starting

    starting.set_up("hotline")
    starting.ready_database()
    serving.require_free(host, port)
    import_module("repit.workers.expire_items").start()
    access_log = import_module("repit.workers.access_log")
    access_log.start()
    say(Text(f"Hotline: http://{host}:{port}", f"Plateforme d'aide : http://{host}:{port}"))
    serving.serve(host, port, access_log.write)


@app.command()
def gate(host: Host = "127.0.0.1", port: Port = GATE_PORT) -> None:
    """Start a platform's gate, fed by a hotline. / Démarrer le filtre d'une plateforme."""
    from repit.workers import serving, starting

    starting.set_up("gate")
    starting.ready_database()
    serving.require_free(host, port)
    say(Text(f"Gate: http://{host}:{port}", f"Filtre : http://{host}:{port}"))
    import_module("repit.interfaces.gate_api.server").serve(host, port)


@app.command()
def demo(
    picture: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Your own picture. / Votre propre image.")
    ] = None,
) -> None:
    """Show the main job end to end on this machine. / Montrer l'essentiel de bout en bout."""
    raise typer.Exit(import_module("repit.demo").run(picture))


@app.command()
def migrate(role: Annotated[str, typer.Option(help="hotline, gate, both")] = "hotline") -> None:
    """Bring the database into its present form. / Mettre la base de données à jour."""
    from repit.workers import starting

    if role not in starting.ROLES:
        raise typer.BadParameter(", ".join(starting.ROLES))
    starting.set_up(role)
    starting.migrate()
    say(Text("The database is in its present form.", "La base de données est à jour."))


@app.command()
def settings() -> None:
    """Print the page that documents every setting. / Afficher la page des réglages."""
    from repit.settings.declared import DECLARED
    from repit.settings.environment import page

    print(page(DECLARED), end="")


@bank.command("review")
def bank_review() -> None:
    """What waits for a person, and why. / Ce qui attend une personne, et pourquoi."""
    for row in _desk().waiting():
        print(f"{row.item}  {row.state}  {row.since:%Y-%m-%d %H:%M}  {row.reason}")


@bank.command("show")
def bank_show(item: ItemName) -> None:
    """An item's life and the evidence of a flood. / La vie d'un élément et les preuves d'un afflux."""
    row = _desk().show(item)
    print(f"{row.item}  {row.state}  {row.media}  {row.kind}  {row.origin}  x{row.confirmations}")
    if row.expires_at is not None:
        say(Text(f"Ends {row.expires_at:%Y-%m-%d %H:%M} UTC", f"Fin {row.expires_at:%Y-%m-%d %H:%M} UTC"))
    say(Text("Steps:", "Étapes :"))
    for step in row.steps:
        print(f"  {step.at:%Y-%m-%d %H:%M}  {step.before or '–'} → {step.after}  {step.actor}  {step.reason}")
    say(Text("Matches reported:", "Correspondances signalées :"))
    for seen in row.matches:
        print(f"  {seen.begins:%Y-%m-%d %H:%M} – {seen.ends:%Y-%m-%d %H:%M}  {seen.reporter}  {seen.count}")
    say(Text("Opinions:", "Avis :"))
    for held in row.opinions:
        print(f"  {held.at:%Y-%m-%d %H:%M}  {held.name}  {held.view}  {', '.join(held.tags)}")


@bank.command("release")
def bank_release(item: ItemName, reason: Reason) -> None:
    """Publish a received item, or end the doubt. / Publier un élément reçu, ou lever le doute."""
    _desk().release(item, reason)
    say(Text("Subscribers are told.", "Les abonnés en sont informés."))


@bank.command("withdraw")
def bank_withdraw(item: ItemName, reason: Reason) -> None:
    """Have everyone forget an item. / Faire oublier un élément à tous."""
    _desk().withdraw(item, reason)
    say(Text("Withdrawn.", "Retiré."))


@bank.command("import")
def bank_import(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="One item a line. / Un par ligne.")
    ],
    reason: Reason,
    deepfake: Annotated[
        bool, typer.Option(help="Sexual deepfakes, where a line says nothing. / Montages, par défaut.")
    ] = False,
    review: Annotated[
        bool, typer.Option(help="Let a person publish them. / Publication par une personne.")
    ] = False,
    origin: Annotated[str, typer.Option(help="Who found them. / Qui les a trouvés.")] = "",
) -> None:
    """Take a file of hashes in (docs/en/exchanges.md). / Prendre un fichier d'empreintes."""
    _ready()
    room = import_module("repit.interfaces.desk.bank_import")
    aside = room.Aside()
    with Progress(TextColumn("{task.completed:,}"), TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        done = None
        with file.open(encoding="utf-8", errors="replace") as lines:
            for part in room.load(
                lines,
                aside,
                kind="deepfake" if deepfake else "intimate",
                publish=not review,
                origin=origin or None,
                reason=reason,
            ):
                done = part if done is None else done + part
                bar.update(task, completed=done.active + done.received + done.known)
    active, received, known = (done.active, done.received, done.known) if done else (0, 0, 0)
    say(
        Text(
            f"Published: {active}. Waiting for a person: {received}. Known before: {known}.",
            f"Publiés : {active}. En attente d'une personne : {received}. Déjà connus : {known}.",
        )
    )
    say(Text(f"Lines that cannot be read: {aside.count}", f"Lignes illisibles : {aside.count}"))
    for number, why in aside.first:
        print(f"  {number}: {why}", file=sys.stderr)


@widely.command("add")
def widely_published_add(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Pictures. / Images.")],
) -> None:
    """Hash pictures here, in all orientations; they go nowhere. / Calculer les empreintes ici même."""
    new = _desk().add_widely_published(files)
    say(Text(f"New hashes: {new}", f"Nouvelles empreintes : {new}"))


def _desk() -> ModuleType:
    """The module of decisions on items, once Django is set up."""
    _ready()
    return import_module("repit.interfaces.desk.bank_review")


def _ready() -> None:
    from repit.workers import starting

    starting.set_up("hotline")
    starting.ready_database()


def main() -> None:
    """Run the command; a refusal is two sentences on stderr and exit code 1."""
    from repit.foundation.errors import RepitError

    try:
        app()
    except RepitError as error:
        message, next_step = error.shown(language())
        print(f"{message}\n{next_step}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
