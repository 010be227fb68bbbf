"""`repit policy`: look at a policy before a gate does.

In: a file, or nothing for what a gate does by default. Out: what it says, or where it is wrong. Next: the
operator. Neither settings nor a database are read.
"""

# ruff: noqa: PLC0415 - verdicts bring the engine with them, which nobody needs who asks for help
from pathlib import Path
from typing import Annotated

import typer

from repit.foundation.terminal import AsJson

app = typer.Typer(no_args_is_help=True, help="What a gate does with a match. / Que faire d'une concordance.")
File = Annotated[
    Path | None, typer.Argument(exists=True, dir_okay=False, help="TOML or JSON. / TOML ou JSON.")
]


@app.command()
def check(file: File = None, as_json: AsJson = False) -> None:
    """Say whether a policy can be applied, or where it is wrong. / Vérifier une politique."""
    from repit.platform.commands import policy_shown

    policy_shown.check(file, as_json=as_json)


@app.command()
def explain(  # noqa: PLR0917 - typer reads the options from here
    file: File = None,
    channel: Annotated[str, typer.Option(help="check, bare, clamd, icap, … / Le canal.")] = "check",
    exchange: Annotated[str, typer.Option(help="By which protocol. / Par quel protocole.")] = "repit",
    origin: Annotated[str, typer.Option(help="From which hotline. / De quelle association.")] = "repit",
    kind: Annotated[str, typer.Option(help="intimate, deepfake")] = "intimate",
    media: Annotated[str, typer.Option(help="picture, video, file")] = "picture",
    confirmations: Annotated[int, typer.Option(min=1, help="Submitted so often. / Nombre de dépôts.")] = 1,
    indicator: Annotated[list[str] | None, typer.Option(help="code:word; several. / Un indicator.")] = None,
    as_json: AsJson = False,
) -> None:
    """What follows for each strength of evidence, and by which rule. / Ce qui suit, et par quelle règle."""
    from repit.platform.commands import policy_shown

    known = policy_shown.Known(exchange, origin, kind, media, confirmations)
    policy_shown.explain(file, channel, known, indicator or [], as_json=as_json)


@app.command()
def kinds(file: File = None) -> None:
    """What becomes of each kind of file at each channel. / Ce que devient chaque sorte de fichier."""
    from repit.platform.commands import policy_shown

    policy_shown.kinds(file)
