"""`repit notify`: whether news would reach an operator.

In: a command line. Out: a test by each channel that is set up, and what came of it. Next: an operator.
"""

# ruff: noqa: PLC0415 - imports wait for settings
from typing import Annotated

import typer

from repit.foundation.errors import RepitError, Text
from repit.foundation.process import kinds
from repit.foundation.terminal import AsJson, answer, language, say, write_json

app = typer.Typer(no_args_is_help=True, help="Mail and webhook. / Courriel et webhook.")
At = Annotated[
    str, typer.Option(help="hotline, gate, both, where no repit.toml says it. / Quelle installation.")
]
_NAMES = {"mail": Text("Mail", "Courriel"), "webhook": Text("Webhook", "Webhook")}


@app.command("test")
def test(at: At = "", as_json: AsJson = False) -> None:
    """Send a test by every channel that is set up. / Envoyer un essai par chaque voie réglée."""
    from repit.foundation.process import starting

    if at not in ("", *kinds.ROLES):
        raise typer.BadParameter(", ".join(kinds.ROLES))
    starting.set_up(starting.meant(at or "any"))
    from repit.foundation.notify import outbox

    channels, failed = outbox.channels(), False
    for channel in channels:
        name = _NAMES[channel].in_language(language())
        try:
            outbox.test(channel)
        except RepitError as error:
            failed = True
            message, next_step = error.shown(language())
            stated = {"channel": channel, "taken": False, "message": message, "next_step": next_step}
            answer(Text(f"{name}: {message} {next_step}", f"{name} : {message} {next_step}"), stated, as_json)
        else:
            taken = Text(f"{name}: taken.", f"{name} : accepté.")
            answer(taken, {"channel": channel, "taken": True}, as_json)
    if not channels and not as_json:
        say(
            Text(
                "Nobody is told anything: set REPIT_OPERATOR_MAIL with REPIT_SMTP_URL and REPIT_MAIL_FROM, or"
                " REPIT_OPERATOR_WEBHOOK.",
                "Personne n’est prévenu : réglez REPIT_OPERATOR_MAIL avec REPIT_SMTP_URL et REPIT_MAIL_FROM,"
                " ou REPIT_OPERATOR_WEBHOOK.",
            )
        )
    if failed or not channels:
        raise typer.Exit(1)


@app.command("problems")
def problems(at: At = "", as_json: AsJson = False) -> None:
    """What the operator was told of and is not over. / Ce qui a été signalé et dure encore."""
    from repit.foundation.process import starting

    if at not in ("", *kinds.ROLES):
        raise typer.BadParameter(", ".join(kinds.ROLES))
    starting.ready(at or "any")
    from repit.foundation.notify import outbox
    from repit.foundation.notify import problems as known

    if as_json:
        announced = [{"key": p.key, "message": p.message.in_language(language())} for p in known.present()]
        write_json({"problems": announced, "waiting": outbox.waiting(), "given_up": outbox.given_up()})
        return
    for problem in known.present():
        print(f"{problem.message.in_language(language())} {problem.next_step.in_language(language())}")
    say(
        Text(
            f"Messages that wait: {outbox.waiting()}; given up within a month: {outbox.given_up()}",
            f"Messages en attente : {outbox.waiting()} ; abandonnés en un mois : {outbox.given_up()}",
        )
    )
