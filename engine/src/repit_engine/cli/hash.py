"""`repit-hash FILE…`: the PDQ hash and quality of pictures, the moments of videos.

In: files, folders, or `-` for standard input. Out: a line each, or JSON lines for programs. Next: a bank, or
a person who compares two pictures.

Exit code: 0 if every file was hashed, 1 if at least one was not, 2 for a mistake on the command line.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from repit_engine.anchors import bank_family
from repit_engine.cli.files import UNREADABLE_FOLDER, Found, files_under
from repit_engine.cli.hash_video import head_of, is_film, lines_of, may_move, row_of_animation, row_of_film
from repit_engine.cli.names import readable
from repit_engine.cli.progress import DelayedProgress
from repit_engine.cli.words import CommandRefused, Text, refuse, show_version, worded
from repit_engine.errors import PictureRefused
from repit_engine.hash import orientations_of
from repit_engine.moments.watching import WatchingChild
from repit_engine.pdq import Orientation
from repit_engine.picture import DEFAULT_LIMITS, Picture
from repit_engine.stoplist import package_stoplist
from repit_engine.types import Hash
from repit_engine.views import open_views

Row = dict[str, Any]

_HELP = worded(
    "Print the PDQ hash and quality of pictures, and of the moments of videos. A quality below 50 says that "
    "the picture holds too little to be told from others. The first line of a file is what browsers show on "
    "white; where it may also look otherwise (further frames, another ground, other colours), a line each "
    "follows. A video has a line for each moment: the stillest frame of each second, and when it is shown. "
    "Exit code 0: every file was hashed; 1: at least one was not, and its line says why; 2: the command line "
    "was wrong.",
    "Affiche l’empreinte PDQ et la qualité d’images, et des moments de vidéos. Une qualité sous 50 dit que "
    "l’image montre trop peu pour être distinguée d’autres. La première ligne d’un fichier est ce que les "
    "navigateurs montrent sur blanc ; s’il peut avoir un autre aspect (autres images, autre fond, autres "
    "couleurs), une ligne suit pour chacun. Une vidéo a une ligne par moment : l’image la plus stable de "
    "chaque seconde, et quand on la voit. Code de sortie 0 : chaque fichier a son empreinte ; 1 : au moins "
    "un n’en a pas, et sa ligne dit pourquoi ; 2 : erreur dans la commande.",
)


def _warm(wanted: bool) -> None:
    if wanted:
        # Imported here: hashing a file at hand needs no search.
        from repit_engine.cli.warming import warm  # noqa: PLC0415

        warm()
        raise typer.Exit


def command(  # noqa: PLR0917 - typer reads options from parameters
    files: Annotated[
        list[str],
        typer.Argument(
            help=worded(
                "Pictures, videos; folders with --recursive; - for standard input.",
                "Images, vidéos ; dossiers avec --recursive ; - pour l’entrée standard.",
            )
        ),
    ],
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help=worded(
                "One JSON object a line, for programs.", "Un objet JSON par ligne, pour des programmes."
            ),
        ),
    ] = False,
    orientations: Annotated[
        bool,
        typer.Option(
            "--orientations",
            help=worded(
                "All eight orientations: turned and mirrored.", "Les huit orientations : tournées, en miroir."
            ),
        ),
    ] = False,
    family: Annotated[
        bool,
        typer.Option(
            "--family",
            help=worded(
                "The anchored hashes too, by which altered copies are found.",
                "Aussi les empreintes ancrées, par lesquelles les copies modifiées sont trouvées.",
            ),
        ),
    ] = False,
    recursive: Annotated[
        bool,
        typer.Option(
            "--recursive",
            "-r",
            help=worded("Read folders to the bottom.", "Lire les dossiers jusqu’au fond."),
        ),
    ] = False,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help=worded(
                "Decode every pixel in colour: slower, equal to PDQ's reference.",
                "Décoder chaque pixel en couleur : plus lent, égal à la référence de PDQ.",
            ),
        ),
    ] = False,
    warm: Annotated[  # noqa: ARG001 - acts as it is read
        bool,
        typer.Option(
            "--warm",
            callback=_warm,
            is_eager=True,
            help=worded(
                "Compile once, as you install, for every account; then end.",
                "Compiler une fois, à l’installation, pour tous les comptes ; puis finir.",
            ),
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
        sources = list(_sources(files, recursive))
    except FolderRefused as refusal:
        raise refuse(refusal, as_json=as_json) from None
    unhashed = False
    # The child starts with the first of what moves.
    with (
        DelayedProgress(worded("hashing", "calcul"), len(sources)) as progress,
        WatchingChild() as child,
    ):
        for source in sources:
            row = _row(source, child, orientations=orientations, family=family, full=full)
            for line in [json.dumps(row)] if as_json else _lines(row, orientations=orientations):
                typer.echo(line)
            unhashed = unhashed or bool(row["reason"])
            progress.advance()
    raise typer.Exit(1 if unhashed else 0)


def main() -> None:
    """Entry point of `repit-hash`."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(help=_HELP)(command)
    app()


class FolderRefused(CommandRefused):
    """A folder where files were expected."""

    code = "folder-refused"


def _sources(names: list[str], recursive: bool) -> Iterator[str | Found]:
    for name in names:
        if name != "-" and os.path.isdir(name):  # noqa: PTH112 - false, too, for what may not be looked at
            if not recursive:
                shown = readable(name)[0]
                raise FolderRefused(
                    Text(f"{shown} is a folder.", f"{shown} est un dossier."),
                    Text("Add --recursive to read it.", "Ajoutez --recursive pour le lire."),
                )
            yield from files_under(Path(name))
        else:
            yield name


def _row(given: str | Found, child: WatchingChild, *, orientations: bool, family: bool, full: bool) -> Row:
    name, raw = readable(given if isinstance(given, str) else str(given.path))
    row: Row = {"file": name, "file_base64": raw, "hash": None, "quality": None}
    row |= {"reason": None, "message": None}
    if isinstance(given, Found) and given.is_folder:
        return row | {
            "reason": UNREADABLE_FOLDER,
            "message": "The folder cannot be read. Look at its rights.",
        }
    # One byte more than the limit is enough to see that there is too much.
    source = (
        sys.stdin.buffer.read(DEFAULT_LIMITS.bytes + 1)
        if given == "-"
        else Path(given if isinstance(given, str) else given.path)
    )
    if is_film(head_of(source)):
        return row | row_of_film(child, source)
    try:
        views = open_views(source, full=full, closely=True)
        hashes, quality = orientations_of(views.shown)
    except PictureRefused as refusal:
        return row | {"reason": refusal.code, "message": str(refusal)}
    row |= {"hash": hashes[0].hex, "quality": quality}
    if orientations:
        row["orientations"] = [hashed.hex for hashed in hashes]
    if family:
        row["anchored"] = _anchored(views.shown)
    if views.others:
        row["views"] = [
            {"of": view.of.value, "hash": Hash.from_row(view.hashes[0]).hex, "quality": view.quality}
            for view in views.others
        ]
    if views.unseen:
        row["unseen"] = views.unseen
    if may_move(source):
        row = row_of_animation(child, source) | row
    return row


def _anchored(picture: Picture) -> list[dict[str, Any]]:
    """The anchored hashes of a picture that say something, strongest anchor first."""
    found = bank_family(picture)
    silent = package_stoplist().near(found.hashes)
    return [
        {"hash": Hash.from_row(found.hashes[row]).hex, "quality": int(found.qualities[row])}
        for row in range(1, len(found.hashes))
        if not silent[row]
    ]


def _lines(row: Row, *, orientations: bool) -> Iterator[str]:
    """Hash, quality, name, as `sha256sum` has it: whole in a terminal of any width, and easy to cut."""
    if row["reason"]:
        yield f"{'–':64}    –  {row['file']}: {row['message']}"
        return
    if row["hash"] is None:
        yield from lines_of(row)
    else:
        yield from _lines_of_picture(row, orientations=orientations)
    if "unseen" in row:
        yield f"{'–':64}    –    not all of it was looked at: {row['unseen']}"


def _lines_of_picture(row: Row, *, orientations: bool) -> Iterator[str]:
    yield f"{row['hash']}  {row['quality']:3}  {row['file']}"
    if orientations:
        for turned in tuple(Orientation)[1:]:
            name = turned.name.lower().replace("_", " ")
            yield f"{row['orientations'][turned]}  {row['quality']:3}    {name}"
    for entry in row.get("anchored", ()):
        yield f"{entry['hash']}  {entry['quality']:3}    anchored"
    for view in row.get("views", ()):
        yield f"{view['hash']}  {view['quality']:3}    {view['of']}"


if __name__ == "__main__":
    main()
