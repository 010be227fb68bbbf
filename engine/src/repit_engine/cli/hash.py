"""`repit-hash FILE…`: the PDQ hash and quality of pictures.

In: files, folders, or `-` for standard input. Out: a table, or JSON lines for programs. Next: a bank, or a
person who compares two pictures.

Exit code: 0 if every picture was hashed, 1 if at least one was not, 2 for a mistake on the command line.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from repit_engine.anchors import bank_family
from repit_engine.cli.files import files_under
from repit_engine.cli.progress import PatientProgress
from repit_engine.errors import PictureRefused
from repit_engine.hash import orientations_of
from repit_engine.picture import DEFAULT_LIMITS, Picture, open_picture
from repit_engine.stoplist import package_stoplist
from repit_engine.types import Hash

Row = dict[str, Any]


def command(  # noqa: PLR0917 - typer reads options from parameters
    files: Annotated[
        list[str], typer.Argument(help="Pictures; folders with --recursive; - for standard input.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, not a table.")] = False,
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

    A quality below 50 says that the picture holds too little to be told from others. Exit code 0: every
    picture was hashed; 1: at least one was not, and its line says why; 2: the command line was wrong.
    """
    sources = list(_sources(files, recursive))
    rows: list[Row] = []
    with PatientProgress("hashing", len(sources)) as progress:
        for name in sources:
            row = _row(name, orientations=orientations, family=family, full=full)
            if as_json:
                typer.echo(json.dumps(row))
            rows.append({"reason": row["reason"]} if as_json else row)
            progress.advance()
    if not as_json:
        _show(rows)
    raise typer.Exit(1 if any(row["reason"] for row in rows) else 0)


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
        picture = open_picture(source, full=full)
        hashes, quality = orientations_of(picture)
    except PictureRefused as refusal:
        return row | {"reason": refusal.code, "message": str(refusal)}
    row |= {"hash": hashes[0].hex, "quality": quality}
    if orientations:
        row["orientations"] = [hashed.hex for hashed in hashes]
    if family:
        row["anchored"] = _anchored(picture)
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


def _show(rows: list[Row]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("File", overflow="fold")
    table.add_column("Hash", no_wrap=True, min_width=64)
    table.add_column("Quality", justify="right")
    for row in rows:
        if row["reason"]:
            table.add_row(Text(row["file"]), Text(row["message"], style="red"), Text("–"))
            continue
        hashes = row.get("orientations", [row["hash"]])
        table.add_row(Text(row["file"]), Text("\n".join(hashes)), Text(str(row["quality"])))
        for one in row.get("anchored", ()):
            table.add_row(Text("+"), Text(one["hash"]), Text(str(one["quality"])))
    Console().print(table)


if __name__ == "__main__":
    main()
