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

from repit_engine.cli.files import files_under
from repit_engine.cli.progress import PatientProgress
from repit_engine.errors import PictureRefused
from repit_engine.hash import orientations_of
from repit_engine.picture import DEFAULT_LIMITS, open_picture

Row = dict[str, Any]


def command(
    files: Annotated[
        list[str], typer.Argument(help="Pictures; folders with --recursive; - for standard input.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, not a table.")] = False,
    orientations: Annotated[
        bool, typer.Option("--orientations", help="All eight orientations: turned and mirrored.")
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
            row = _row(name, orientations=orientations, full=full)
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


def _row(name: str, *, orientations: bool, full: bool) -> Row:
    row: Row = {"file": name, "hash": None, "quality": None, "reason": None, "message": None}
    try:
        # One byte more than the limit is enough to see that there is too much.
        source = sys.stdin.buffer.read(DEFAULT_LIMITS.bytes + 1) if name == "-" else Path(name)
        hashes, quality = orientations_of(open_picture(source, full=full))
    except PictureRefused as refusal:
        return row | {"reason": refusal.code, "message": str(refusal)}
    row |= {"hash": hashes[0].hex, "quality": quality}
    return row | {"orientations": [hashed.hex for hashed in hashes]} if orientations else row


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
    Console().print(table)


if __name__ == "__main__":
    main()
