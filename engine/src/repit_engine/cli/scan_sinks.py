"""Where the rows of a scan go while it runs, and the file that they become when it is complete.

In: rows, in order. Out: JSON lines in the journal, right up to the last mark whatever kills the scan; in the
end one file of JSON lines or of Parquet, which appears whole. Next: DuckDB, Polars, pandas, a text editor.
"""

import itertools
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from repit_engine.cli.scan_batch import Row

_ROWS_A_GROUP: Final = 20_000
_SPAN: Final = pa.struct([("from", pa.float64()), ("to", pa.float64())])
_ITEM: Final = pa.struct([("id", pa.uint64()), ("item", pa.string())])
SCHEMA: Final = pa.schema(
    [
        ("file", pa.string()),
        ("file_base64", pa.string()),
        ("hash", pa.string()),
        ("quality", pa.uint8()),
        ("reason", pa.string()),
        ("item", pa.string()),
        ("item_id", pa.uint64()),
        ("matches", pa.list_(pa.struct([*_ITEM, ("distance", pa.uint16())]))),
        ("more_matches", pa.bool_()),
        ("others", pa.list_(pa.string())),
        ("unseen", pa.string()),
    ]
)
"""The same names and kinds in both forms: hashes as digits, since pandas reads no list of fixed bytes."""

SCHEMA_ALTERED: Final = pa.schema(
    [
        *SCHEMA,
        ("tier", pa.string()),
        ("strength", pa.string()),
        ("distances", pa.list_(pa.uint16())),
        ("expected_false", pa.float64()),
        ("also", pa.list_(_ITEM)),
        ("duration", pa.float64()),
        ("segments", pa.list_(pa.struct([("file", _SPAN), ("item", _SPAN), ("speed", pa.float64())]))),
    ]
)
"""With what a scan for altered copies says of each file besides."""
_SAMPLED: Final = 100
"""Rows from which a reader guesses what a column holds: Polars looks at so many, DuckDB at 20,480, and both
lose or refuse what comes later and is of another kind."""


class Rows:
    """The rows so far, one JSON object a line; the mark is their length in bytes, and what lies beyond it is
    cut off."""

    def __init__(self, path: Path, mark: int) -> None:
        self._file = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(mark)
        self._file.seek(mark)

    def write(self, rows: list[Row]) -> None:
        """Append."""
        self._file.write("".join(json.dumps(row) + "\n" for row in rows).encode())

    def mark(self) -> int:
        """Flush to the disk; the number of bytes that are there for good."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file; what does not reach the disk any more lies beyond the mark."""
        with suppress(OSError):
            self._file.close()


def as_parquet(rows: Path, schema: pa.Schema, unfinished: Path) -> Path:
    """The rows as one file of Parquet, in their order."""
    with (
        rows.open(encoding="utf-8") as lines,
        unfinished.open("wb") as file,
        pq.ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        while group := [json.loads(line) for line in itertools.islice(lines, _ROWS_A_GROUP)]:
            writer.write_table(pa.Table.from_pylist(group, schema))
    return _on_disk(unfinished)


def as_json_lines(rows: Path, schema: pa.Schema, unfinished: Path) -> Path:
    """The rows as they are; but for each column the first that says something in it stands near the top,
    where readers look to learn what the column holds.
    """
    first = _telling(rows, schema)
    if all(number < _SAMPLED for number in first):
        return rows
    with rows.open("rb") as lines, unfinished.open("wb") as file:
        file.writelines(line for number, line in enumerate(lines) if number in first)
        lines.seek(0)
        file.writelines(line for number, line in enumerate(lines) if number not in first)
    return _on_disk(unfinished)


def _telling(rows: Path, schema: pa.Schema) -> set[int]:
    """The number of the first row that has something in a column, for each column that has any."""
    # As `json.dumps` writes it, and no name in the row can: there a quotation mark has a backslash before it.
    silent = {name: (f'"{name}": null'.encode(), f'"{name}": []'.encode()) for name in schema.names}
    found = set()
    with rows.open("rb") as lines:
        for number, line in enumerate(lines):
            filled = [
                name for name, (null, empty) in silent.items() if null not in line and empty not in line
            ]
            if filled:
                found.add(number)
                for name in filled:
                    del silent[name]
            if not silent:
                break
    return found


def _on_disk(path: Path) -> Path:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return path
