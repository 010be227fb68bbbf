"""Where the rows of a scan go: JSON lines in one file, or Parquet in a folder of parts.

In: rows, in order. Out: files that are right up to the last mark, whatever kills the scan. Next:
`scan_journal` keeps the mark; DuckDB, Polars, Spark or a text editor read the rows.
"""

import json
import os
from pathlib import Path
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from repit_engine.cli.scan_batch import Row

ROWS_A_PART: Final = 50_000
SCHEMA: Final = pa.schema(
    [
        ("file", pa.string()),
        ("hash", pa.binary(32)),
        ("quality", pa.uint8()),
        ("reason", pa.string()),
        ("matches", pa.list_(pa.struct([("id", pa.uint64()), ("distance", pa.uint16())]))),
        ("more_matches", pa.bool_()),
        ("others", pa.list_(pa.binary(32))),
        ("unseen", pa.string()),
    ]
)

SCHEMA_ALTERED: Final = pa.schema(
    [
        *SCHEMA,
        ("tier", pa.string()),
        ("strength", pa.string()),
        ("item", pa.uint64()),
        ("distances", pa.list_(pa.uint16())),
        ("expected_false", pa.float64()),
        ("also", pa.list_(pa.uint64())),
    ]
)
"""With what a scan for altered copies says of each file besides."""


class Sink(Protocol):
    """`write` takes rows; `mark` says where to go on from, or None while rows are held back; `close` ends
    it.
    """

    def write(self, rows: list[Row]) -> None: ...
    def mark(self, *, last: bool = False) -> int | None: ...
    def close(self) -> None: ...


class JsonLines:
    """One object a line; the mark is the length of the file in bytes, and what lies beyond it is cut off."""

    def __init__(self, path: Path, mark: int) -> None:
        self._file = path.open("r+b" if path.exists() else "w+b")
        self._file.truncate(mark)
        self._file.seek(mark)

    def write(self, rows: list[Row]) -> None:
        """Append."""
        self._file.write("".join(json.dumps(row) + "\n" for row in rows).encode())

    def mark(self, *, last: bool = False) -> int:  # noqa: ARG002 - the shape of every sink
        """Flush to the disk; the number of bytes that are there for good."""
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Parquet:
    """Parts of at least 50,000 rows; the mark is the number of parts, and later ones are removed."""

    def __init__(self, folder: Path, mark: int, schema: pa.Schema = SCHEMA) -> None:
        self._schema = schema
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._parts, self._rows = folder, mark, list[dict[str, Any]]()
        for stale in folder.glob("part-*"):
            if stale.suffix != ".parquet" or int(stale.stem.removeprefix("part-")) >= mark:
                stale.unlink()

    def write(self, rows: list[Row]) -> None:
        """Hold the rows until there are enough for a part."""
        self._rows += [_typed(row) for row in rows]

    def mark(self, *, last: bool = False) -> int | None:
        """Write a part if there is enough for one (or `last`); the number of parts, None if rows are still
        held.
        """
        if self._rows and (last or len(self._rows) >= ROWS_A_PART):
            path = self._folder / f"part-{self._parts:05}.parquet"
            unfinished = path.with_suffix(".unfinished")
            pq.write_table(pa.Table.from_pylist(self._rows, self._schema), unfinished, compression="zstd")
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())
            unfinished.replace(path)
            self._rows.clear()
            self._parts += 1
        return None if self._rows else self._parts

    def close(self) -> None:
        """Drop what is held: it lies beyond the mark."""
        self._rows.clear()


def _typed(row: Row) -> dict[str, Any]:
    return row | {
        # A name that is no Unicode keeps its bytes as escapes.
        "file": row["file"].encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"),
        "hash": bytes.fromhex(row["hash"]) if row["hash"] else None,
        "others": [bytes.fromhex(value) for value in row.get("others", ())],
        "matches": [{"id": name, "distance": distance} for name, distance in row["matches"]],
    }
