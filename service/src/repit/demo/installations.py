"""Installations for a demonstration, a drill, a measurement, a test: made where there is none yet.

In: an environment with REPIT_DATA. Out: an installation there. Next: `processes`, drills, benches, tests. An
operator makes one with `repit init`, once.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from repit.foundation.configuration.found import NAME, ROLES
from repit.foundation.errors import Text, Unavailable
from repit.foundation.process import initializing, starting

_SECONDS: Final = 300.0
_NAMES: Final = {code: name for name, code in ROLES.items()}


class NotMade(Unavailable):
    code = "installation-not-made"
    message = Text("An installation could not be made.", "Une installation n’a pas pu être créée.")


def made(environ: Mapping[str, str], role: str) -> None:
    """Have the installation of an environment made by its command. Raises `NotMade`."""
    if (Path(environ["REPIT_DATA"]) / NAME).exists():
        return
    command = [sys.executable, "-m", "repit.cli", "init", _NAMES[role]]
    done = subprocess.run(  # noqa: S603 - our own command
        command, env=dict(environ), capture_output=True, timeout=_SECONDS, check=False
    )
    if done.returncode:
        raise NotMade(detail=done.stderr.decode(errors="replace")[-2000:])


def set_up(role: str) -> None:
    """Django set up in this process for the installation of its own environment. Raises `SettingsRefused`,
    `DatabaseUnavailable`."""
    data = Path(os.environ["REPIT_DATA"])
    if (data / NAME).exists():
        starting.set_up(role)
        starting.ready_database()
    else:
        initializing.make(role, data.absolute(), {})
