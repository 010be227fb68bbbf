"""Words for the person at the terminal, or JSON for the program that reads it.

In: a text in both languages, or what a command found out. Out: lines on standard output; refusals on standard
error. Next: `repit.cli` and the commands it joins.

Every command that answers takes `--json`: then one object, or one a line where it lists things, with English
names that stay, moments in UTC (RFC 3339), and refusals as `problem` shows them everywhere (RFC 9457).
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from repit.foundation.errors import RepitError, Text

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON. / Répondre en JSON.")]

_spoken = ""


def language() -> str:
    """`REPIT_LANGUAGE`, else the installation's, else the terminal's, else English."""
    chosen = (
        os.environ.get("REPIT_LANGUAGE")
        or _spoken
        or os.environ.get("LC_ALL")
        or os.environ.get("LANG")
        or "en"
    )
    return "fr" if chosen.lower().startswith("fr") else "en"


def speak(installations: str) -> None:
    """From here on the language of the installation, unless the environment names one."""
    global _spoken  # noqa: PLW0603 - one terminal, one language
    _spoken = installations


def say(text: Text) -> None:
    """One line for the person at the terminal."""
    print(text.in_language(language()), flush=True)  # noqa: T201 - this is what prints


def remark(text: Text) -> None:
    """One line on standard error: for the person, not for the program that reads the output."""
    print(text.in_language(language()), file=sys.stderr, flush=True)  # noqa: T201 - this is what prints


def put(line: str) -> None:
    """One line as it is: for a program, or the same in every language."""
    print(line, flush=True)  # noqa: T201 - this is what prints


def answer(text: Text, data: Mapping[str, object], as_json: bool) -> None:
    """What a command did: a line for a person, or one object for a program."""
    if as_json:
        write_json(data)
    else:
        say(text)


def write_json(data: object) -> None:
    """One object on a line of its own: a mapping or a dataclass, and what these hold."""
    print(json.dumps(data, default=_plain, ensure_ascii=False), flush=True)  # noqa: T201 - see above


def complain(error: RepitError, words: Sequence[str]) -> None:
    """A refusal on standard error: two sentences, or a problem where these words of a command line ask for
    JSON."""
    here = language()
    if "--json" in words:
        text = json.dumps(error.problem(here), ensure_ascii=False)
    else:
        text = "\n".join(error.shown(here))
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - see above


def _plain(value: object) -> object:
    """What JSON has no form for. Raises `TypeError`."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Path():
            return str(value)
        case Set():
            return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(type(value).__name__)
