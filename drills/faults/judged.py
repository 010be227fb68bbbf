"""Whether what was said of a fault is what an operator needs.

In: a fault, what a command said. Out: complaints. Next: the drill, and the test that does the same.
"""

import re
from pathlib import Path
from typing import Final

import psycopg

from drills.faults.spoiling import Fault
from drills.faults.world import Stated, Templates, Terminal, bare_environment
from repit.foundation.errors import RepitError

_FRENCH: Final = re.compile(
    r"\b(?:(?:le|la|les|un|une|des|est|et|dans|ne|par|pas|porte|sans|sont|aucune?|cette?|ou|sur|y)\b|[ldns]’)",
    re.IGNORECASE,
)
_WHICH: Final = " · "
"""Stands in the line that says on which installation a command acts."""


def prepare(address: str, cluster: Path) -> None:
    """A role with a password and an empty database, on the server in this folder."""
    with psycopg.connect(address, autocommit=True) as own:
        own.execute("CREATE ROLE locked LOGIN PASSWORD 'another'")
        own.execute("CREATE DATABASE empty")
        _lock_out(cluster / "pg_hba.conf")
        own.execute("SELECT pg_reload_conf()")


def ask(fault: Fault, templates: Templates, terminal: Terminal, language: str, postgresql: str) -> Stated:
    """Do it to an installation of its own, and type the command."""
    world = templates.copy(fault.role, bare_environment())
    world.postgresql = postgresql
    try:
        fault.spoil(world)
        return terminal.type(world, world.words or fault.words, language)
    finally:
        for held in world.held:
            held.close()


def refusal(stated: Stated) -> str:
    """What was said, but for the line that says of which installation."""
    return "\n".join(line for line in stated.err.strip().splitlines() if _WHICH not in line)


def wrong(fault: Fault, stated: Stated, language: str) -> list[str]:
    """What is to be complained of: nothing, where all is well."""
    sentences = refusal(stated).splitlines()
    general = RepitError.next_step.in_language(language)
    held = {
        "it went on": stated.code == 1,
        "it printed something as if it went well": not stated.out,
        "not two sentences": len(sentences) == 2,
        "a traceback": "Traceback" not in stated.err,
        f"{fault.names} is not named": fault.names in stated.err,
        "the general advice, which cannot help": general not in stated.err,
        "a password": "sec/ret" not in stated.err and "secret@" not in stated.err,
        "the other language": bool(_FRENCH.search(sentences[0] if sentences else "")) == (language == "fr"),
    }
    return [
        f"{fault.name.en} [{language}]: {what}: {stated.err.strip()}"
        for what, good in held.items()
        if not good
    ]


def _lock_out(hba: Path) -> None:
    """Let the server ask one role for a password."""
    hba.write_text("local all locked scram-sha-256\nhost all locked all scram-sha-256\n" + hba.read_text())
