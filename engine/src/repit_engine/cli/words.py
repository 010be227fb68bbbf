"""Words for the person at the terminal, in English and French; for programs, the same as JSON.

In: a text in both languages, a refusal. Out: a line on standard error, or one JSON object on standard output.
Next: `hash`, `scan`.
"""

import json
import os
from importlib.metadata import PackageNotFoundError, version
from typing import ClassVar, Final, NamedTuple

import typer


class Text(NamedTuple):
    """One sentence in both languages; written together, so that neither can be missing."""

    en: str
    fr: str

    def __str__(self) -> str:
        return self.fr if language() == "fr" else self.en


class CommandRefused(Exception):
    """Base of what ends a command: what happened, and what to do next."""

    code: ClassVar[str] = "command-refused"
    status: ClassVar[int] = 2
    """The exit code: 2 for what was typed, 1 for what the machine does not give."""

    def __init__(self, message: Text, next_step: Text) -> None:
        super().__init__(message.en)
        self.message, self.next_step = message, next_step


_DISTRIBUTION: Final = "repit-engine"


def language() -> str:
    """`REPIT_LANGUAGE`, else the terminal's, else English."""
    names = ("REPIT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    chosen = next((value for name in names if (value := os.environ.get(name))), "en")
    return "fr" if chosen.lower().startswith("fr") else "en"


def worded(en: str, fr: str) -> str:
    """For texts that are made as the program loads, such as those of `--help`."""
    return str(Text(en, fr))


def refuse(refusal: CommandRefused, *, as_json: bool) -> typer.Exit:
    """Say what ends the command; raise what comes back."""
    body = {"code": refusal.code, "message": str(refusal.message), "next_step": str(refusal.next_step)}
    if as_json:
        typer.echo(json.dumps({"complete": False, "error": body}))
    else:
        typer.echo(f"{body['message']} {body['next_step']}".rstrip(), err=True)
    return typer.Exit(refusal.status)


def show_version(wanted: bool) -> None:
    """For an option that is looked at before all others."""
    if wanted:
        try:
            number = version(_DISTRIBUTION)
        except PackageNotFoundError:
            number = worded("of a source folder", "d’un dossier de sources")
        typer.echo(f"{_DISTRIBUTION} {number}")
        raise typer.Exit
