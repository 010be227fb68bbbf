"""`repit pages`: what the public pages say of this hotline, out to a file and in from one.

In: a command line. Out: a file; the pages of an installation. Next: an operator who keeps them beside their
configuration, or sets a second installation up.
"""

# ruff: noqa: PLC0415 - imports wait for settings
from pathlib import Path
from typing import Annotated

import typer

from repit.foundation.errors import Text
from repit.foundation.terminal import AsJson, answer
from repit.hotline.commands.ready import ready

app = typer.Typer(no_args_is_help=True, help="Name, hours, helplines. / Nom, horaires, services d'aide.")


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="A file to write. / Un fichier à écrire.")],
    as_json: AsJson = False,
) -> None:
    """Write what is otherwise here than it ships. / Écrire ce qui diffère ici de ce qui est fourni."""
    ready()
    from repit.hotline.awareness import files

    files.export(file)
    answer(Text(f"Written: {file.name}", f"Écrit : {file.name}"), {"file": file}, as_json)


@app.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Such a file. / Un tel fichier.")],
    as_json: AsJson = False,
) -> None:
    """Replace what the pages say by what a file says. / Remplacer ce que disent les pages."""
    ready()
    from repit.hotline.awareness import files

    files.take_in(file, actor="operator (command line)")
    taken = Text(
        "Taken in. A running hotline shows it within seconds.",
        "Importé. Un service en marche l’affiche en quelques secondes.",
    )
    answer(taken, {"file": file, "done": "taken in"}, as_json)
