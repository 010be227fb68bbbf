"""What an operator of a platform types.

In: nothing. Out: `add_to`, which joins these commands to `repit`. Next: `repit.cli`.
"""

import typer

from repit.foundation.process.plain_command import PlainCommand
from repit.platform.commands import decision, policy, serve
from repit.platform.integrations.s3 import commands as storage


def add_to(app: typer.Typer) -> None:
    """Join the commands of a platform to the others."""
    app.command(cls=PlainCommand)(serve.gate)
    app.add_typer(decision.app, name="decision")
    app.add_typer(policy.app, name="policy")
    app.add_typer(storage.app, name="storage")
