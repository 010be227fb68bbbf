"""The `repit` command: what every installation has, and the commands of both wings.

In: a command line. Out: a running process, or an answer on the terminal, in French or English. Next: an
operator.

The settings of a role are read only once the command is known; what needs them is therefore imported inside.
"""

# ruff: noqa: PLC0415
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from repit import __version__, checking, installing, safekeeping
from repit.both import both
from repit.foundation import audit_commands
from repit.foundation.notify import commands as notify
from repit.foundation.process.options import Port
from repit.foundation.process.plain_command import PlainCommand, PlainGroup
from repit.foundation.process.ports import GATE_PORT
from repit.foundation.staff import commands as staff
from repit.foundation.terminal import AsJson, complain, write_json
from repit.hotline import commands as hotline
from repit.platform import commands as platform

app = typer.Typer(cls=PlainGroup, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
hotline.add_to(app)
platform.add_to(app)
app.command(cls=PlainCommand)(both)
app.command()(installing.init)
app.command()(installing.migrate)
app.command()(checking.check)
app.add_typer(staff.app, name="staff")
app.add_typer(notify.app, name="notify")
app.add_typer(audit_commands.app, name="audit")
app.command("offline-key")(safekeeping.offline_key)
app.command()(safekeeping.backup)
app.command()(safekeeping.restore)


@app.callback(invoke_without_command=True)
def repit(
    config: Annotated[
        str, typer.Option(help="The installation's file (REPIT_CONFIG). / Fichier de l'installation.")
    ] = "",
    version: Annotated[bool, typer.Option("--version", help="Say which version. / Dire la version.")] = False,
) -> None:
    """Répit: remove once means gone, and staying gone. / Répit : retiré une fois, disparu pour de bon."""
    if version:
        print(f"repit {__version__}")
        raise typer.Exit
    if config:
        os.environ["REPIT_CONFIG"] = config


@app.command()
def demo(
    picture: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Your own picture. / Votre propre image.")
    ] = None,
) -> None:
    """Show the main job end to end on this machine. / Montrer l'essentiel de bout en bout."""
    from repit.demo import run

    raise typer.Exit(run(picture))


@app.command(cls=PlainCommand)
def sandbox(port: Port = GATE_PORT) -> None:
    """Start a gate to write code against. / Démarrer un filtre pour essayer votre code."""
    from repit.demo import sandbox as alone

    raise typer.Exit(alone.run(port))


@app.command()
def settings(as_json: AsJson = False) -> None:
    """Print the page that documents every setting. / Afficher la page des réglages."""
    from repit.foundation.configuration.environment import page, plain
    from repit.settings.declared import DECLARED

    if as_json:
        for setting in DECLARED.values():
            write_json(plain(setting))
        return
    print(page(DECLARED), end="")


def main() -> None:
    """Run the command; a refusal is said on stderr, with exit code 1."""
    from repit.foundation.errors import RepitError

    try:
        app()
    except RepitError as error:
        complain(error, sys.argv[1:])
        sys.exit(1)


if __name__ == "__main__":
    main()
