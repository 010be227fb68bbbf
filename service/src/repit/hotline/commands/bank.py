"""`repit bank …`: items that wait for a person, what is decided of them, files of hashes.

`bank_items` has the commands that list, show, check and erase.

In: a command line. Out: rows, or what they say, in French or English. Next: an operator.
"""

# ruff: noqa: PLC0415 - imports wait for settings
import sys
from pathlib import Path
from typing import Annotated

import typer

from repit.foundation.errors import Text
from repit.foundation.terminal import AsJson, answer, language, say, write_json
from repit.hotline.commands import bank_items
from repit.hotline.commands.bank_items import NAMES_MAY_BEGIN_WITH_A_DASH, ItemName, Reason
from repit.hotline.commands.ready import ready

app = typer.Typer(
    no_args_is_help=True,
    help="What the bank holds, and what waits for a person. / Le contenu de la banque, et ce qui attend.",
)
widely = typer.Typer(
    no_args_is_help=True, help="Pictures and videos everyone has seen. / Images et vidéos très diffusées."
)
app.add_typer(widely, name="widely-published")

for name, command in bank_items.COMMANDS.items():
    app.command(name, context_settings=NAMES_MAY_BEGIN_WITH_A_DASH)(command)


@app.command("review")
def bank_review(as_json: AsJson = False) -> None:
    """What waits for a person, and why. / Ce qui attend une personne, et pourquoi."""
    ready()
    from repit.hotline import curation

    if as_json:
        for row in curation.waiting():
            write_json(row)
        for alarm in curation.alarms():
            write_json({"alarm": alarm.what, "subscriber": alarm.subscriber.name, "since": alarm.at})
        return
    for row in curation.waiting():
        asked = Text("asked, served meanwhile", "question, servi entre-temps").in_language(language())
        state = asked if row.asked and row.state == "active" else row.state
        print(f"{row.item}  {state}  {row.since:%Y-%m-%d %H:%M}  {row.reason}")
    for alarm in curation.alarms():
        say(
            Text(
                f"Alarm: {alarm.subscriber.name} moves more than one may ({alarm.what}).",
                f"Alerte : {alarm.subscriber.name} dépasse ce qui est permis ({alarm.what}).",
            )
        )


@app.command("release", context_settings=NAMES_MAY_BEGIN_WITH_A_DASH)
def bank_release(item: ItemName, reason: Reason, as_json: AsJson = False) -> None:
    """Publish a received item, or keep one in doubt. / Publier un élément reçu, ou garder un élément."""
    ready()
    from repit.hotline import curation

    curation.release(item, reason)
    text = Text("Subscribers are told.", "Les abonnés en sont informés.")
    answer(text, {"item": item, "done": "released"}, as_json)


@app.command("suspend", context_settings=NAMES_MAY_BEGIN_WITH_A_DASH)
def bank_suspend(item: ItemName, reason: Reason, as_json: AsJson = False) -> None:
    """Have subscribers keep an item apart. / Suspendre un élément."""
    ready()
    from repit.hotline import curation

    curation.suspend(item, reason)
    answer(Text("Suspended.", "Suspendu."), {"item": item, "done": "suspended"}, as_json)


@app.command("ask", context_settings=NAMES_MAY_BEGIN_WITH_A_DASH)
def bank_ask(item: ItemName, reason: Reason, as_json: AsJson = False) -> None:
    """Ask platforms' people to look once more. / Demander aux plateformes un nouvel examen."""
    ready()
    from repit.hotline import curation

    curation.ask_again(item, reason)
    answer(Text("Asked.", "Demandé."), {"item": item, "done": "asked"}, as_json)


@app.command("withdraw", context_settings=NAMES_MAY_BEGIN_WITH_A_DASH)
def bank_withdraw(
    item: ItemName,
    reason: Reason,
    everyones: Annotated[
        bool, typer.Option(help="Everyone has seen it: hold it back next time. / Image très diffusée.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Have everyone forget an item. / Faire oublier un élément à tous."""
    ready()
    from repit.hotline import curation

    (curation.withdraw_as_everyones if everyones else curation.withdraw)(item, reason)
    answer(Text("Withdrawn.", "Retiré."), {"item": item, "done": "withdrawn"}, as_json)


@app.command("import")
def bank_import(  # noqa: PLR0917 - typer reads the options from here
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
    as_json: AsJson = False,
) -> None:
    """Take a file of hashes in (docs/en/exchanges.md). / Prendre un fichier d'empreintes."""
    ready()
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    from repit.hotline.bank import import_file

    rejected = import_file.RejectedLines()
    with Progress(TextColumn("{task.completed:,}"), TimeElapsedColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        done = None
        with file.open(encoding="utf-8", errors="replace") as lines:
            for part in import_file.load(
                lines,
                rejected,
                kind="deepfake" if deepfake else "intimate",
                publish=not review,
                origin=origin or None,
                reason=reason,
            ):
                done = part if done is None else done + part
                bar.update(task, completed=done.active + done.received + done.known)
    active, received, known = (done.active, done.received, done.known) if done else (0, 0, 0)
    if as_json:
        unread = [{"line": number, "reason": why} for number, why in rejected.first]
        counts = {"published": active, "received": received, "known": known, "rejected": rejected.count}
        write_json({**counts, "first_rejected": unread})
        return
    say(
        Text(
            f"Published: {active}. Waiting for a person: {received}. Known before: {known}.",
            f"Publiés : {active}. En attente d’une personne : {received}. Déjà connus : {known}.",
        )
    )
    say(Text(f"Lines that cannot be read: {rejected.count}", f"Lignes illisibles : {rejected.count}"))
    for number, why in rejected.first:
        print(f"  {number}: {why}", file=sys.stderr)


@widely.command("add")
def widely_published_add(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="Pictures, videos. / Images, vidéos.")
    ],
    as_json: AsJson = False,
) -> None:
    """Hash pictures and videos here; they go nowhere. / Calculer les empreintes ici même."""
    ready()
    from repit.hotline import curation

    listed = curation.add_widely_published(files)
    new, unseen = listed.new, list(listed.unseen)
    text = Text(f"New hashes: {new}", f"Nouvelles empreintes : {new}")
    answer(text, {"new_hashes": new, "seen_in_part": unseen}, as_json)
    if unseen and not as_json:
        names = ", ".join(unseen)
        say(
            Text(
                f"Not seen to the end, and known only as far as they were: {names}",
                f"Vidéos vues en partie seulement, et connues d’autant : {names}",
            )
        )
