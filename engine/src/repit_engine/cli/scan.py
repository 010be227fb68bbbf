"""`repit-scan SOURCE… --out RESULTS`: hash and match an archive of millions of files.

In: folders, tar or zip archives, files, or a listing of paths; a file of hashes to look for. Out: one file
of JSON lines or of Parquet, which appears when it is complete. With ``--altered`` each picture and each video
is looked at in stages, and found again where it was cropped, mirrored, framed or cut. Next: the people who
decide about the matches.

Run the same command again after an interruption, and it goes on. Exit code: 0 when the scan is complete,
whatever it found; 1 when the machine had no room for the results; 2 for a mistake on the command line; 130
when interrupted.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from repit_engine.cli.progress import DelayedProgress
from repit_engine.cli.scan_altered import SECONDS, VIDEO_LIMITS
from repit_engine.cli.scan_bank import load_bank, load_families, stamp
from repit_engine.cli.scan_batch import Against
from repit_engine.cli.scan_families import Families
from repit_engine.cli.scan_finish import Stopped, deliver, is_delivered, report
from repit_engine.cli.scan_items import Item
from repit_engine.cli.scan_journal import Journal, JournalRefused, State
from repit_engine.cli.scan_listing import items_of, outside, write_listing
from repit_engine.cli.scan_run import batch_of, run
from repit_engine.cli.scan_sinks import SCHEMA, SCHEMA_ALTERED, Rows
from repit_engine.cli.words import CommandRefused, Text, refuse, show_version, worded
from repit_engine.picture import DEFAULT_LIMITS, Limits
from repit_engine.video import VideoLimits

_CORES = len(os.sched_getaffinity(0))
_HELP = worded(
    "Hash every picture, and look each up among the hashes given; with --altered videos, too. Run the same "
    "command again after an interruption and it goes on where it was. Exit code 0: complete; 1: no room for "
    "the results; 2: the command line was wrong; 130: interrupted.",
    "Calcule l’empreinte de chaque image et la cherche parmi celles qui sont données ; avec --altered, "
    "celles des vidéos aussi. Après une "
    "interruption, relancez la même commande et elle continue. Code de sortie 0 : complet ; 1 : pas de "
    "place pour les résultats ; 2 : erreur dans la commande ; 130 : interrompu.",
)


class ScanRefused(CommandRefused):
    """Options that do not go together."""

    code = "scan-refused"


def command(  # noqa: PLR0917 - the options of the command line
    out: Annotated[
        Path,
        typer.Option(
            help=worded(
                "Results: NAME.jsonl or NAME.parquet; there once complete.",
                "Résultats : NOM.jsonl ou NOM.parquet ; présent une fois complet.",
            )
        ),
    ],
    sources: Annotated[
        list[Path] | None,
        typer.Argument(
            help=worded(
                "Folders, .tar or .zip archives, files.", "Dossiers, archives .tar ou .zip, fichiers."
            )
        ),
    ] = None,
    listing: Annotated[
        Path | None,
        typer.Option(
            help=worded(
                "A file of paths, one a line or as find -print0; - for input.",
                "Un fichier de chemins, un par ligne ou comme find -print0 ; - pour l’entrée.",
            )
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            help=worded(
                "What to look for: hashes, repit-hash --json --family, a snapshot.",
                "Ce qui est cherché : des empreintes, repit-hash --json --family, un instantané.",
            )
        ),
    ] = None,
    altered: Annotated[
        bool,
        typer.Option(
            "--altered",
            help=worded(
                "Find crops, mirrors, cuts of videos too: slower, a tier a row.",
                "Trouver aussi recadrages, miroirs, extraits de vidéos : plus lent, un `tier` par ligne.",
            ),
        ),
    ] = False,
    radius: Annotated[
        int,
        typer.Option(
            min=0,
            max=256,
            help=worded("Greatest distance of a match, in bits.", "Distance maximale, en bits."),
        ),
    ] = 31,
    max_matches: Annotated[
        int,
        typer.Option(
            min=1,
            help=worded(
                "Matches reported a file; the nearest.", "Concordances par fichier ; les plus proches."
            ),
        ),
    ] = 100,
    workers: Annotated[
        int, typer.Option(min=1, help=worded("Processes that decode.", "Processus qui décodent."))
    ] = _CORES,
    seconds: Annotated[
        float, typer.Option(min=0.1, help=worded("Longest time a file.", "Temps maximal par fichier."))
    ] = DEFAULT_LIMITS.seconds,
    video_seconds: Annotated[
        float,
        typer.Option(
            min=1.0,
            help=worded("The same of a video, with --altered.", "De même pour une vidéo, avec --altered."),
        ),
    ] = SECONDS,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help=worded("Say how it ended as one JSON object.", "Dire l’issue sous forme d’un objet JSON."),
        ),
    ] = False,
    version: Annotated[  # noqa: ARG001 - acts as it is read
        bool,
        typer.Option(
            "--version",
            callback=show_version,
            is_eager=True,
            help=worded("Say which version this is.", "Dire la version."),
        ),
    ] = False,
) -> None:
    try:
        _check(out, sources or [], listing, against, altered=altered)
        matching = _matching(against, radius, max_matches, altered=altered)
        settings = {
            "SOURCE": [str(source.absolute()) for source in sources or []],
            "--listing": str(listing) if listing else None,
            "--against": stamp(against) if against else None,
            "--altered": altered,
            "--radius": radius,
            "--max-matches": max_matches,
            "--seconds": seconds,
            "--video-seconds": video_seconds,
        }
        bounds = Limits(seconds=seconds), replace(VIDEO_LIMITS, seconds=video_seconds)
        journal = Journal(out.with_name(out.name + ".journal"), settings)
        try:
            state = _begun(journal, out, sources or [], listing)
            state = _scanned(journal, state, workers, bounds, matching)
            if not is_delivered(state, out):
                state = deliver(journal, state, out, SCHEMA_ALTERED if altered else SCHEMA)
        except OSError as error:
            raise Stopped(error) from None
        journal.finish()
    except CommandRefused as refusal:
        raise refuse(refusal, as_json=as_json) from None
    report(state, out, as_json=as_json)


def main() -> None:
    """Entry point of `repit-scan`."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(help=_HELP)(command)
    app()


def _check(
    out: Path, sources: list[Path], listing: Path | None, against: Path | None, *, altered: bool
) -> None:
    if out.suffix not in (".jsonl", ".parquet"):
        raise ScanRefused(
            Text(f"--out {out} says no form of results.", f"--out {out} ne dit pas la forme des résultats."),
            Text("Give a name in .jsonl or .parquet.", "Donnez un nom en .jsonl ou .parquet."),
        )
    if not sources and listing is None:
        raise ScanRefused(
            Text("There is nothing to scan.", "Il n’y a rien à parcourir."),
            Text(
                "Name a folder, an archive, a file or a --listing.",
                "Indiquez un dossier, une archive, un fichier ou une liste (--listing).",
            ),
        )
    if altered and against is None:
        raise ScanRefused(
            Text(
                "--altered looks for the items of --against.", "--altered cherche les éléments de --against."
            ),
            Text("Name them.", "Indiquez-les."),
        )


def _matching(
    path: Path | None, radius: int, max_matches: int, *, altered: bool
) -> Against | Families | None:
    if path is None:
        return None
    return (load_families if altered else load_bank)(path, radius, max_matches)


def _begun(journal: Journal, out: Path, sources: list[Path], listing: Path | None) -> State:
    """The state to go on from: of the run that was interrupted, or a new one. Raises `CommandRefused`,
    `OSError`.
    """
    if os.path.lexists(out) and not journal.folder.exists():
        raise _taken(out)
    journal.open()
    state = journal.load()
    if state is not None:
        if os.path.lexists(out) and not is_delivered(state, out):
            raise _taken(out)
        typer.echo(
            worded("Going on where the last run stopped.", "Reprise là où la dernière s’est arrêtée."),
            err=True,
        )
        state = replace(state, runs=state.runs + 1)
    elif os.path.lexists(out):
        raise _taken(out)
    else:
        try:
            state = State(_listed(journal, out, items_of(sources, listing)))
        except CommandRefused:
            journal.finish()
            raise
    journal.save(state)
    return state


def _listed(journal: Journal, out: Path, items: Iterator[Item]) -> int:
    with DelayedProgress(worded("listing", "liste"), None) as progress:
        is_other = outside((out, journal.folder))
        return write_listing(journal.listing, progress.counted(filter(is_other, items)))


def _scanned(
    journal: Journal,
    state: State,
    workers: int,
    bounds: tuple[Limits, VideoLimits],
    matching: Against | Families | None,
) -> State:
    if state.finished is not None:
        return state
    rows = Rows(journal.rows, state.mark)
    try:
        already = min(state.items, state.batches * batch_of(matching))
        with DelayedProgress(worded("scanning", "parcours"), state.items, already) as progress:
            return run(
                journal,
                state,
                rows,
                workers=workers,
                limits=bounds[0],
                films=bounds[1],
                against=matching,
                on_progress=progress.advance,
            )
    finally:
        rows.close()


def _taken(out: Path) -> JournalRefused:
    return JournalRefused(
        Text(f"--out {out} exists already.", f"--out {out} existe déjà."),
        Text("Give another name, or remove it.", "Donnez un autre nom ou supprimez-le."),
    )


if __name__ == "__main__":
    main()
