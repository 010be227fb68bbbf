"""`repit-hash FILE…`: the PDQ hash and quality of pictures.

In: files, folders, or `-` for standard input. Out: a line each, or JSON lines for programs. Next: a bank, or
a person who compares two pictures.

Exit code: 0 if every picture was hashed, 1 if at least one was not, 2 for a mistake on the command line.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from repit_engine.anchors import bank_family
from repit_engine.cli.files import files_under
from repit_engine.cli.progress import DelayedProgress
from repit_engine.errors import PictureRefused
from repit_engine.hash import orientations_of
from repit_engine.pdq import Orientation
from repit_engine.picture import DEFAULT_LIMITS, Picture
from repit_engine.stoplist import package_stoplist
from repit_engine.types import Hash
from repit_engine.views import open_views

Row = dict[str, Any]


def command(  # noqa: PLR0917 - typer reads options from parameters
    files: Annotated[
        list[str], typer.Argument(help="Pictures; folders with --recursive; - for standard input.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")] = False,
    orientations: Annotated[
        bool, typer.Option("--orientations", help="All eight orientations: turned and mirrored.")
    ] = False,
    family: Annotated[
        bool, typer.Option("--family", help="The anchored hashes too, by which altered copies are found.")
    ] = False,
    recursive: Annotated[bool, typer.Option("--recursive", "-r", help="Read folders to the bottom.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Decode every pixel in colour: slower, equal to PDQ's reference.")
    ] = False,
) -> None:
    """Print the PDQ hash and quality of pictures.

    A quality below 50 says that the picture holds too little to be told from others. The first line of a file
    is what browsers show on white; where it may also look otherwise (further frames, another ground, other
    colours), a line each follows. Exit code 0: every picture was hashed; 1: at least one was not, and its
    line says why; 2: the command line was wrong.
    """
    sources = list(_sources(files, recursive))
    unhashed = False
    with DelayedProgress("hashing", len(sources)) as progress:
        for name in sources:
            row = _row(name, orientations=orientations, family=family, full=full)
            for line in [json.dumps(row)] if as_json else _lines(row, orientations=orientations):
                typer.echo(line)
            unhashed = unhashed or bool(row["reason"])
            progress.advance()
    raise typer.Exit(1 if unhashed else 0)


def main() -> None:
    """Entry point of `repit-hash`."""
    typer.run(command)


def _sources(names: list[str], recursive: bool) -> Iterator[str]:
    for name in names:
        if name != "-" and Path(name).is_dir():
            if not recursive:
                raise typer.BadParameter(f"{name} is a folder; add --recursive to read it.")
            yield from (str(path) for path in files_under(Path(name)))
        else:
            yield name


def _row(name: str, *, orientations: bool, family: bool, full: bool) -> Row:
    row: Row = {"file": name, "hash": None, "quality": None, "reason": None, "message": None}
    try:
        # One byte more than the limit is enough to see that there is too much.
        source = sys.stdin.buffer.read(DEFAULT_LIMITS.bytes + 1) if name == "-" else Path(name)
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
    yield f"{row['hash']}  {row['quality']:3}  {row['file']}"
    if orientations:
        for turned in tuple(Orientation)[1:]:
            name = turned.name.lower().replace("_", " ")
            yield f"{row['orientations'][turned]}  {row['quality']:3}    {name}"
    for entry in row.get("anchored", ()):
        yield f"{entry['hash']}  {entry['quality']:3}    anchored"
    for view in row.get("views", ()):
        yield f"{view['hash']}  {view['quality']:3}    {view['of']}"
    if "unseen" in row:
        yield f"{'–':64}    –    not all of it was looked at: {row['unseen']}"


if __name__ == "__main__":
    main()
