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
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from repit.foundation.errors import Text
from repit.foundation.process.ports import GATE_PORT, HOTLINE_PORT
from repit.foundation.staff.commands import app as staff
from repit.foundation.terminal import language, say
from repit.hotline.commands.exchanges import app as exchange
from repit.hotline.commands.subscribers import app as subscriber
from repit.platform.commands import policy
from repit.platform.integrations.s3.commands import app as storage

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(subscriber, name="subscriber")
app.add_typer(exchange, name="exchange")
bank = typer.Typer(no_args_is_help=True, help="Items that wait for a person. / Éléments à examiner.")
app.add_typer(bank, name="bank")
widely = typer.Typer(no_args_is_help=True, help="Pictures everyone has seen. / Images très diffusées.")
bank.add_typer(widely, name="widely-published")
app.add_typer(staff, name="staff")
app.add_typer(policy.app, name="policy")
app.add_typer(storage, name="storage")

way_back = typer.Typer(no_args_is_help=True, help="Lost receipts. / Récépissés perdus.")
app.add_typer(way_back, name="way-back")

case_keys_app = typer.Typer(no_args_is_help=True, help="The keys of cases. / Les clés des dossiers.")
app.add_typer(case_keys_app, name="case-keys")

Host = Annotated[str, typer.Option(help="Address to listen on. / Adresse d'écoute.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on. / Port d'écoute.")]
ItemName = Annotated[str, typer.Argument(help="The item's name in the feed. / Nom de l'élément.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept. / Pourquoi ; c'est conservé.")]


@app.command()
def hotline(host: Host = "127.0.0.1", port: Port = HOTLINE_PORT) -> None:
    """Start a hotline: bank, feed, cases, pages. / Démarrer le service d'une association d'aide."""
    from repit.foundation.process import serving, starting

    starting.set_up("hotline")
    starting.ready_database()
    import_module("repit.hotline.cases.key_file").check()
    serving.require_free(host, port)
    for name in ("expire_items", "carry_letters", "forget_items", "upkeep"):
        import_module(f"repit.hotline.loops.{name}").start()
    import_module("repit.foundation.process.fold_log").start()
    import_module("repit.exchanges.pull_loop").for_hotline().start()
    access_log = import_module("repit.hotline.loops.access_log")
    access_log.start()
    import_module("repit.hotline.loops.case_calendar").start()
    import_module("repit.foundation.process.forget_kept").start()
    say(Text(f"Hotline: http://{host}:{port}", f"Plateforme d'aide : http://{host}:{port}"))
    serving.serve(host, port, access_log.write)


@app.command()
def gate(
    host: Host = "127.0.0.1",
    port: Port = GATE_PORT,
    clamd: Annotated[
        str, typer.Option(help="Answer as ClamAV there (REPIT_GATE_CLAMD). / Répondre là comme ClamAV.")
    ] = "",
    icap: Annotated[
        str, typer.Option(help="Answer in ICAP there (REPIT_GATE_ICAP). / Répondre là en ICAP.")
    ] = "",
) -> None:
    """Start a platform's gate, fed by a hotline. / Démarrer le filtre d'une plateforme."""
    from repit.foundation.process import serving, starting

    starting.set_up("gate")
    starting.ready_database()
    serving.require_free(host, port)
    import_module("repit.foundation.process.fold_log").start()
    say(Text(f"Gate: http://{host}:{port}", f"Filtre : http://{host}:{port}"))
    doors = import_module("repit.platform.integrations.sockets.start").doors(clamd, icap)
    hooks = "repit.platform.integrations"
    beside = [door for one in ("mastodon", "s3") for door in import_module(f"{hooks}.{one}.start").doors()]
    import_module("repit.platform.process").serve(host, port, [*doors, *beside])


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
    from repit.foundation.process import starting

    if role not in starting.ROLES:
        raise typer.BadParameter(", ".join(starting.ROLES))
    starting.set_up(role)
    starting.migrate()
    say(Text("The database is in its present form.", "La base de données est à jour."))


@app.command("device-page")
def device_page(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder to write to. / Dossier de destination.")],
) -> None:
    """Write the signed page for use without internet. / Écrire la page signée pour l'usage hors ligne."""
    from repit.foundation.process import starting

    starting.set_up("hotline")
    offline_page = import_module("repit.hotline.web.case_pages.offline_page")
    out.mkdir(parents=True, exist_ok=True)
    for edition in offline_page.editions():
        (out / edition.name).write_bytes(edition.page)
        (out / f"{edition.name}.minisig").write_text(edition.signature, encoding="utf-8")
        print(out / edition.name)
    key = offline_page.public_key()
    (out / offline_page.PUBLIC_KEY).write_text(key, encoding="utf-8")
    say(
        Text(
            "Publish the public key where people know you, not only beside the page:",
            "Publiez la clé publique là où l'on vous connaît, pas seulement à côté de la page :",
        )
    )
    print(f"\n    {key.splitlines()[1]}\n")


@app.command()
def settings() -> None:
    """Print the page that documents every setting. / Afficher la page des réglages."""
    from repit.foundation.configuration.environment import page
    from repit.settings.declared import DECLARED

    print(page(DECLARED), end="")


@bank.command("review")
def bank_review() -> None:
    """What waits for a person, and why. / Ce qui attend une personne, et pourquoi."""
    desk = _desk()
    for row in desk.waiting():
        asked = Text("asked, served meanwhile", "question, servi entre-temps").in_language(language())
        state = asked if row.asked and row.state == "active" else row.state
        print(f"{row.item}  {state}  {row.since:%Y-%m-%d %H:%M}  {row.reason}")
    for alarm in desk.alarms():
        say(
            Text(
                f"Alarm: {alarm.subscriber.name} moves more than one may ({alarm.what}).",
                f"Alerte : {alarm.subscriber.name} dépasse ce qui est permis ({alarm.what}).",
            )
        )


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
        people = Text("people", "personnes") if held.people else Text("a script", "un script")
        by, deep = people.in_language(language()), "" if held.depth is None else f"{held.depth} %"
        print(f"  {held.at:%Y-%m-%d %H:%M}  {held.name}  {held.view}  {by}  {deep}  {', '.join(held.tags)}")


@bank.command("release")
def bank_release(item: ItemName, reason: Reason) -> None:
    """Publish a received item, or keep one in doubt. / Publier un élément reçu, ou garder un élément."""
    _desk().release(item, reason)
    say(Text("Subscribers are told.", "Les abonnés en sont informés."))


@bank.command("suspend")
def bank_suspend(item: ItemName, reason: Reason) -> None:
    """Have subscribers keep an item apart. / Suspendre un élément."""
    _desk().suspend(item, reason)
    say(Text("Suspended.", "Suspendu."))


@bank.command("ask")
def bank_ask(item: ItemName, reason: Reason) -> None:
    """Ask platforms' people to look once more. / Demander aux plateformes un nouvel examen."""
    _desk().ask_again(item, reason)
    say(Text("Asked.", "Demandé."))


@bank.command("withdraw")
def bank_withdraw(
    item: ItemName,
    reason: Reason,
    everyones: Annotated[
        bool, typer.Option(help="Everyone has seen it: hold it back next time. / Image très diffusée.")
    ] = False,
) -> None:
    """Have everyone forget an item. / Faire oublier un élément à tous."""
    desk = _desk()
    (desk.withdraw_as_everyones if everyones else desk.withdraw)(item, reason)
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
    room = import_module("repit.hotline.bank.import_file")
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


OfflineFile = Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The offline key. / La clé.")]
KeysFile = Annotated[Path | None, typer.Option(help="File of the case keys. / Fichier des clés de dossiers.")]
BankKeysFile = Annotated[
    Path | None, typer.Option(help="File of the bank's keys. / Fichier des clés de la banque.")
]
ToFile = Annotated[Path, typer.Argument(help="A new file. / Un nouveau fichier.")]


@app.command("offline-key")
def offline_key(file: ToFile) -> None:
    """Make the hotline's offline key; keep the file off this machine. / Créer la clé hors ligne."""
    from repit.foundation.errors import InputRefused
    from repit.foundation.keyfile import write_once
    from repit.hotline.cases import keys

    pair = keys.new_pair()
    try:
        write_once(file, pair.private.hex().encode())
    except OSError:
        raise InputRefused(
            Text("The file cannot be made.", "Le fichier ne peut pas être créé."),
            Text("Name a new file in a folder of yours.", "Nommez un nouveau fichier."),
        ) from None
    say(Text("Set this where the hotline runs:", "À régler là où tourne le service :"))
    print(f"\n    REPIT_OFFLINE_KEY={pair.public.hex()}\n")
    say(
        Text(
            "Move the file off this machine, in two copies.", "Sortez le fichier de cette machine, en double."
        )
    )


@app.command()
def backup(file: ToFile, case_keys: KeysFile = None, bank_keys: BankKeysFile = None) -> None:
    """Write a sealed backup, and replace the copies of the keys. / Faire une sauvegarde scellée."""
    _ready()
    rows = import_module("repit.hotline.backup").make(file, case_keys, bank_keys)
    say(Text(f"Rows: {rows}", f"Lignes : {rows}"))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup. / Une sauvegarde.")],
    offline_key: OfflineFile,
    case_keys: KeysFile = None,
    bank_keys: BankKeysFile = None,
) -> None:
    """Fill an empty database from a backup. / Remplir une base vide depuis une sauvegarde."""
    _ready()
    room = import_module("repit.hotline.backup")
    rows = room.restore(file, case_keys, _private(offline_key), bank_keys)
    say(Text(f"Rows: {rows}", f"Lignes : {rows}"))


@case_keys_app.command("give-up")
def case_keys_give_up(
    yes: Annotated[bool, typer.Option("--yes", help="Without asking. / Sans demander.")] = False,
) -> None:
    """The case keys are lost for good: delete the cases that nobody can open any more. / Clés perdues."""
    _ready()
    asked = Text(
        "Cases that no key opens any more are deleted. What they protect stays protected. Go on?",
        "Les dossiers qu'aucune clé n'ouvre plus sont supprimés ; la protection reste. Continuer ?",
    )
    if not yes and not typer.confirm(asked.in_language(language())):
        raise typer.Exit(1)
    gone = import_module("repit.hotline.cases.key_file").give_up_lost("operator")
    say(Text(f"Cases deleted: {gone}", f"Dossiers supprimés : {gone}"))


@way_back.command("release")
def way_back_release(
    reference: Annotated[str, typer.Argument(help="As the person says it. / Donnée par la personne.")],
    offline_key: OfflineFile,
) -> None:
    """Give the hotline's part to someone who lost their receipt. / Donner la part de l'association."""
    _ready()
    import_module("repit.hotline.cases.recovery").release(reference, _private(offline_key))
    say(Text("Given; the waiting time still holds.", "Donnée ; le délai court toujours."))


def _private(file: Path) -> bytes:
    from repit.foundation.errors import InputRefused

    try:
        raw = bytes.fromhex(file.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        raw = b""
    if len(raw) != 32:
        raise InputRefused(
            Text("That file holds no offline key.", "Ce fichier ne contient pas de clé hors ligne.")
        )
    return raw


def _desk() -> ModuleType:
    """The module of decisions on items, once Django is set up."""
    _ready()
    return import_module("repit.hotline.web.bank_desk.decisions")


def _ready() -> None:
    from repit.foundation.process import starting

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
