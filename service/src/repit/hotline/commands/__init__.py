"""What an operator of a hotline types.

In: nothing. Out: `add_to`, which joins these commands to `repit`. Next: `repit.cli`.
"""

import typer

from repit.foundation.process.plain_command import PlainCommand
from repit.hotline.commands import bank, exchanges, safekeeping, serve, subscribers


def add_to(app: typer.Typer) -> None:
    """Join the commands of a hotline to the others."""
    app.command(cls=PlainCommand)(serve.hotline)
    app.command("device-page")(serve.device_page)
    app.add_typer(subscribers.app, name="subscriber")
    app.add_typer(exchanges.app, name="exchange")
    app.add_typer(bank.app, name="bank")
    app.add_typer(safekeeping.case_keys, name="case-keys")
    app.add_typer(safekeeping.recovery, name="recovery")
