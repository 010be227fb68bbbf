"""`repit decision`: what a gate decided, found by its number or by its time.

In: a command line, the gate's settings. Out: a decision in plain words, or as JSON; the latest of them. Next:
the operator, who answers somebody whose upload was refused. Nothing of a file is shown, for nothing is kept.
"""

# ruff: noqa: PLC0415 - imports wait for settings
from typing import Annotated

import typer

from repit.foundation.terminal import AsJson

app = typer.Typer(no_args_is_help=True, help="What a gate decided. / Ce qu'un filtre a décidé.")


# A number may begin as an option does.
@app.command(context_settings={"ignore_unknown_options": True})
def show(
    number: Annotated[str, typer.Argument(help="The decision's number. / Son numéro.")],
    as_json: AsJson = False,
) -> None:
    """What was decided, when, by which rule, on which evidence, and what was objected. / Une décision."""
    _ready()
    from repit.platform.commands import decision_shown

    decision_shown.show(number, json=as_json)


@app.command("list")
def list_decisions(
    channel: Annotated[str, typer.Option(help="Of this channel only. / De ce seul canal.")] = "",
    outcome: Annotated[str, typer.Option(help="block, review, allow")] = "",
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many. / Combien.")] = 20,
    as_json: AsJson = False,
) -> None:
    """The latest: clamd names no number, so look it up by its time. / Les dernières, par leur heure."""
    _ready()
    from repit.platform.commands import decision_shown

    decision_shown.list_latest(channel, outcome, count, as_json=as_json)


def _ready() -> None:
    from repit.foundation.process import starting

    starting.ready("gate")
