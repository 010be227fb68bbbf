"""Keys, backups, and recovery for those who lost their receipt.

In: a command line. Out: files, keys shown once, rows. Next: an operator.
"""

# ruff: noqa: PLC0415 - imports wait for settings
from pathlib import Path
from typing import Annotated

import typer

from repit.foundation.errors import InputRefused, Text
from repit.foundation.terminal import AsJson, answer, language, say, write_json
from repit.hotline.commands.ready import private_key, ready

recovery = typer.Typer(no_args_is_help=True, help="Lost receipts. / Récépissés perdus.")
case_keys = typer.Typer(no_args_is_help=True, help="The keys of cases. / Les clés des dossiers.")

OfflineFile = Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The offline key. / La clé.")]
KeysFile = Annotated[Path | None, typer.Option(help="File of the case keys. / Fichier des clés de dossiers.")]
BankKeysFile = Annotated[
    Path | None, typer.Option(help="File of the bank's keys. / Fichier des clés de la banque.")
]
ToFile = Annotated[Path, typer.Argument(help="A new file. / Un nouveau fichier.")]


def offline_key(file: ToFile, as_json: AsJson = False) -> None:
    """Make the hotline's offline key; keep the file off this machine. / Créer la clé hors ligne."""
    from repit.foundation.keyfile import write_once
    from repit.hotline.cases import keys

    pair = keys.new_pair()
    try:
        write_once(file, pair.private.hex().encode())
    except OSError:
        raise InputRefused(
            Text("The file cannot be made.", "Le fichier ne peut pas être créé."),
            Text("Name a new file in a folder of yours.", "Nommez un nouveau fichier."),
        ) from None
    if as_json:
        write_json({"file": file, "REPIT_OFFLINE_KEY": pair.public.hex()})
        return
    say(Text("Set this where the hotline runs:", "À régler là où tourne le service :"))
    print(f"\n    REPIT_OFFLINE_KEY={pair.public.hex()}\n")
    say(
        Text(
            "Move the file off this machine, in two copies.", "Sortez le fichier de cette machine, en double."
        )
    )


def backup(file: ToFile, case_keys: KeysFile = None, bank_keys: BankKeysFile = None) -> None:
    """Write a sealed backup, and replace the copies of the keys. / Faire une sauvegarde scellée."""
    ready()
    from repit.hotline.backup import make

    rows = make(file, case_keys, bank_keys)
    say(Text(f"Rows: {rows}", f"Lignes : {rows}"))


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A backup. / Une sauvegarde.")],
    offline_key: OfflineFile,
    case_keys: KeysFile = None,
    bank_keys: BankKeysFile = None,
) -> None:
    """Fill an empty database from a backup. / Remplir une base vide depuis une sauvegarde."""
    ready()
    from repit.hotline import backup as kept

    rows = kept.restore(file, case_keys, private_key(offline_key), bank_keys)
    say(Text(f"Rows: {rows}", f"Lignes : {rows}"))


@case_keys.command("give-up")
def give_up(
    yes: Annotated[bool, typer.Option("--yes", help="Without asking. / Sans demander.")] = False,
    as_json: AsJson = False,
) -> None:
    """The case keys are lost for good: delete the cases that nobody can open any more. / Clés perdues."""
    ready()
    asked = Text(
        "Cases that no key opens any more are deleted. What they protect stays protected. Go on?",
        "Les dossiers qu'aucune clé n'ouvre plus sont supprimés ; la protection reste. Continuer ?",
    )
    if not yes and not typer.confirm(asked.in_language(language()), err=True):
        raise typer.Exit(1)
    from repit.hotline.cases import key_file

    gone = key_file.give_up_lost("operator")
    answer(Text(f"Cases deleted: {gone}", f"Dossiers supprimés : {gone}"), {"cases_deleted": gone}, as_json)


@recovery.command("release")
def release(
    reference: Annotated[str, typer.Argument(help="As the person says it. / Donnée par la personne.")],
    offline_key: OfflineFile,
    as_json: AsJson = False,
) -> None:
    """Give the hotline's part to someone who lost their receipt. / Donner la part de l'association."""
    ready()
    from repit.hotline.cases.recovery import release as give

    give(reference, private_key(offline_key))
    text = Text("Given; the waiting time still holds.", "Donnée ; le délai court toujours.")
    answer(text, {"reference": reference, "given": True}, as_json)
