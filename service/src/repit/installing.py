"""`repit init` and `repit migrate`: an installation is made, and brought into the form of a new version.

In: a command line. Out: an installation; what to do next. Next: `repit.cli`. Nothing else makes a database, a
key or a file of settings, and nothing else changes the form of a database.
"""

# ruff: noqa: PLC0415, PLR0917 - imports wait for settings; typer passes every argument by name
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from repit import __version__
from repit.foundation.errors import SettingsRefused, Text
from repit.foundation.process.acting import Role, wanted
from repit.foundation.terminal import AsJson, answer, language, say, write_json

if TYPE_CHECKING:
    from repit.foundation.process.initializing import Made

_FROM_THE_ENVIRONMENT: Final = ("database_url", "database_url_file", "operator_key_file", "address")


def init(
    role: Annotated[str, typer.Argument(help="hotline, platform, both")],
    data: Annotated[
        str, typer.Option(help="Its folder (REPIT_DATA); made where it is missing. / Son dossier.")
    ] = "",
    database_url: Annotated[
        str, typer.Option(help="postgresql://… (REPIT_DATABASE_URL); without it, SQLite. / Sa base.")
    ] = "",
    address: Annotated[
        str, typer.Option(help="https://… where people reach it (REPIT_ADDRESS). / Son adresse publique.")
    ] = "",
    operator_key_file: Annotated[
        str, typer.Option(help="An operator's key that exists, instead of a new one. / Clé existante.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make an installation: key, database, repit.toml. / Créer une installation : clé, base, repit.toml."""
    from repit.foundation.configuration.found import ROLES
    from repit.foundation.process import initializing

    if role not in ROLES:
        raise typer.BadParameter(", ".join(ROLES))
    folder = data or os.environ.get("REPIT_DATA", "")
    if not folder:
        raise SettingsRefused(
            Text("No folder is named.", "Aucun dossier n’est donné."),
            Text(f"`repit init {role} --data /var/lib/repit`", f"`repit init {role} --data /var/lib/repit`"),
        )
    given = {name: os.environ.get(f"REPIT_{name.upper()}", "") for name in _FROM_THE_ENVIRONMENT}
    given |= {
        name: value
        for name, value in (
            ("database_url", database_url),
            ("address", address),
            ("operator_key_file", str(Path(operator_key_file).absolute()) if operator_key_file else ""),
        )
        if value
    }
    given["language"] = language()
    made = initializing.make(ROLES[role], Path(folder).expanduser().absolute(), given)
    if as_json:
        write_json(made)
    else:
        _tell(ROLES[role], made)


def migrate(
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Although a process serves from it. / Même en service.")
    ] = False,
    role: Role = "",
    as_json: AsJson = False,
) -> None:
    """Bring the database into the form of this version. / Mettre la base à la forme de cette version."""
    from repit.foundation.process import starting

    starting.set_up(starting.meant(wanted(role)))
    from repit.foundation.process import present

    changed = present.migrate(anyway=anyway)
    done = Text(
        "The database is in the form of this version. Start, and look at /ready.",
        "La base a la forme de cette version. Démarrez, puis regardez /ready.",
    )
    nothing = Text("Nothing was to be done.", "Il n’y avait rien à faire.")
    answer(done if changed else nothing, {"changed": changed, "version": __version__}, as_json)


def _tell(role: str, made: "Made") -> None:
    say(Text(f"Settings: {made.file}", f"Réglages : {made.file}"))
    say(Text(f"Database: {made.database}", f"Base de données : {made.database}"))
    if made.new_key:
        say(
            Text(
                f"Operator’s key: {made.new_key} (fingerprint {made.fingerprint})",
                f"Clé d’exploitation : {made.new_key} (empreinte {made.fingerprint})",
            )
        )
        say(
            Text(
                "Copy it now to two places away from this machine: without it the database cannot be read.",
                "Copiez-la maintenant en deux endroits hors de cette machine : sans elle, la base est"
                " illisible.",
            )
        )
    else:
        say(
            Text(
                f"Operator’s key: the one that was there (fingerprint {made.fingerprint})",
                f"Clé d’exploitation : celle qui existait (empreinte {made.fingerprint})",
            )
        )
    start = {"hotline": "hotline", "gate": "gate", "both": "both"}[role]
    say(Text(f"Next: repit --config {made.file} {start}", f"Ensuite : repit --config {made.file} {start}"))
