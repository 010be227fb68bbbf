"""`repit offline-key`, `repit backup`, `repit restore`: for hotlines, gates, and both in one.

In: a command line. Out: a key shown once, sealed files, a database filled again. Next: `repit.cli`.
`foundation.backups` does the work; here stand the options, with those of keys that only one wing has.
"""

# ruff: noqa: PLC0415 - imports wait for settings
import json
from pathlib import Path
from typing import Annotated

import typer

from repit.foundation.audit_commands import AsJson, as_data, tell
from repit.foundation.errors import InputRefused, Text
from repit.foundation.process.acting import Role, private_key, set_up, set_up_to_fill
from repit.foundation.progress import shown
from repit.foundation.terminal import put, say, write_json

OfflineFile = Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The offline key. / La clé.")]
CaseKeys = Annotated[
    Path | None, typer.Option(help="File of the case keys. / Fichier des clés de dossiers.", dir_okay=False)
]
BankKeys = Annotated[
    Path | None,
    typer.Option(help="File of the bank's keys. / Fichier des clés de la banque.", dir_okay=False),
]
Keys = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the copies of all keys that there are. / Dossier des copies de toutes les clés.",
        file_okay=False,
    ),
]
ToFile = Annotated[Path, typer.Argument(help="A new file. / Un nouveau fichier.")]


def offline_key(file: ToFile, as_json: AsJson = False) -> None:
    """Make the offline key; keep the file off this machine. / Créer la clé hors ligne."""
    from nacl.public import PrivateKey

    from repit.foundation.keyfile import write_once

    pair = PrivateKey.generate()
    try:
        write_once(file, bytes(pair).hex().encode())
    except OSError:
        raise InputRefused(
            Text("The file cannot be made.", "Le fichier ne peut pas être créé."),
            Text("Name a new file in a folder of yours.", "Nommez un nouveau fichier."),
        ) from None
    if as_json:
        write_json({"file": file, "REPIT_OFFLINE_KEY": bytes(pair.public_key).hex()})
        return
    say(Text("Set this where Répit runs:", "À régler là où tourne Répit :"))
    put(f"\n    REPIT_OFFLINE_KEY={bytes(pair.public_key).hex()}\n")
    say(
        Text(
            "Move the file off this machine, in two copies.", "Sortez le fichier de cette machine, en double."
        )
    )


def backup(
    file: ToFile,
    *,
    keys: Keys = None,
    case_keys: CaseKeys = None,
    bank_keys: BankKeys = None,
    role: Role = "",
    as_json: AsJson = False,
) -> None:
    """Write a sealed backup, and replace the copies of the keys. / Faire une sauvegarde scellée."""
    role = set_up(role)
    from repit.foundation.backups import parts
    from repit.foundation.backups.making import make

    with shown(Text("Rows", "Lignes")) as advance:
        made = make(file, role, _copies(keys, case_keys, bank_keys), advance)
    without = [folder for folder in parts.key_folders() if folder.name not in made.copies]
    if as_json:
        record = {
            "rows": made.rows,
            "at": made.at.isoformat(),
            "bytes": made.bytes,
            "copies": list(made.copies),
            "without": [folder.name for folder in without],
        }
        put(json.dumps(record))
        return
    say(Text(f"Rows: {made.rows}", f"Lignes : {made.rows}"))
    for folder in without:
        say(
            Text(
                f"Not copied: {folder.spoken.en}. Without their newest copy this backup does not open:"
                f" --{folder.name} FILE.",
                f"Non copiées : {folder.spoken.fr}. Sans leur copie la plus récente, cette sauvegarde ne"
                f" s’ouvre pas : --{folder.name} FICHIER.",
            )
        )


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup. / Une sauvegarde.")],
    offline_key: OfflineFile,
    *,
    keys: Keys = None,
    case_keys: CaseKeys = None,
    bank_keys: BankKeys = None,
    case_keys_lost: Annotated[
        bool, typer.Option("--case-keys-lost", help="Without the case keys, lost for good. / Clés perdues.")
    ] = False,
    role: Role = "",
    as_json: AsJson = False,
) -> None:
    """Fill an installation's empty database from a backup. / Remplir la base vide d'une installation."""
    role = set_up_to_fill(role)
    private = private_key(offline_key)
    from django.conf import settings

    from repit.foundation import audit
    from repit.foundation.backups import restoring
    from repit.foundation.process import initial_database

    with shown(Text("Restoring", "Restauration"), file.stat().st_size) as advance:
        done = restoring.restore(
            file,
            role,
            private,
            _copies(keys, case_keys, bank_keys),
            keys_lost=case_keys_lost,
            begin=lambda: initial_database.make(role, settings.REPIT_DATA, None),
            advance=advance,
        )
        further = audit.examine_further()
    if as_json:
        record = {
            "rows": done.rows,
            "made_at": done.made_by.made_at.isoformat(),
            "version": done.made_by.version,
            "keys": dict(done.keys),
            **as_data(done.audit, further),
        }
        put(json.dumps(record))
        return
    say(
        Text(
            f"Rows: {done.rows}, as they were on {done.made_by.made_at:%Y-%m-%d %H:%M} UTC.",
            f"Lignes : {done.rows}, telles que le {done.made_by.made_at:%d/%m/%Y à %H:%M} UTC.",
        )
    )
    tell(done.audit, further)


def _copies(keys: Path | None, case_keys: Path | None, bank_keys: Path | None) -> dict[str, Path]:
    """A file for each of the keys that this installation has; those named one by one come first."""
    from repit.foundation.backups import parts

    given = {"case-keys": case_keys, "bank-keys": bank_keys}
    named = {name: path for name, path in given.items() if path is not None}
    return {**({folder.name: keys / folder.name for folder in parts.key_folders()} if keys else {}), **named}
