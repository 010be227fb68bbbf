"""`repit storage`: what is stored, what was found there, what needs a person.

In: a command line, the gate's settings. Out: rows that the running gate works through; progress, reports,
lists on the terminal, or JSON. Next: the operator.
"""

# ruff: noqa: PLC0415 - imports wait for settings
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from repit.foundation.errors import InputRefused, NotFound, Text
from repit.foundation.terminal import AsJson, answer, language, say, write_json

app = typer.Typer(no_args_is_help=True, help="Object storage. / Stockage d'objets.")
_LOOK_SECONDS: Final = 0.5
_SILENT_SECONDS: Final = 30.0
_SILENT: Final = Text(
    "Nothing moves. Is `repit gate` running, with the same settings?",
    "Rien ne bouge. `repit gate` tourne-t-il, avec les mêmes réglages ?",
)
Name = Annotated[str, typer.Argument(help="The scan's name. / Nom du parcours.")]
Report = Annotated[
    Path | None, typer.Option(dir_okay=False, help="Write the report there. / Écrire là le compte rendu.")
]


@app.command()
def scan(  # noqa: PLR0917 - typer reads the options from here
    bucket: Annotated[str, typer.Argument(help="The bucket. / Le compartiment.")],
    prefix: Annotated[str, typer.Option(help="Only keys that begin so. / Clés commençant ainsi.")] = "",
    versions: Annotated[bool, typer.Option(help="Old versions too. / Anciennes versions aussi.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Touch nothing. / Ne rien toucher.")] = False,
    per_second: Annotated[
        int, typer.Option(min=0, max=100_000, help="Objects a second; 0: no limit. / Objets par seconde.")
    ] = 0,
    report: Report = None,
    wait: Annotated[bool, typer.Option(help="Follow it to its end. / Suivre jusqu'au bout.")] = True,
    as_json: AsJson = False,
) -> None:
    """Look at everything stored in a bucket. / Examiner tout ce que contient un compartiment."""
    _ready()
    from repit.platform.integrations.s3 import scans

    if report is not None:
        _require_new(report)
    row, new = scans.begin(bucket, prefix, versions=versions, dry_run=dry_run, per_second=per_second)
    if not as_json:
        begun = Text(f"Scan {row.name} begins.", f"Le parcours {row.name} commence.")
        goes_on = Text(f"Scan {row.name} goes on.", f"Le parcours {row.name} reprend.")
        say(begun if new else goes_on)
    if wait:
        _follow(row)
    if as_json:
        write_json(scans.summary(row))
    elif wait:
        _summary(row)
    if not wait:
        return
    if report is not None:
        _write(report, scans.report(row))
    if row.state != "done":
        raise typer.Exit(1)


@app.command("scans")
def list_scans(as_json: AsJson = False) -> None:
    """Every scan and how far it is. / Tous les parcours et leur avancement."""
    _ready()
    from repit.platform.integrations.s3 import models, scans

    for row in models.Scan.objects.order_by("pk"):
        if as_json:
            write_json({**scans.summary(row), "trouble": row.trouble or None})
            continue
        at = scans.target(row)
        counts = " ".join(f"{name}={count}" for name, count in scans.counts(row).items())
        print(f"{row.name}  {row.state}  {at.bucket}/{at.prefix}  {counts}  {row.trouble}".rstrip())


@app.command("stop")
def stop_scan(name: Name, as_json: AsJson = False) -> None:
    """Let a scan rest; `scan` with the same options goes on. / Suspendre un parcours."""
    _ready()
    from repit.platform.integrations.s3 import scans

    ran = scans.stop(scans.called(name))
    if ran:
        text = Text("It rests after the page under way.", "Il s’arrête après la page en cours.")
    else:
        text = Text("It was not running.", "Il n’était pas en cours.")
    answer(text, {"scan": name, "was_running": ran}, as_json)


@app.command("report")
def report_of(name: Name, to: Report = None, as_json: AsJson = False) -> None:  # noqa: ARG001 - always JSON
    """Findings of a scan as JSON lines. / Ce qu'un parcours a trouvé, en lignes JSON."""
    _ready()
    from repit.platform.integrations.s3 import scans

    lines = scans.report(scans.called(name))
    if to is not None:
        _write(to, lines)
        return
    for line in lines:
        print(line)


@app.command()
def found(as_json: AsJson = False) -> None:
    """Objects that are blocked or wait for a person. / Objets bloqués ou à examiner."""
    _ready()
    from repit.platform.integrations.s3 import findings, models

    live = models.Finding.objects.filter(state__in=["review", "tagged", "moved"]).order_by("pk")
    for row in live.iterator(chunk_size=500):
        line = findings.line(row)
        if as_json:
            write_json(line)
            continue
        print(f"{row.name}  {row.state}  {line['at']}  {line['bucket']}/{line['key']}")


@app.command()
def dead(as_json: AsJson = False) -> None:
    """Objects that could not be looked at, and why. / Objets impossibles à examiner, et pourquoi."""
    _ready()
    from repit.platform.integrations.s3 import queue

    for row in queue.dead():
        thing = queue.location(row)
        if as_json:
            facts = {"taken_in_at": row.taken_in_at, "attempts": row.attempts, "trouble": row.trouble}
            write_json({"bucket": thing.bucket, "key": thing.key, **facts})
            continue
        print(f"{row.taken_in_at:%Y-%m-%d %H:%M}  x{row.attempts}  {row.trouble}  {thing.bucket}/{thing.key}")


@app.command()
def retry(as_json: AsJson = False) -> None:
    """Look at all of those again. / Réessayer tous ces objets."""
    _ready()
    from repit.platform.integrations.s3 import queue

    count = queue.try_again()
    answer(Text(f"To be looked at again: {count}", f"À réexaminer : {count}"), {"to_look_at": count}, as_json)


@app.command()
def release(
    name: Annotated[str, typer.Argument(help="The finding's name. / Nom de la trouvaille.")],
    reason: Annotated[str, typer.Option(help="Why; it is kept. / Pourquoi ; c'est conservé.")],
    as_json: AsJson = False,
) -> None:
    """Take the tag off, or put a moved object back. / Ôter l'étiquette, ou remettre un objet en place."""
    _ready()
    from repit.platform.integrations.s3 import models, quarantine, store

    finding = models.Finding.objects.filter(name=name).first()
    if finding is None:
        raise NotFound
    with store.Store.of_settings() as opened:
        quarantine.release(opened, finding, "person", why=reason, followed="allow")
    answer(Text("It is let go.", "C’est levé."), {"finding": name, "released": True}, as_json)


def _ready() -> None:
    """Django set up, the database ready, the settings whole."""
    from repit.foundation.process import starting

    starting.ready("gate")
    from repit.platform.integrations.s3 import start

    start.require_settings()


def _follow(row: Any) -> None:
    """Show how far it is until it is over; an interrupt leaves it running."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    moved, warned = time.monotonic(), False
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)
        while row.state == "running":
            before = row.seen
            row.refresh_from_db()
            found = row.blocked + row.review
            gigabytes = row.bytes / 1e9
            seen = Text(
                f"objects: {row.seen}, {gigabytes:.2f} GB, found: {found}",
                f"objets : {row.seen}, {gigabytes:.2f} Go, trouvés : {found}",
            )
            bar.update(task, description=seen.in_language(language()))
            if row.seen != before:
                moved, warned = time.monotonic(), False
            elif time.monotonic() - moved > _SILENT_SECONDS and not warned:
                warned = True
                bar.console.print(_SILENT.in_language(language()))
            time.sleep(_LOOK_SECONDS)


def _summary(row: Any) -> None:
    if row.state != "done":
        say(Text(f"It is not done: {row.state} {row.trouble}", f"Inachevé : {row.state} {row.trouble}"))
    say(
        Text(
            f"Looked at: {row.seen}. Blocked: {row.blocked}. For a person: {row.review}."
            f" Could not be read: {row.unread}.",
            f"Examinés : {row.seen}. Bloqués : {row.blocked}. Pour une personne : {row.review}."
            f" Illisibles : {row.unread}.",
        )
    )


def _require_new(path: Path) -> None:
    if path.exists() or not path.parent.is_dir():
        raise InputRefused(
            Text("The report cannot be written there.", "Le compte rendu ne peut pas être écrit là."),
            Text(
                "Name a new file in a folder that exists.",
                "Nommez un nouveau fichier dans un dossier qui existe.",
            ),
        )


def _write(path: Path, lines: Iterator[str]) -> None:
    """A new file, for its owner's eyes: it names objects."""
    _require_new(path)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{line}\n" for line in lines)
    except OSError as error:
        raise InputRefused(detail=type(error).__name__) from None
    print(path, file=sys.stderr)
