"""Lost keys of cases, and recovery for those who lost their receipt.

In: a command line. Out: rows. Next: an operator. (`repit.safekeeping` has backups.)
"""

# ruff: noqa: PLC0415 - imports wait for settings
from pathlib import Path
from typing import Annotated

import typer

from repit.foundation.errors import Text
from repit.foundation.process.acting import private_key
from repit.foundation.terminal import AsJson, answer, language
from repit.hotline.commands.ready import ready

recovery = typer.Typer(no_args_is_help=True, help="Lost receipts. / Récépissés perdus.")
case_keys = typer.Typer(no_args_is_help=True, help="The keys of cases. / Les clés des dossiers.")

OfflineFile = Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The offline key. / La clé.")]


@case_keys.command("give-up")
def give_up(
    yes: Annotated[bool, typer.Option("--yes", help="Without asking. / Sans demander.")] = False,
    as_json: AsJson = False,
) -> None:
    """The case keys are lost for good: delete the cases that nobody can open any more. / Clés perdues."""
    ready()
    asked = Text(
        "Cases that no key opens any more are deleted. What they protect stays protected. Go on?",
        "Les dossiers qu’aucune clé n’ouvre plus sont supprimés ; la protection reste. Continuer ?",
    )
    if not yes and not typer.confirm(asked.in_language(language()), err=True):
        raise typer.Exit(1)
    from repit.hotline.cases import key_file

    gone = key_file.give_up_lost("operator")
    answer(Text(f"Cases deleted: {gone}", f"Dossiers supprimés : {gone}"), {"cases_deleted": gone}, as_json)


@case_keys.command("new-desk")
def new_desk(
    yes: Annotated[bool, typer.Option("--yes", help="Without asking. / Sans demander.")] = False,
    as_json: AsJson = False,
) -> None:
    """Everyone who takes cases in left or lost their passphrase: begin anew. / Refaire l'accueil."""
    ready()
    from repit.hotline.cases import desk

    names = desk.members()
    asked = Text(
        f"The keys of {', '.join(names) or 'nobody'} open nothing any more; they make new ones. New cases"
        " wait for the first who sets the desk up. What came in before opens again once its person signs in."
        " Go on?",
        f"Les clés de {', '.join(names) or 'personne'} n’ouvriront plus rien ; de nouvelles sont à créer. Les"
        " nouveaux dossiers attendront la première personne qui met l’accueil en place. Les anciens"
        " s’ouvriront de nouveau quand la personne concernée reviendra. Continuer ?",
    )
    if names and not yes and not typer.confirm(asked.in_language(language())):
        raise typer.Exit(1)
    gone = desk.give_up("operator")
    answer(
        Text(
            f"Done: {', '.join(gone)}. Set the desk up again: Cases, “Who takes cases in”.",
            f"Fait : {', '.join(gone)}. Remettez l’accueil en place : Dossiers, « Qui reçoit les dossiers ».",
        ),
        {"keys_given_up": list(gone)},
        as_json,
    )


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
    text = Text("Given; the waiting time still holds.", "Donnée ; le délai court toujours.")
    answer(text, {"reference": reference, "given": True}, as_json)
