"""The end of a scan: its results under their name, whole, and what they came to.

In: the journal of a scan of which all rows are there. Out: the file of results, a table or a JSON object.
Next: a person, or another program.
"""

import errno
import json
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
import typer
from rich.console import Console
from rich.table import Table

from repit_engine.cli.names import readable
from repit_engine.cli.scan_journal import Journal, State
from repit_engine.cli.scan_sinks import as_json_lines, as_parquet
from repit_engine.cli.words import CommandRefused, Text, worded

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Stopped(CommandRefused):
    """The disk, or the machine, does not give what the scan needs."""

    code = "scan-stopped"
    status: ClassVar[int] = 1

    def __init__(self, error: OSError) -> None:
        why = os.strerror(error.errno) if error.errno else type(error).__name__
        if error.errno in _NO_ROOM:
            message = Text(
                "There is no room left for the results.", "Il n’y a plus de place pour les résultats."
            )
        else:
            message = Text(f"The scan stopped: {why}.", f"Le parcours s’est arrêté : {why}.")
        super().__init__(
            message,
            Text(
                "What was found is kept: make room or put it right, then run the same command again.",
                "Ce qui a été trouvé est gardé : faites de la place ou corrigez, puis relancez "
                "la même commande.",
            ),
        )


def deliver(journal: Journal, state: State, out: Path, schema: pa.Schema) -> State:
    """Give the results their name, in one step. Raises `OSError`."""
    unfinished = journal.folder / "results.unfinished"
    unfinished.unlink(missing_ok=True)
    form = as_parquet if out.suffix == ".parquet" else as_json_lines
    made = form(journal.rows, schema, unfinished)
    # Noted before: killed in between, the next run knows its own file by this.
    found = made.stat()
    state = replace(state, finished=[found.st_ino, found.st_size])
    journal.save(state)
    made.replace(out)
    with suppress(OSError):
        folder = os.open(out.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    return state


def is_delivered(state: State, out: Path) -> bool:
    """Whether that file is this scan's."""
    try:
        found = out.stat()
    except OSError:
        return False
    return state.finished == [found.st_ino, found.st_size]


def report(state: State, out: Path, *, as_json: bool) -> None:
    """What all runs together came to."""
    counts = sorted(state.counts.items(), key=lambda count: (-count[1], count[0]))
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "complete": True,
                    "out": readable(str(out))[0],
                    "files": state.items,
                    "outcomes": dict(counts),
                    "runs": state.runs,
                }
            )
        )
        return
    table = Table(box=None, pad_edge=False)
    table.add_column(worded("Outcome", "Issue"))
    table.add_column(worded("Files", "Fichiers"), justify="right")
    for outcome, number in counts:
        table.add_row(outcome, f"{number:,}")
    table.add_row(worded("in all", "en tout"), f"{state.items:,}")
    Console(stderr=True).print(table)
