"""`repit-scan SOURCE… --out RESULTS`: hash and match an archive of millions of files.

In: folders, tar or zip archives, files, or a listing of paths; a file of hashes to look for. Out: JSON
lines, or a folder of Parquet. With ``--altered`` each picture is looked at in stages, and found again where
it was cropped, mirrored or framed. Next: the people who decide about the matches.

Run the same command again after an interruption, and it goes on. Exit code: 0 when the scan is complete,
whatever it found; 2 for a mistake on the command line; 130 when interrupted.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from repit_engine.cli.progress import DelayedProgress
from repit_engine.cli.scan_altered import Families
from repit_engine.cli.scan_bank import load_bank, load_families, stamp
from repit_engine.cli.scan_batch import Against
from repit_engine.cli.scan_items import Item
from repit_engine.cli.scan_journal import Journal, JournalRefused, State
from repit_engine.cli.scan_list import BankRefused
from repit_engine.cli.scan_listing import ListingRefused, items_of, write_listing
from repit_engine.cli.scan_run import BATCH, run
from repit_engine.cli.scan_sinks import SCHEMA, SCHEMA_ALTERED, JsonLines, Parquet, Sink
from repit_engine.picture import DEFAULT_LIMITS, Limits

_CORES = len(os.sched_getaffinity(0))


def command(  # noqa: PLR0917 - the options of the command line
    out: Annotated[Path, typer.Option(help="Results: NAME.jsonl, or NAME.parquet for a folder of parts.")],
    sources: Annotated[
        list[Path] | None, typer.Argument(help="Folders, .tar or .zip archives, files.")
    ] = None,
    listing: Annotated[Path | None, typer.Option(help="A file of paths, one a line; - for input.")] = None,
    against: Annotated[
        Path | None, typer.Option(help="What to look for: hashes, repit-hash --json --family, a snapshot.")
    ] = None,
    altered: Annotated[
        bool, typer.Option("--altered", help="Find crops, mirrors, borders too: slower, a tier a row.")
    ] = False,
    radius: Annotated[int, typer.Option(min=0, max=256, help="Greatest distance of a match, in bits.")] = 31,
    max_matches: Annotated[int, typer.Option(min=1, help="Matches reported a file; the nearest.")] = 100,
    workers: Annotated[int, typer.Option(min=1, help="Processes that decode.")] = _CORES,
    seconds: Annotated[float, typer.Option(min=0.1, help="Longest time a file.")] = DEFAULT_LIMITS.seconds,
) -> None:
    """Hash every picture, and look each up among the hashes given.

    Run the same command again after an interruption and it goes on where it was. Exit code 0: complete; 2:
    the command line was wrong; 130: interrupted.
    """
    if out.suffix not in (".jsonl", ".parquet"):
        raise typer.BadParameter("--out ends in .jsonl or .parquet, and so says its form.")
    if not sources and listing is None:
        raise typer.BadParameter("Name a folder, an archive, a file or a --listing.")
    if altered and against is None:
        raise typer.BadParameter("--altered looks for the items of --against: name them.")
    try:
        matching = _matching(against, radius, max_matches, altered=altered)
        settings = {
            "sources": [str(source.absolute()) for source in sources or []],
            "listing": str(listing) if listing else None,
            "against": stamp(against) if against else None,
            "altered": altered,
            "radius": radius,
            "max_matches": max_matches,
            "seconds": seconds,
        }
        journal = Journal(out.with_name(out.name + ".journal"), settings)
        state = _begin(journal, out, items_of(sources or [], listing))
    except (BankRefused, JournalRefused, ListingRefused) as refusal:
        raise typer.BadParameter(str(refusal)) from None
    schema = SCHEMA_ALTERED if altered else SCHEMA
    parquet = out.suffix == ".parquet"
    sink: Sink = Parquet(out, state.mark, schema) if parquet else JsonLines(out, state.mark)
    try:
        with DelayedProgress("scanning", state.items) as progress:
            progress.advance(min(state.items, state.batches * BATCH))
            counts = run(
                journal,
                state,
                sink,
                workers=workers,
                limits=Limits(seconds=seconds),
                against=matching,
                on_progress=progress.advance,
            )
    finally:
        sink.close()
    journal.finish()
    _report(counts)


def main() -> None:
    """Entry point of `repit-scan`."""
    typer.run(command)


def _matching(
    path: Path | None, radius: int, max_matches: int, *, altered: bool
) -> Against | Families | None:
    if path is None:
        return None
    if altered:
        return load_families(path, radius, max_matches)
    return Against(load_bank(path), radius, max_matches)


def _begin(journal: Journal, out: Path, items: Iterator[Item]) -> State:
    state = journal.load()
    if state is not None:
        Console(stderr=True).print("Going on where the last run stopped.")
        return state
    if out.exists():
        raise JournalRefused(f"{out} exists already and is complete: give another name, or remove it.")
    journal.start()
    with Console(stderr=True).status("Listing the files …"):
        # Results written below a folder that is scanned are no part of it.
        own = (out.resolve(), journal.listing.parent.resolve())
        others = (item for item in items if not any(map(Path(item.path).resolve().is_relative_to, own)))
        state = State(write_listing(journal.listing, others))
    journal.save(state)
    return state


def _report(counts: Counter[str]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("Outcome")
    table.add_column("Files", justify="right")
    for outcome, number in counts.most_common():
        table.add_row(outcome, f"{number:,}")
    Console(stderr=True).print(table)


if __name__ == "__main__":
    main()
