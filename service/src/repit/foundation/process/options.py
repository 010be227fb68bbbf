"""Options that every command has which listens somewhere.

In: nothing. Out: types that typer reads. Next: the wings' `commands.serve`.
"""

from typing import Annotated

import typer

Host = Annotated[str, typer.Option(help="Address to listen on. / Adresse d'écoute.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on. / Port d'écoute.")]
