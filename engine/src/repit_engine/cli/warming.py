"""Compile every kernel once, as a program is installed, so that no start waits for it.

In: nothing. Out: kernels in the first folder that takes them (`kernels.jit.folders`), readable by every
account. Next: `repit-hash --warm`, called by whoever installs: root, for a service that may write nowhere.
"""

import os
import time
from collections.abc import Callable
from typing import Final

import typer

from repit_engine import anchors, pdq, picture, search
from repit_engine.cli.words import Text
from repit_engine.kernels.jit import folders
from repit_engine.moments import warming as moments_warming

_STEPS: Final[tuple[tuple[Text, Callable[[], None]], ...]] = (
    (Text("reading pictures", "lecture des images"), picture.warm_up),
    (Text("hashes", "empreintes"), pdq.warm_up),
    (Text("altered copies", "copies modifiées"), anchors.warm_up),
    (Text("search", "recherche"), search.warm_up),
    (Text("videos", "vidéos"), moments_warming.warm_up),
)


def warm() -> None:
    """Compile what is not compiled yet, and say where it is kept. Raises `typer.Exit` with 1 where no folder
    takes it.
    """
    os.umask(0o022)  # whoever installs may be stricter; other accounts are to read it
    typer.echo(
        str(
            Text(
                "Compiling what is not compiled yet: about a minute, more on a busy machine.",
                "Compilation de ce qui ne l’est pas encore : une minute environ, plus si la machine est "
                "occupée.",
            )
        ),
        err=True,
    )
    for number, (what, step) in enumerate(_STEPS, 1):
        begun = time.monotonic()
        typer.echo(f"  {number}/{len(_STEPS)} {what}", err=True, nl=False)
        step()
        typer.echo(f" · {time.monotonic() - begun:.0f} s", err=True)
    for folder in folders.used():
        typer.echo(str(Text(f"Kept in {folder}", f"Gardé dans {folder}")))
    if not folders.used():
        # Why was said as the first kernel found no place.
        raise typer.Exit(1)
